import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { textSetting } from '../../config/settings.js';
import { MlxError } from '../../errors.js';
import { ThreadedExplainer } from '../../modeling/explain-thread.js';
import { parseModelReference } from '../../registry/names.js';
import { requireModel } from '../../registry/resolve.js';
import type { ServerLog } from '../../serving/options.js';
import { startServer } from '../../serving/server.js';
import { alertChannels } from '../alerts.js';
import type { CommandContext, Outcome } from '../command.js';

export interface ServeOptions {
  readonly model?: readonly string[];
  readonly host: string;
  readonly port: number;
  readonly tokenFile?: string;
  readonly bodyLimit: number;
  readonly rowLimit: number;
  readonly slowMs: number;
  readonly maxErrors: number;
  readonly windowSeconds: number;
  readonly webhook?: string;
  readonly alertCommand?: string;
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

export async function run(options: ServeOptions, context: CommandContext): Promise<Outcome<null>> {
  const named = options.model ?? [];
  const configured = textSetting(context.settings, 'name');
  const models = named.length > 0 ? named : configured === null ? [] : [configured];
  if (models.length === 0) {
    throw new MlxError('INPUT_REQUIRED', 'Which model shall be served?', {
      hint: 'For example: mlx serve churn',
    });
  }
  const store = await context.store();
  for (const model of models) await requireModel(store, parseModelReference(model).name);
  const tokens = options.tokenFile === undefined ? [] : await readTokens(options.tokenFile);
  if (!LOOPBACK.has(options.host) && tokens.length === 0) {
    context.warn(
      `anybody who reaches ${options.host} can ask for predictions; give --token-file to ask for a token`,
    );
  }
  const log: ServerLog = (level, message, fields) => {
    const line = { time: context.now().toISOString(), level, message, ...fields };
    if (context.json) context.note(JSON.stringify(line));
    else if (level === 'info') context.note(`${message}${fieldText(fields)}`);
    else context.warn(`${message}${fieldText(fields)}`);
  };
  const server = await startServer({
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
    tokens,
    explain: (file) => ThreadedExplainer.open(file),
    limits: {
      bodyLimit: options.bodyLimit,
      rowLimit: options.rowLimit,
      slowMs: options.slowMs,
      maxErrors: options.maxErrors,
      windowSeconds: options.windowSeconds,
      pollMs: context.settings['serving.pollMs'].value as number,
    },
  });
  context.print(
    context.json
      ? JSON.stringify({ url: server.url, models: server.models })
      : `Serving ${models.join(', ')} at ${server.url} (docs at ${server.url}/docs). Ctrl-C stops.`,
  );
  if (!context.signal.aborted) await once(context.signal, 'abort');
  await server.close();
  return { result: null };
}

async function readTokens(path: string): Promise<string[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').map((line) => line.trim());
  const tokens = lines.filter((line) => line !== '' && !line.startsWith('#'));
  if (tokens.length === 0) {
    throw new MlxError('CONFIG_INVALID', `There is no token in ${path}.`, {
      hint: 'Write one token a line.',
    });
  }
  return tokens;
}

function fieldText(fields: Readonly<Record<string, unknown>> | undefined): string {
  const entries = Object.entries(fields ?? {});
  return entries.length === 0
    ? ''
    : ` (${entries.map(([name, value]) => `${name} ${String(value)}`).join(', ')})`;
}
