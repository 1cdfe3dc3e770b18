import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { ModelVersion } from '../store/registry-records.js';
import { Access, DEFAULT_HOST } from './access/access.js';
import { AccessLog } from './access-log.js';
import { AlertDesk } from './alert-desk.js';
import type { App } from './app.js';
import { Catalog, type ServedModel } from './catalog.js';
import type { Core } from './core.js';
import { ExplainerPool } from './explain/explainer-pool.js';
import { Fronts, type Protocol } from './fronts.js';
import type { Admit } from './grpc/service.js';
import { Port } from './http/port.js';
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
  const parts = await createServer(options);
  const { core, reload, close } = parts;
  let fronts: Fronts;
  let ports: Ports;
  try {
    fronts = await Fronts.open(parts, options.grpcPort !== undefined);
    ports = await openPorts(options, (protocol, socket) => fronts.take(protocol, socket));
  } catch (error) {
    await close();
    throw error;
  }
  const goDown = async (): Promise<void> => {
    core.isDraining = true;
    await wait(core.limits.graceMs);
    ports.close();
    await fronts.finish();
    await close();
  };
  let closing: Promise<void> | undefined;
  return {
    url: ports.http.url,
    pids: [process.pid],
    grpc: ports.grpc?.address ?? null,
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

/** Where a server listens. */
export interface Ports {
  readonly http: Port;
  /** null = not asked for. */
  readonly grpc: Port | null;
  /** Accepts no more. */
  close(): void;
}

/**
 * Listens where the options say.
 * @param isPaused nothing is read from the connections, so that another process can
 * @throws MlxError PORT_UNAVAILABLE, and then listens nowhere
 */
export async function openPorts(
  { host = DEFAULT_HOST, port = DEFAULT_PORT, grpcPort, tls }: ServerSettings,
  onConnection: (protocol: Protocol, socket: Socket) => void,
  isPaused = false,
): Promise<Ports> {
  const isSecure = tls !== undefined;
  const open = (protocol: Protocol, port: number): Promise<Port> => {
    const allowHalfOpen = protocol === 'http' && !isSecure;
    const address = { host, port, isSecure, allowHalfOpen };
    return Port.open(address, (socket) => onConnection(protocol, socket), isPaused);
  };
  const http = await open('http', port);
  try {
    const grpc = grpcPort === undefined ? null : await open('grpc', grpcPort);
    const close = () => {
      http.close();
      grpc?.close();
    };
    return { http, grpc, close };
  } catch (error) {
    http.close();
    throw error;
  }
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
  // What answers with the models is loaded while they are.
  const [, writer, { App }] = await Promise.all([
    catalog.follow(limits.pollMs),
    openPredictionLog(store, {
      log,
      flushMs: limits.flushMs,
      capacity: limits.logCapacity,
      sample: limits.logSample,
      retentionMs: limits.logRetentionMs,
    }),
    import('./app.js'),
  ]);
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
  const admit: Admit = (role, authorization, client) => {
    access.admit(access.tokens.identify(authorization, client), role, authorization);
  };
  return { app, core, access, admit, reload, close };
}
