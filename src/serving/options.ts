import type { Store } from '../store/store.js';
import type { TlsFiles } from './access/tls.js';
import type { OpenExplainer } from './explain/explainer-pool.js';
import type { Peers } from './peers.js';

export type LogLevel = 'info' | 'warn' | 'error';

/** Takes the server's own log lines; must not throw. */
export type ServerLog = (
  level: LogLevel,
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

/** Something that a person should know: production was taken back, or a release cannot be loaded or keeps failing. */
export interface ServerAlert {
  readonly kind: 'automatic-rollback' | 'rollback-impossible' | 'load-failed' | 'circuit-open';
  /** ISO 8601 UTC. */
  readonly time: string;
  readonly model: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Delivers an alert; what it throws is logged and goes no further. */
export type AlertHandler = (alert: ServerAlert) => Promise<void> | void;

/** What the server is told, as plain data: it can be sent to another process. */
export interface ServerSettings {
  /** References: `churn` (its production version), `churn@staging`, `churn/3`. At least one. */
  readonly models: readonly string[];
  /** Who acts when the server rolls back by itself. */
  readonly actor: string;
  /** Version of mlx, for the server metadata. */
  readonly version: string;
  /** Default 127.0.0.1. On a loopback address foreign Host headers are refused. */
  readonly host?: string;
  /** Default 8080; 0 picks a free one. */
  readonly port?: number;
  /** Listens for gRPC, too; 0 picks a free port. */
  readonly grpcPort?: number;
  /** Bearer tokens, each `token`, `role:token` or `token role`; once there is one, every route that is not open needs one. */
  readonly tokens?: readonly string[];
  /** A file of such entries, one a line; it is read again when it changes. */
  readonly tokenFile?: string;
  /** HTTPS with these files, which are read again when they change; without them HTTP. */
  readonly tls?: TlsFiles;
  /** Further host names (without port) that the Host header may hold. */
  readonly allowedHosts?: readonly string[];
  /** Other origins (`https://app.example`, or `*` for any) whose pages may call and read the answers. */
  readonly corsOrigins?: readonly string[];
  /** File that gets one JSON line a request. */
  readonly accessLog?: string;
  readonly limits?: Partial<Limits>;
}

/** Everything that the server is given. */
export interface ServerOptions extends ServerSettings {
  readonly store: Store;
  readonly now: () => Date;
  /** Uniform in [0, 1): the arm of a request without a user id. */
  readonly random: () => number;
  readonly log: ServerLog;
  readonly alert: AlertHandler;
  /** When the server was started, where this is a part of it that came later; default now. */
  readonly startedAt?: Date;
  /** The other processes that serve with this one; without it there are none. */
  readonly peers?: Peers;
  /** Opens what `POST /explain` asks; without it nothing is explained. */
  readonly explain?: OpenExplainer;
}

/** Limits and periods; the defaults are those of the settings `serving.*` and `monitoring.*`. */
export interface Limits {
  /** Largest request body in bytes. */
  readonly bodyLimit: number;
  /** Most rows in one request. */
  readonly rowLimit: number;
  /** Most requests at work at once; more are answered 429 with Retry-After. */
  readonly requestLimit: number;
  /** Most rows that wait for one version; more are answered 429. A request that finds none waiting is always taken. */
  readonly queueRows: number;
  /** Most connections at once; more are closed at once. */
  readonly connectionLimit: number;
  /** Requests a second that one caller may send on the long run; null = any number. */
  readonly rateLimit: number | null;
  /** Requests that a caller may send at once after a pause; null = as many as in a second. */
  readonly rateBurst: number | null;
  /** Longest time for a request; the client may ask for less. */
  readonly timeoutMs: number;
  /** A model's thread that says nothing for so long is replaced. */
  readonly hangMs: number;
  /** Failed requests within `breakerWindowMs` that open a version's circuit, if they are `breakerRate` of all or more. */
  readonly breakerErrors: number;
  readonly breakerRate: number;
  readonly breakerWindowMs: number;
  /** How long an open circuit stays so before a request is let through to try. */
  readonly breakerOpenMs: number;
  /** Predictions slower than this are warned of. */
  readonly slowMs: number;
  /** How often the registry is looked at. */
  readonly pollMs: number;
  /** Loaded versions kept although nothing uses them at the moment. */
  readonly idleVersions: number;
  /** How long a version that could not be loaded is left alone. */
  readonly reloadMs: number;
  /** Failures after a promotion that take production back, within the window. */
  readonly maxErrors: number;
  readonly windowSeconds: number;
  /** Longest time between a prediction's answer, when it is in the journal, and its being in log.db. */
  readonly flushMs: number;
  /** Predictions kept in memory while the journal cannot be written; more are dropped, and counted. */
  readonly logCapacity: number;
  /** Share of predictions that are logged. */
  readonly logSample: number;
  /** Age at which logged predictions are forgotten; null: never. */
  readonly logRetentionMs: number | null;
  readonly keepAliveMs: number;
  /** Longest time for a request's headers, and for all of it, to arrive. */
  readonly headersMs: number;
  readonly requestMs: number;
  /** A client that takes nothing of its answer for so long is given up. */
  readonly stallMs: number;
  /** How long `close` goes on accepting connections, while /ready says no. */
  readonly graceMs: number;
  /** How long `close` waits after that for requests that are at work. */
  readonly drainMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  bodyLimit: 5_000_000,
  rowLimit: 10_000,
  requestLimit: 2000,
  queueRows: 10_000,
  connectionLimit: 10_000,
  rateLimit: null,
  rateBurst: null,
  timeoutMs: 30_000,
  hangMs: 60_000,
  breakerErrors: 20,
  breakerRate: 0.5,
  breakerWindowMs: 10_000,
  breakerOpenMs: 5000,
  slowMs: 1000,
  pollMs: 250,
  idleVersions: 2,
  reloadMs: 1000,
  maxErrors: 10,
  windowSeconds: 300,
  flushMs: 50,
  logCapacity: 100_000,
  logSample: 1,
  logRetentionMs: null,
  keepAliveMs: 30_000,
  headersMs: 10_000,
  requestMs: 30_000,
  graceMs: 0,
  stallMs: 30_000,
  drainMs: 10_000,
};
