import { MlxError } from '../errors.js';
import type { Store } from '../store/store.js';
import type { Catalog } from './catalog.js';
import type { Lease } from './deployment.js';
import type { HttpRequest } from './http/message.js';
import type { LogWriter } from './log-writer.js';
import type { ServerMetrics } from './metrics.js';
import type { Limits, ServerLog } from './options.js';
import type { Predictor, RequestContext } from './predictor.js';
import type { SummaryBoard } from './summary.js';
import type { VersionPool } from './version-pool.js';

/** What every route needs. */
export interface Core {
  readonly store: Store;
  readonly catalog: Catalog;
  readonly pool: VersionPool;
  readonly predictor: Predictor;
  readonly writer: LogWriter;
  readonly metrics: ServerMetrics;
  readonly summary: SummaryBoard;
  readonly limits: Limits;
  readonly log: ServerLog;
  readonly now: () => Date;
  /** Version of mlx. */
  readonly version: string;
  readonly startedAt: Date;
  isDraining: boolean;
}

/** The header in which the dialects without a field for it say the id of a prediction. */
export const ID_HEADER = 'x-prediction-id';

const MAX_REQUEST_ID = 128;

/** Uses a version and frees it afterwards. */
export async function withLease<T>(lease: Lease, work: (lease: Lease) => Promise<T>): Promise<T> {
  try {
    return await work(lease);
  } finally {
    // What was no fault of the model's says nothing, and leaves the probe to the next request.
    if (lease.isProbe) lease.loaded.breaker.probeEnded();
    lease.loaded.free();
  }
}

/** Headers that say which version answers, and whether it steps in for another one. */
export function versionHeaders({ loaded, isFallback }: Lease): Readonly<Record<string, string>> {
  const version = { 'x-mlx-model-version': String(loaded.record.version) };
  return isFallback ? { ...version, 'x-mlx-fallback': 'true' } : version;
}

/** A request's context. */
export function contextOf(request: HttpRequest, unit: string | null = null): RequestContext {
  const header = request.headers['x-request-id'];
  const requestId = typeof header === 'string' && header.length <= MAX_REQUEST_ID ? header : null;
  return { unit, requestId, startedAt: request.startedAt, deadline: request.deadline };
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
