import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer, type Server } from 'node:http';
import { MlxError } from '../errors.js';
import { AlertDesk } from './alert-desk.js';
import { App } from './app.js';
import { TokenCheck } from './auth.js';
import { Catalog, type ServedModel } from './catalog.js';
import type { Core } from './core.js';
import { ExplainerPool } from './explain/explainer-pool.js';
import { refuseMalformed } from './http/malformed.js';
import { LogWriter } from './log-writer.js';
import { ServerMetrics } from './metrics.js';
import { DEFAULT_LIMITS, type Limits, type ServerOptions } from './options.js';
import { OriginCheck } from './origin.js';
import { Predictor } from './predictor.js';
import { RollbackWatch } from './rollback-watch.js';
import { SummaryBoard } from './summary.js';
import { VersionPool } from './version-pool.js';

const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_PORT = 8080;
/** How often connections that take too long are looked for. */
const CHECK_MS = 1000;
/** Few people look at explanations at a time, and each explainer holds its model once more. */
const EXPLAINERS = { idleMs: 300_000, capacity: 4, queueLimit: 64 };

export interface RunningServer {
  /** Where it listens: `http://127.0.0.1:8080`. */
  readonly url: string;
  /** What is served at this moment. */
  readonly models: readonly ServedModel[];
  /** Drains: no new connections, requests at work finish, the log is written. The store stays open. */
  close(): Promise<void>;
}

/** The server without a port: for tests by injection, and inside `startServer`. */
export interface ServerParts {
  readonly app: App;
  readonly core: Core;
  /** Releases the models and writes the log. */
  close(): Promise<void>;
}

/**
 * Loads the models and listens. A model without a version that can be served does not stop it: /ready says so, and
 * the model is picked up when there is one.
 * @throws MlxError NAME_INVALID for a reference that is none, PORT_UNAVAILABLE
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { app, core, close } = await createServer(options);
  const { host = DEFAULT_HOST, port = DEFAULT_PORT } = options;
  const http = httpServer(app, core.limits);
  try {
    http.listen({ host, port });
    await once(http, 'listening');
  } catch (cause) {
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
    get models() {
      return core.catalog.models;
    },
    close: () => {
      closing ??= drain(http, core).then(close);
      return closing;
    },
  };
}

/** Puts the parts together. @throws MlxError NAME_INVALID, USAGE */
export async function createServer(options: ServerOptions): Promise<ServerParts> {
  const { store, now, random, log, actor } = options;
  const limits: Limits = { ...DEFAULT_LIMITS, ...options.limits };
  const metrics = await ServerMetrics.create();
  const alerts = new AlertDesk(options);
  const writer = new LogWriter({ store, log, flushMs: limits.flushMs, capacity: limits.logCapacity });
  const pool = new VersionPool({ store, now, onBatch: () => undefined, ...limits });
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
  const predictor = new Predictor({ writer, metrics, summary, log, now, newId: randomUUID, ...limits });
  const explainers = new ExplainerPool(options.explain, {
    ...EXPLAINERS,
    pathOf: (sha256) => store.artifacts.pathOf(sha256),
  });
  const core: Core = {
    store,
    catalog,
    pool,
    predictor,
    writer,
    metrics,
    summary,
    explainers,
    limits,
    log,
    now,
    version: options.version,
    startedAt: now(),
    needsToken: (options.tokens ?? []).length > 0,
    isDraining: false,
  };
  const tokens = new TokenCheck(options.tokens ?? []);
  const { host = DEFAULT_HOST, allowedHosts = [], allowedOrigins = [] } = options;
  const app = new App(core, { tokens, origin: new OriginCheck({ host, allowedHosts, allowedOrigins }) });
  await catalog.follow(limits.pollMs);
  const close = async () => {
    await catalog.close();
    await writer.close();
    await alerts.settle();
    explainers.close();
    await pool.close();
  };
  return { app, core, close };
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
