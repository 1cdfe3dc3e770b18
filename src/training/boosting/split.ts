import { type Layout, SPLIT_BYTES } from './layout.js';
import { splitAt } from './tasks.js';

/** What the rows of a node sum up to: gradients, and hessians packed with the count (see precision.ts). */
export interface Sums {
  readonly gradient: bigint;
  readonly packed: bigint;
}

/** A way to part a node in two. */
export interface Split {
  readonly column: number;
  /** Last bin on the left. */
  readonly bin: number;
  readonly isMissingLeft: boolean;
  /** Sum of the children's scores, in units of the grid. */
  readonly score: number;
  readonly left: Sums;
}

/** The best of the splits that the columns have written, the first of equals; null where there is none. */
export function readSplit(layout: Layout, place: number, columnsUsed: Uint8Array): Split | null {
  const columns = columnsUsed.length;
  const records = new DataView(layout.memory.buffer, splitAt(layout, place, 0), SPLIT_BYTES * columns);
  let best = -1;
  let score = Number.NEGATIVE_INFINITY;
  for (let column = 0; column < columns; column++) {
    if (columnsUsed[column] === 0) continue;
    const own = records.getFloat64(column * SPLIT_BYTES, true);
    if (own <= score) continue;
    best = column;
    score = own;
  }
  if (best < 0) return null;
  const at = best * SPLIT_BYTES;
  return {
    column: best,
    score,
    left: { gradient: records.getBigInt64(at + 8, true), packed: records.getBigUint64(at + 16, true) },
    bin: records.getInt32(at + 24, true),
    isMissingLeft: records.getInt32(at + 28, true) === 1,
  };
}
