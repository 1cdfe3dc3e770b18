import { setTimeout as wait } from 'node:timers/promises';
import { AlertDesk } from './alert-desk.js';
import { App } from './app.js';
import { TokenCheck } from './auth.js';
import { Catalog, type ServedModel } from './catalog.js';
import type { Core } from './core.js';
import { HttpFront } from './http/front.js';
import { type Address, Listener } from './http/listener.js';
import { ServerMetrics } from './metrics.js';
import { DEFAULT_LIMITS, type Limits, type ServerOptions, type ServerSettings } from './options.js';
import { OriginCheck } from './origin.js';
import { ALONE } from './peers.js';
import { predictionId } from './prediction-id.js';
import { openPredictionLog } from './prediction-log.js';
import { Predictor } from './predictor.js';
import { RollbackWatch } from './rollback-watch.js';
import { SummaryBoard } from './summary.js';
import { VersionPool } from './version-pool.js';

const DEFAULT_HOST = '127.0.0.1';
const DEFAULT_PORT = 8080;

export interface RunningServer {
  /** Where it listens: `http://127.0.0.1:8080`. */
  readonly url: string;
  /** What is served at this moment. */
  readonly models: readonly ServedModel[];
  /** The processes that answer. */
  readonly pids: readonly number[];
  /**
   * Drains: /ready says no at once, the listener closes after the grace, requests at work finish, the log is written.
   * The store stays open.
   */
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
  const front = new HttpFront(app.handle, core.limits);
  let listener: Listener;
  try {
    listener = await Listener.open(addressOf(options), (socket) => front.take(socket));
  } catch (error) {
    await close();
    throw error;
  }
  const goDown = async (): Promise<void> => {
    core.isDraining = true;
    await wait(core.limits.graceMs);
    listener.close();
    await finish(front, core);
    await close();
  };
  let closing: Promise<void> | undefined;
  return {
    url: listener.url,
    pids: [process.pid],
    get models() {
      return core.catalog.models;
    },
    close: () => {
      closing ??= goDown();
      return closing;
    },
  };
}

/** Where the options have it listen. */
export function addressOf({ host = DEFAULT_HOST, port = DEFAULT_PORT }: ServerSettings): Address {
  return { host, port };
}

/** Waits for requests at work, but not for ever. */
export async function finish(front: HttpFront, { limits, log }: Core): Promise<void> {
  const cut = await front.finish(limits.drainMs);
  if (cut > 0)
    log('warn', 'requests were still at work when the time to drain was over', { connections: cut });
}

/** Puts the parts together. @throws MlxError NAME_INVALID, USAGE */
export async function createServer(options: ServerOptions): Promise<ServerParts> {
  const { store, now, random, log, actor, peers = ALONE } = options;
  const limits: Limits = { ...DEFAULT_LIMITS, ...options.limits };
  const metrics = await ServerMetrics.create();
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
      tell: peers.tellFailure,
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
  const core: Core = {
    store,
    catalog,
    pool,
    predictor,
    writer,
    metrics,
    summary,
    peers,
    limits,
    log,
    now,
    version: options.version,
    startedAt: options.startedAt ?? now(),
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
    await pool.close();
  };
  return { app, core, close };
}
