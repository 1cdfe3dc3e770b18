import { MlxError } from '../errors.js';
import type { Store } from '../store/store.js';
import type { Catalog } from './catalog.js';
import type { Lease } from './deployment.js';
import type { ExplainerPool } from './explain/explainer-pool.js';
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
  readonly explainers: ExplainerPool;
  readonly metrics: ServerMetrics;
  readonly summary: SummaryBoard;
  readonly limits: Limits;
  readonly log: ServerLog;
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
export const VERSION_HEADER = 'x-mlx-model-version';

const MAX_REQUEST_ID = 128;

/** Uses a version and frees it afterwards. */
export async function withLease<T>(lease: Lease, work: (lease: Lease) => Promise<T>): Promise<T> {
  try {
    return await work(lease);
  } finally {
    lease.loaded.free();
  }
}

/** A request's context. */
export function contextOf(request: HttpRequest, unit: string | null = null): RequestContext {
  const header = request.headers['x-request-id'];
  const requestId = typeof header === 'string' && header.length <= MAX_REQUEST_ID ? header : null;
  return { unit, requestId, startedAt: request.startedAt, deadline: null };
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
