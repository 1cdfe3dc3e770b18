import { setTimeout as wait } from 'node:timers/promises';
import type { ModelVersion } from '../store/registry-records.js';
import { Access, DEFAULT_HOST } from './access/access.js';
import { AccessLog } from './access-log.js';
import { AlertDesk } from './alert-desk.js';
import { App } from './app.js';
import { Catalog, type ServedModel } from './catalog.js';
import type { Core } from './core.js';
import { ExplainerPool } from './explain/explainer-pool.js';
import type { RunningGrpc } from './grpc/listener.js';
import type { Admit } from './grpc/service.js';
import { HttpFront } from './http/front.js';
import { createListener } from './http/listener.js';
import { type Address, Port } from './http/port.js';
import { ServerMetrics } from './metrics/server-metrics.js';
import { SummaryBoard } from './metrics/summary.js';
import { DEFAULT_LIMITS, type Limits, type ServerOptions, type ServerSettings } from './options.js';
import { ALONE } from './peers.js';
import { predictionId } from './prediction-id.js';
import { openPredictionLog } from './prediction-log.js';
import { Predictor } from './predictor.js';
import { RollbackWatch } from './rollback-watch.js';
import { VersionPool } from './version-pool.js';

const DEFAULT_PORT = 8080;
/** Few people look at explanations at a time, and each explainer holds its model once more. */
const EXPLAINERS = { idleMs: 300_000, capacity: 4, queueLimit: 64 };

export interface RunningServer {
  /** Where it listens: `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Where it listens for gRPC: `127.0.0.1:8081`; null = it does not. */
  readonly grpc: string | null;
  /** What is served at this moment. */
  readonly models: readonly ServedModel[];
  /** The processes that answer. */
  readonly pids: readonly number[];
  /** Reads the files of tokens and certificate again, and opens the access log anew. */
  reload(): Promise<void>;
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
  /** Who may call, for what listens beside HTTP. */
  readonly admit: Admit;
  readonly access: Access;
  /** Reads the files of tokens and certificate again, and opens the access log anew. */
  reload(): Promise<void>;
  /** Releases the models and writes the log. */
  close(): Promise<void>;
}

/**
 * Loads the models and listens. A model without a version that can be served does not stop it: /ready says so, and
 * the model is picked up when there is one.
 * @throws MlxError NAME_INVALID for a reference that is none, PORT_UNAVAILABLE, CONFIG_INVALID for token or TLS files
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { app, core, access, admit, reload, close } = await createServer(options);
  const front = frontOf(app, access, core);
  let port: Port | undefined;
  let grpc: RunningGrpc | null;
  try {
    port = await Port.open(addressOf(options), (socket) => front.take(socket));
    grpc = await startGrpc(core, access, admit, options);
  } catch (error) {
    port?.close();
    await close();
    throw error;
  }
  const goDown = async (): Promise<void> => {
    core.isDraining = true;
    await wait(core.limits.graceMs);
    port.close();
    await Promise.all([finish(front, core), grpc?.close()]);
    await close();
  };
  let closing: Promise<void> | undefined;
  return {
    url: port.url,
    pids: [process.pid],
    grpc: grpc?.address ?? null,
    get models() {
      return core.catalog.models;
    },
    reload,
    close: () => {
      closing ??= goDown();
      return closing;
    },
  };
}

/** Speaks HTTP for the application, within its limits. */
export function frontOf(app: App, access: Access, core: Core): HttpFront {
  const http = createListener((request, response) => void app.handle(request, response), access, core);
  return new HttpFront(http, core);
}

/** Where the options have it listen. */
export function addressOf({ host = DEFAULT_HOST, port = DEFAULT_PORT, tls }: ServerSettings): Address {
  return { host, port, isSecure: tls !== undefined };
}

/** Waits for requests at work, but not for ever. */
export async function finish(front: HttpFront, { limits, log }: Core): Promise<void> {
  const cut = await front.finish(limits.drainMs);
  if (cut > 0)
    log('warn', 'requests were still at work when the time to drain was over', { connections: cut });
}

/** gRPC is loaded only where it is asked for. @throws MlxError PORT_UNAVAILABLE */
async function startGrpc(
  core: Core,
  access: Access,
  admit: Admit,
  { host = DEFAULT_HOST, grpcPort }: ServerOptions,
): Promise<RunningGrpc | null> {
  if (grpcPort === undefined) return null;
  const { listenGrpc } = await import('./grpc/listener.js');
  return listenGrpc(core, admit, { host, port: grpcPort, tls: access.tls });
}

/** Puts the parts together. @throws MlxError NAME_INVALID, USAGE, CONFIG_INVALID */
export async function createServer(options: ServerOptions): Promise<ServerParts> {
  const { store, now, random, log, actor, peers = ALONE } = options;
  const limits: Limits = { ...DEFAULT_LIMITS, ...options.limits };
  const metrics = new ServerMetrics();
  const alerts = new AlertDesk(options);
  const onOpened = ({ name, version }: ModelVersion, message: string) => {
    metrics.circuitOpened(name, version);
    log('error', message);
    alerts.raise({ kind: 'circuit-open', model: name, message, details: { version } });
  };
  const pool = new VersionPool({ store, now, onBatch: () => writer.commit(), onOpened, ...limits });
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
  // Before anything is started that would have to be ended again.
  const access = await Access.open(options, limits);
  // First the models: the log's thread would take processor time from theirs.
  await catalog.follow(limits.pollMs);
  const writer = await openPredictionLog(store, {
    log,
    flushMs: limits.flushMs,
    capacity: limits.logCapacity,
    sample: limits.logSample,
    retentionMs: limits.logRetentionMs,
  });
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
    peers,
    explainers,
    limits,
    log,
    now,
    accessLog,
    version: options.version,
    startedAt: options.startedAt ?? now(),
    needsToken: (options.tokens ?? []).length > 0 || options.tokenFile !== undefined,
    isDraining: false,
  };
  const app = new App(core, access);
  const reload = async () => {
    await Promise.all([access.reload(), accessLog?.reopen()]);
  };
  const close = async () => {
    access.close();
    await accessLog?.close();
    await catalog.close();
    await writer.close();
    await alerts.settle();
    explainers.close();
    await pool.close();
  };
  const admit: Admit = (role, authorization, peer) => {
    access.admit(access.tokens.identify(authorization, peer), role, authorization);
  };
  return { app, core, access, admit, reload, close };
}
