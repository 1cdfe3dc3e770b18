/**
 * Moves the rows of the range `start ... end` whose bin is at most `lastLeftBin` to its front and keeps their
 * order on both sides; gives where the others start. `offset` is where the column's bins begin.
 */
export type Partition = (offset: number, lastLeftBin: number, start: number, end: number) => number;

/** A kernel (see splitter.ts) over the sampled rows of a tree, every node of which is a range of them. */
export function createPartition(columnBins: Uint8Array, sampledRows: Int32Array): Partition {
  const bins = columnBins;
  const rows = sampledRows;
  const held = new Int32Array(rows.length);
  return (offset, lastLeftBin, start, end) => {
    let left = start;
    let right = 0;
    for (let i = start; i < end; i++) {
      const row = rows[i] as number;
      // no branch: each row is written to both places, and only one of the two positions moves on
      const goesLeft = ((bins[offset + row] as number) - lastLeftBin - 1) >>> 31;
      rows[left] = row;
      held[right] = row;
      left += goesLeft;
      right += 1 - goesLeft;
    }
    for (let i = 0; i < right; i++) rows[left + i] = held[i] as number;
    return left;
  };
}

/** Lists the rows that were drawn; gives their number. */
export function listDrawnRows(draws: Int32Array, rows: Int32Array): number {
  let size = 0;
  for (let row = 0; row < draws.length; row++) {
    if ((draws[row] as number) > 0) rows[size++] = row;
  }
  return size;
}
