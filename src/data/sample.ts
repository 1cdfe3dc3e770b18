import { createRandom } from '../stats/random.js';

/** So many rows tell enough of how columns hang together. */
export const SAMPLE_ROWS = 10_000;

/**
 * At most `size` row numbers, ascending, no row twice: one at random out of each of `size` stretches of equal length,
 * so that neither the order of the rows nor a period in it matters. All rows where there are no more.
 */
export function sampleRows(rows: number, size = SAMPLE_ROWS): Int32Array {
  if (rows <= size) return Int32Array.from({ length: rows }, (_, row) => row);
  const random = createRandom(0);
  return Int32Array.from({ length: size }, (_, index) => {
    const start = Math.floor((index * rows) / size);
    return start + random.int(Math.floor(((index + 1) * rows) / size) - start);
  });
}
