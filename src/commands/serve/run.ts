import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { numberSetting, type Settings, textSetting } from '../../config/settings.js';
import { MlxError } from '../../errors.js';
import { ThreadedExplainer } from '../../modeling/explain-thread.js';
import { parseModelReference } from '../../registry/names.js';
import { requireModel } from '../../registry/resolve.js';
import { prepareThread } from '../../scoring/thread/spare-thread.js';
import { isLoopback } from '../../serving/access/origin.js';
import type { TlsFiles } from '../../serving/access/tls.js';
import type { Limits, ServerLog, ServerOptions } from '../../serving/options.js';
import { type RunningServer, startServer } from '../../serving/server.js';
import { alertChannels } from '../alerts.js';
import type { CommandContext, Outcome } from '../command.js';

export interface ServeOptions {
  readonly model?: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly workers: number | 'auto';
  readonly graceMs: number;
  readonly drainMs: number;
  readonly grpcPort?: number;
  readonly tokenFile?: string;
  readonly accessLog?: string;
  readonly logSample: number;
  /** Seconds. */
  readonly logRetention?: number;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly allowedHost: readonly string[];
  readonly corsOrigin: readonly string[];
  readonly webhook?: string;
  readonly alertCommand?: string;
}

export async function run(options: ServeOptions, context: CommandContext): Promise<Outcome<null>> {
  const named = options.model ?? [];
  const configured = textSetting(context.settings, 'name');
  const models = named.length > 0 ? named : configured === null ? [] : [configured];
  if (models.length === 0) {
    throw new MlxError('INPUT_REQUIRED', 'Which model shall be served?', {
      hint: 'For example: mlx serve churn',
    });
  }
  const workers = options.workers === 'auto' ? availableParallelism() : options.workers;
  // A thread takes about as long to start as the store to open.
  if (workers === 1) prepareThread();
  const store = await context.store();
  for (const model of models) await requireModel(store, parseModelReference(model).name);
  const tokens = tokensOf(context.env.MLX_SERVE_TOKENS);
  const tls = tlsFiles(options);
  const hasTokens = tokens.length > 0 || options.tokenFile !== undefined;
  warnOfOpenDoors(options, hasTokens, tls !== undefined, context);
  const log: ServerLog = (level, message, fields) => {
    const line = { time: context.now().toISOString(), level, message, ...fields };
    if (context.json) context.note(JSON.stringify(line));
    else if (level === 'info') context.note(`${message}${fieldText(fields)}`);
    else context.warn(`${message}${fieldText(fields)}`);
  };
  const serverOptions: ServerOptions = {
    store,
    models,
    now: context.now,
    random: () => randomBytes(4).readUInt32BE() / 2 ** 32,
    log,
    alert: alertChannels(store, options, context),
    actor: context.actor,
    version: context.version,
    host: options.host,
    port: options.port,
    ...(options.grpcPort === undefined ? {} : { grpcPort: options.grpcPort }),
    tokens,
    ...(options.accessLog === undefined ? {} : { accessLog: options.accessLog }),
    ...(options.tokenFile === undefined ? {} : { tokenFile: options.tokenFile }),
    ...(tls === undefined ? {} : { tls }),
    allowedHosts: options.allowedHost,
    corsOrigins: options.corsOrigin,
    explain: (file) => ThreadedExplainer.open(file),
    limits: {
      ...limitsOf(context.settings),
      logSample: options.logSample,
      logRetentionMs: options.logRetention === undefined ? null : options.logRetention * 1000,
      graceMs: options.graceMs,
      drainMs: options.drainMs,
    },
  };
  const starting = start(serverOptions, workers);
  const onHangup = () => void starting.then((started) => started.reload()).catch(() => undefined);
  // Where there is nothing to read or open again, the signal keeps its own meaning: the terminal is gone.
  const { tokenFile, accessLog } = options;
  if (tokenFile !== undefined || accessLog !== undefined || tls !== undefined) process.on('SIGHUP', onHangup);
  const server = await starting;
  context.print(
    context.json
      ? JSON.stringify({
          url: server.url,
          grpc: server.grpc,
          models: server.models,
          workers,
          pids: server.pids,
        })
      : readyLine(models, server, workers),
  );
  if (!context.signal.aborted) await once(context.signal, 'abort');
  await server.close();
  process.off('SIGHUP', onHangup);
  return { result: null };
}

/** What a person reads when it is ready. */
function readyLine(models: readonly string[], { url, grpc }: RunningServer, workers: number): string {
  const by = workers === 1 ? '' : ` with ${workers} workers`;
  const over = grpc === null ? '' : `, gRPC at ${grpc}`;
  return `Serving ${models.join(', ')} at ${url}${by} (docs at ${url}/docs)${over}. Ctrl-C stops.`;
}

/** What one process needs not, it does not load. */
async function start(options: ServerOptions, workers: number): Promise<RunningServer> {
  if (workers === 1) return startServer(options);
  const { startSeveral } = await import('./several.js');
  return startSeveral(options, workers);
}

/** Entries of `MLX_SERVE_TOKENS`, between commas or line breaks. */
function tokensOf(variable: string | undefined): readonly string[] {
  return variable === undefined || variable === '' ? [] : variable.split(/[,\r\n]+/);
}

/** @throws MlxError CONFIG_INVALID when only one of the two is given */
function tlsFiles({ tlsCert: cert, tlsKey: key }: ServeOptions): TlsFiles | undefined {
  if (cert !== undefined && key !== undefined) return { cert, key };
  if (cert === undefined && key === undefined) return undefined;
  throw new MlxError(
    'CONFIG_INVALID',
    `HTTPS needs ${cert === undefined ? '--tls-cert' : '--tls-key'} too.`,
    {
      hint: 'Give both the certificate and its private key, as PEM files.',
    },
  );
}

function warnOfOpenDoors(
  { host, corsOrigin }: ServeOptions,
  hasTokens: boolean,
  hasTls: boolean,
  context: CommandContext,
): void {
  if (!isLoopback(host) && !hasTokens) {
    context.warn(
      `NO TOKEN IS NEEDED: anybody who reaches ${host} can ask for predictions, send labels and read the metrics; ` +
        'give --token-file or MLX_SERVE_TOKENS, or listen on 127.0.0.1',
    );
  }
  if (!isLoopback(host) && hasTokens && !hasTls) {
    context.warn(
      'tokens cross the network as plain text; give --tls-cert and --tls-key, or put a proxy before',
    );
  }
  if (corsOrigin.includes('*') && !hasTokens) {
    context.warn('any web page that somebody here opens can call this server; name the origins instead of *');
  }
}

/** The settings that are limits of the server. */
function limitsOf(settings: Settings): Partial<Limits> {
  const number = (key: Parameters<typeof numberSetting>[1]) => numberSetting(settings, key);
  return {
    bodyLimit: number('serving.bodyLimit'),
    rowLimit: number('serving.rowLimit'),
    requestLimit: number('serving.requestLimit'),
    queueRows: number('serving.queueRows'),
    connectionLimit: number('serving.connectionLimit'),
    rateLimit: settings['serving.rateLimit'].value as number | null,
    rateBurst: settings['serving.rateBurst'].value as number | null,
    timeoutMs: number('serving.timeoutMs'),
    hangMs: number('serving.hangMs'),
    breakerErrors: number('serving.breakerErrors'),
    breakerRate: number('serving.breakerRate'),
    breakerWindowMs: number('serving.breakerWindowMs'),
    breakerOpenMs: number('serving.breakerOpenMs'),
    slowMs: number('serving.slowMs'),
    pollMs: number('serving.pollMs'),
    maxErrors: number('monitoring.maxErrors'),
    windowSeconds: number('monitoring.windowSeconds'),
  };
}

function fieldText(fields: Readonly<Record<string, unknown>> | undefined): string {
  const entries = Object.entries(fields ?? {});
  return entries.length === 0
    ? ''
    : ` (${entries.map(([name, value]) => `${name} ${String(value)}`).join(', ')})`;
}
