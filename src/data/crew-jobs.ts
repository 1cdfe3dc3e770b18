import type { SinkPlan } from './column-sink.js';
import type { Layout } from './layout.js';
import type { NumberSummary } from './number-summary.js';
import type { PackedParts } from './packed-parts.js';

/** What a reading thread is asked for. All bytes are in shared memory. */
export type Job = OpenJob | PieceJob | SummaryJob;

/** From now on pieces are of this layout, and their columns go into new sinks of these plans. */
export interface OpenJob {
  readonly kind: 'open';
  readonly name: string;
  readonly layout: Layout;
  readonly plans: readonly (SinkPlan | null)[];
}

export interface PieceJob {
  readonly kind: 'piece';
  readonly id: number;
  /** One of the thread's desks: the memory for the answer, which must have been read before it is used again. */
  readonly desk: number;
  readonly bytes: Uint8Array;
}

export interface SummaryJob {
  readonly kind: 'summary';
  readonly id: number;
  readonly values: Float64Array;
}

/** The answer to a job: `fault` stands for an error, which the asker finds out by doing the job himself. */
export type Report =
  | { readonly kind: 'piece'; readonly id: number; readonly piece: ReadPiece }
  | { readonly kind: 'summary'; readonly id: number; readonly summary: NumberSummary }
  | { readonly kind: 'fault'; readonly id: number };

/** The rows of a piece. */
export interface ReadPiece {
  readonly rows: number;
  /** Lines of the file that it spans. */
  readonly lines: number;
  readonly parts: PackedParts;
}
