import { MlxError } from '../errors.js';
import type { Store } from '../store/store.js';
import type { AccessLog } from './access-log.js';
import type { Catalog } from './catalog.js';
import type { Lease } from './deployment.js';
import type { ExplainerPool } from './explain/explainer-pool.js';
import type { HttpRequest } from './http/message.js';
import type { ServerMetrics } from './metrics/server-metrics.js';
import type { SummaryBoard } from './metrics/summary.js';
import type { Limits, ServerLog } from './options.js';
import type { Peers } from './peers.js';
import type { PredictionLog } from './prediction-log.js';
import type { Predictor, RequestContext } from './predictor.js';
import type { VersionPool } from './version-pool.js';

/** What every route needs. */
export interface Core {
  readonly store: Store;
  readonly catalog: Catalog;
  readonly pool: VersionPool;
  readonly predictor: Predictor;
  readonly writer: PredictionLog;
  readonly explainers: ExplainerPool;
  readonly metrics: ServerMetrics;
  readonly summary: SummaryBoard;
  readonly peers: Peers;
  readonly limits: Limits;
  readonly log: ServerLog;
  /** One line a request; null = off. */
  readonly accessLog: AccessLog | null;
  readonly now: () => Date;
  /** Version of mlx. */
  readonly version: string;
  readonly startedAt: Date;
  /** Whether routes that are not open ask for a token. */
  readonly needsToken: boolean;
  isDraining: boolean;
}

/** The header in which the dialects without a field for it say the id of a prediction. */
export const ID_HEADER = 'x-prediction-id';
/** The version that answered, in all dialects. */
const VERSION_HEADER = 'x-mlx-model-version';
/** Says that another version stepped in for the one that should have answered. */
const FALLBACK_HEADER = 'x-mlx-fallback';

/** What every answer of a model says of who gave it. */
export function versionHeaders(
  version: number | string,
  isFallback: boolean,
): Readonly<Record<string, string>> {
  const answered = { [VERSION_HEADER]: String(version) };
  return isFallback ? { ...answered, [FALLBACK_HEADER]: 'true' } : answered;
}

/** Uses a version and frees it afterwards. */
export async function withLease<T>(lease: Lease, work: (lease: Lease) => Promise<T>): Promise<T> {
  try {
    return await work(lease);
  } finally {
    endLease(lease);
  }
}

export function endLease({ loaded, isProbe }: Lease): void {
  // What was no fault of the model's says nothing, and leaves the probe to the next request.
  if (isProbe) loaded.breaker.probeEnded();
  loaded.free();
}

/** A request's context. */
export function contextOf(request: HttpRequest, unit: string | null = null): RequestContext {
  const { requestId, trace, deadline } = request;
  return { unit, requestId, trace, deadline };
}

/** @throws MlxError REQUEST_TOO_LARGE */
export function checkRows(rows: number, limits: Limits): void {
  if (rows <= limits.rowLimit) return;
  throw new MlxError(
    'REQUEST_TOO_LARGE',
    `${rows} rows are over the limit of ${limits.rowLimit} in one request.`,
    {
      hint: 'Send fewer rows at a time, or score files with `mlx predict`.',
      details: { rows, limit: limits.rowLimit },
    },
  );
}

/** Milliseconds as answers show them: to the microsecond. */
export function roundMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
