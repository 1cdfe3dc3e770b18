import type { Store } from '../store/store.js';
import type { OpenExplainer } from './explain/explainer-pool.js';

export type LogLevel = 'info' | 'warn' | 'error';

/** Takes the server's own log lines; must not throw. */
export type ServerLog = (
  level: LogLevel,
  message: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

/** Something that a person should know: production was taken back, or a release cannot be loaded. */
export interface ServerAlert {
  readonly kind: 'automatic-rollback' | 'rollback-impossible' | 'load-failed';
  /** ISO 8601 UTC. */
  readonly time: string;
  readonly model: string;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Delivers an alert; what it throws is logged and goes no further. */
export type AlertHandler = (alert: ServerAlert) => Promise<void> | void;

/** Everything that the server is given. */
export interface ServerOptions {
  readonly store: Store;
  /** References: `churn` (its production version), `churn@staging`, `churn/3`. At least one. */
  readonly models: readonly string[];
  readonly now: () => Date;
  /** Uniform in [0, 1): the arm of a request without a user id. */
  readonly random: () => number;
  readonly log: ServerLog;
  readonly alert: AlertHandler;
  /** Who acts when the server rolls back by itself. */
  readonly actor: string;
  /** Version of mlx, for the server metadata. */
  readonly version: string;
  /** Default 127.0.0.1. On a loopback address foreign Host headers are refused. */
  readonly host?: string;
  /** Default 8080; 0 picks a free one. */
  readonly port?: number;
  /** Bearer tokens; once there is one, every route but /health and the page /docs needs one. */
  readonly tokens?: readonly string[];
  /** Further host names (without port) that the Host header may hold. */
  readonly allowedHosts?: readonly string[];
  /** Further origins (`https://app.example`) whose pages may call. */
  readonly allowedOrigins?: readonly string[];
  /** Opens what `POST /explain` asks; without it nothing is explained. */
  readonly explain?: OpenExplainer;
  readonly limits?: Partial<Limits>;
}

/** Limits and periods; the defaults are those of the settings `serving.*` and `monitoring.*`. */
export interface Limits {
  /** Largest request body in bytes. */
  readonly bodyLimit: number;
  /** Most rows in one request. */
  readonly rowLimit: number;
  /** Most requests at work at once; more are answered 503 with Retry-After. */
  readonly requestLimit: number;
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
  /** Longest time between a prediction and its being logged. */
  readonly flushMs: number;
  /** Predictions kept in memory while the log cannot be written; more are dropped, and counted. */
  readonly logCapacity: number;
  readonly keepAliveMs: number;
  /** Longest time for a request's headers, and for all of it, to arrive. */
  readonly headersMs: number;
  readonly requestMs: number;
  /** How long `close` waits for requests that are at work. */
  readonly drainMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  bodyLimit: 5_000_000,
  rowLimit: 10_000,
  requestLimit: 2000,
  slowMs: 1000,
  pollMs: 250,
  idleVersions: 2,
  reloadMs: 1000,
  maxErrors: 10,
  windowSeconds: 300,
  flushMs: 50,
  logCapacity: 100_000,
  keepAliveMs: 30_000,
  headersMs: 10_000,
  requestMs: 30_000,
  drainMs: 10_000,
};
