/**
 * The rows drawn for one tree, each with a whole-number payload. Every node of the tree is a range of them;
 * splitting a node partitions its range in place and keeps the order of the rows on both sides.
 */
export interface SampledRows {
  readonly rows: Int32Array;
  readonly payload: Int32Array;
}

/**
 * Moves the rows of the range `start ... end` whose bin is at most `lastLeftBin` to its front; gives where
 * the others start. `offset` is where the column's bins begin.
 */
export type Partition = (offset: number, lastLeftBin: number, start: number, end: number) => number;

export function createSampledRows(capacity: number): SampledRows {
  return { rows: new Int32Array(capacity), payload: new Int32Array(capacity) };
}

/** A kernel (see `kernels` in splitter.ts): arrays are captured as constants. */
export function createPartition(columnBins: Uint8Array, sample: SampledRows): Partition {
  const bins = columnBins;
  const { rows, payload } = sample;
  const heldRows = new Int32Array(rows.length);
  const heldPayload = new Int32Array(rows.length);
  return (offset, lastLeftBin, start, end) => {
    let left = start;
    let held = 0;
    for (let i = start; i < end; i++) {
      const row = rows[i] as number;
      const value = payload[i] as number;
      // no branch: each row is written to both places, and only one of the two positions moves on
      const goesLeft = ((bins[offset + row] as number) - lastLeftBin - 1) >>> 31;
      rows[left] = row;
      payload[left] = value;
      heldRows[held] = row;
      heldPayload[held] = value;
      left += goesLeft;
      held += 1 - goesLeft;
    }
    for (let i = 0; i < held; i++) {
      rows[left + i] = heldRows[i] as number;
      payload[left + i] = heldPayload[i] as number;
    }
    return left;
  };
}

/** Lists the rows that were drawn, with the payload of each; gives their number. */
export function drawSample(
  sample: SampledRows,
  draws: Int32Array,
  payloadOf: (row: number, drawn: number) => number,
): number {
  let size = 0;
  for (let row = 0; row < draws.length; row++) {
    const drawn = draws[row] as number;
    if (drawn === 0) continue;
    sample.rows[size] = row;
    sample.payload[size] = payloadOf(row, drawn);
    size++;
  }
  return size;
}
