import { setImmediate as nextTurn } from 'node:timers/promises';
import { type ForestMemory, placeScratch } from './forest-memory.js';
import { loadKernels } from './kernels.js';
import type { Matrix } from './matrix.js';

const MANY_CELLS = 100_000;

/**
 * Writes the ranks of every column into the memory: see kernels/rank-column.ts. NaN ranks as −∞.
 *
 * Gives the event loop a turn after each column, so that a caller stays responsive.
 */
export async function rankMatrix(forest: ForestMemory, matrix: Matrix, signal?: AbortSignal): Promise<void> {
  const { memory, shape, table } = forest;
  const { rows, columns, data } = matrix;
  const { rankColumn, interleave } = loadKernels(memory);
  const { records, scratch, gathered } = placeScratch(shape, table, 0);
  const isByRow = gathered > 0;
  // first column by column, in room that no tree needs yet: single ranks written all over the table would each cost a cache miss
  const columnMajor = isByRow ? gathered : table.ranks;
  const pairs = new Float32Array(memory.buffer, records, 2 * rows);
  const pairRows = new Uint32Array(memory.buffer, records, 2 * rows);
  const spare = records + 8 * rows;
  const counts = new Int32Array(memory.buffer, table.rankCounts, columns);
  const starts = new Uint32Array(memory.buffer, table.columnStarts, columns);
  for (let column = 0; column < columns; column++) {
    for (let row = 0, at = column; row < rows; row++, at += columns) {
      const value = data[at] as number;
      pairRows[2 * row] = row;
      // −0 becomes 0, so that the two are one value
      pairs[2 * row + 1] = Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value + 0;
    }
    starts[column] = table.ranks + 2 * column * (isByRow ? 1 : rows);
    counts[column] = rankColumn(
      records,
      spare,
      scratch,
      rows,
      columnMajor + 2 * column * rows,
      table.edges + column * table.edgeStride,
    );
    if (rows * column > MANY_CELLS) await nextTurn();
    signal?.throwIfAborted();
  }
  if (isByRow) interleave(columnMajor, table.ranks, rows, columns);
}
