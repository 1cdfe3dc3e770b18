import { once } from 'node:events';
import { createServer as createHttpServer, type Server } from 'node:http';
import { MlxError } from '../errors.js';
import { AccessLog } from './access-log.js';
import { AlertDesk } from './alert-desk.js';
import { App } from './app.js';
import { TokenCheck } from './auth.js';
import { Catalog, type ServedModel } from './catalog.js';
import type { Core } from './core.js';
import type { RunningGrpc } from './grpc/listener.js';
import type { Admit } from './grpc/service.js';
import { refuseMalformed } from './http/malformed.js';
import { ServerMetrics } from './metrics/server-metrics.js';
import { SummaryBoard } from './metrics/summary.js';
import { DEFAULT_LIMITS, type Limits, type ServerOptions } from './options.js';
import { OriginCheck } from './origin.js';
import { predictionId } from './prediction-id.js';
import { openPredictionLog } from './prediction-log.js';
import { Predictor } from './predictor.js';
import { RollbackWatch } from './rollback-watch.js';
import { VersionPool } from './version-pool.js';

const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_PORT = 8080;
/** How often connections that take too long are looked for. */
const CHECK_MS = 1000;

export interface RunningServer {
  /** Where it listens: `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Where it listens for gRPC: `127.0.0.1:8081`; null = it does not. */
  readonly grpc: string | null;
  /** What is served at this moment. */
  readonly models: readonly ServedModel[];
  /** Drains: no new connections, requests at work finish, the log is written. The store stays open. */
  close(): Promise<void>;
}

/** The server without a port: for tests by injection, and inside `startServer`. */
export interface ServerParts {
  readonly app: App;
  readonly core: Core;
  /** Who may call, for what listens beside HTTP. */
  readonly admit: Admit;
  /** Releases the models and writes the log. */
  close(): Promise<void>;
}

/**
 * Loads the models and listens. A model without a version that can be served does not stop it: /ready says so, and
 * the model is picked up when there is one.
 * @throws MlxError NAME_INVALID for a reference that is none, PORT_UNAVAILABLE
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { app, core, admit, close } = await createServer(options);
  const { host = DEFAULT_HOST, port = DEFAULT_PORT } = options;
  const http = httpServer(app, core.limits);
  let grpc: RunningGrpc | null;
  try {
    grpc = await startGrpc(core, admit, options);
  } catch (error) {
    await close();
    throw error;
  }
  try {
    http.listen({ host, port });
    await once(http, 'listening');
  } catch (cause) {
    await grpc?.close();
    await close();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MlxError('PORT_UNAVAILABLE', `The server cannot listen on ${host}:${port}: ${reason}.`, {
      hint: 'Choose another port, or 0 for a free one.',
      cause,
    });
  }
  let closing: Promise<void> | undefined;
  return {
    url: urlOf(http, host),
    grpc: grpc?.address ?? null,
    get models() {
      return core.catalog.models;
    },
    close: () => {
      closing ??= Promise.all([drain(http, core), grpc?.close()]).then(close);
      return closing;
    },
  };
}

/** gRPC is loaded only where it is asked for. @throws MlxError PORT_UNAVAILABLE */
async function startGrpc(
  core: Core,
  admit: Admit,
  { host = DEFAULT_HOST, grpcPort }: ServerOptions,
): Promise<RunningGrpc | null> {
  if (grpcPort === undefined) return null;
  const { listenGrpc } = await import('./grpc/listener.js');
  return listenGrpc(core, admit, { host, port: grpcPort, tls: null });
}

/** Puts the parts together. @throws MlxError NAME_INVALID, USAGE */
export async function createServer(options: ServerOptions): Promise<ServerParts> {
  const { store, now, random, log, actor } = options;
  const limits: Limits = { ...DEFAULT_LIMITS, ...options.limits };
  const metrics = new ServerMetrics();
  const alerts = new AlertDesk(options);
  const writer = await openPredictionLog(store, {
    log,
    flushMs: limits.flushMs,
    capacity: limits.logCapacity,
    sample: limits.logSample,
    retentionMs: limits.logRetentionMs,
  });
  const pool = new VersionPool({ store, now, onBatch: () => writer.commit(), ...limits });
  const watchOver = (model: string) =>
    new RollbackWatch({
      store,
      model,
      actor,
      now,
      log,
      alerts,
      onRollback: () => metrics.rolledBack(model),
      ...limits,
    });
  const catalog = new Catalog(options.models, { store, pool, random, log, alerts, watchOver });
  const summary = new SummaryBoard();
  const predictor = new Predictor({
    writer,
    metrics,
    summary,
    log,
    now,
    newId: () => predictionId(Date.now()),
    ...limits,
  });
  const accessLog = options.accessLog === undefined ? null : new AccessLog(options.accessLog, { now, log });
  const core: Core = {
    store,
    catalog,
    pool,
    predictor,
    writer,
    metrics,
    summary,
    limits,
    log,
    now,
    accessLog,
    version: options.version,
    startedAt: now(),
    isDraining: false,
  };
  const tokens = new TokenCheck(options.tokens ?? []);
  const { host = DEFAULT_HOST, allowedHosts = [], allowedOrigins = [] } = options;
  const app = new App(core, { tokens, origin: new OriginCheck({ host, allowedHosts, allowedOrigins }) });
  await catalog.follow(limits.pollMs);
  const close = async () => {
    await accessLog?.close();
    await catalog.close();
    await writer.close();
    await alerts.settle();
    await pool.close();
  };
  const admit: Admit = (role, authorization) => tokens.check(role, authorization);
  return { app, core, admit, close };
}

/** Waits for requests at work, but not for ever. */
async function drain(http: Server, core: Core): Promise<void> {
  core.isDraining = true;
  const timer = setTimeout(() => {
    core.log('warn', 'requests were still at work when the time to drain was over');
    http.closeAllConnections();
  }, core.limits.drainMs);
  const closed = new Promise((resolve) => http.close(resolve));
  http.closeIdleConnections();
  await closed;
  clearTimeout(timer);
}

function httpServer(app: App, limits: Limits): Server {
  const http = createHttpServer(
    {
      keepAliveTimeout: limits.keepAliveMs,
      headersTimeout: limits.headersMs,
      // Bodies that are read whole have their own limit of time; streams may take as long as they like.
      requestTimeout: 0,
      connectionsCheckingInterval: CHECK_MS,
    },
    (request, response) => void app.handle(request, response),
  );
  http.on('clientError', refuseMalformed);
  return http;
}

function urlOf(http: Server, host: string): string {
  const address = http.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `http://${shown}:${port}`;
}
