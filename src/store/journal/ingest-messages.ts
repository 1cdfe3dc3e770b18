import type { ErrorCode } from '../../errors.js';
import type { IngestedCounts } from './ingester.js';

/** What a thread is started with. */
export interface IngestJob {
  /** The store's folder. */
  readonly root: string;
  /** The writer beside which it runs. */
  readonly writer: string;
  /** What a thread before it has read of that writer's files and removed. */
  readonly removed: IngestedCounts;
  /** Its first number changes with every commit of the writer. */
  readonly commits: Int32Array;
  readonly flushMs: number;
  /** Age at which predictions are forgotten; null: never. */
  readonly retentionMs: number | null;
}

export interface IngestFailure {
  readonly code: ErrorCode;
  readonly message: string;
}

/** To the thread. `close`: read the writer's files to their end, and end. */
export type IngestRequest = { readonly kind: 'flush'; readonly id: number } | { readonly kind: 'close' };

/** From the thread. */
export type IngestReport =
  | {
      readonly kind: 'progress';
      readonly ingested: IngestedCounts;
      readonly removed: IngestedCounts;
      readonly failures: number;
      /** Why the last attempt failed; null when it did not. */
      readonly problem: IngestFailure | null;
      readonly damaged: readonly string[];
    }
  | { readonly kind: 'flushed'; readonly id: number; readonly problem: IngestFailure | null };
