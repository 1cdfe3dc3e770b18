import { createRandom } from '../../stats/random.js';

/** One random row of each of `size` equal stretches, ascending: no part of the table is passed over. Null = all rows. */
export function evenSample(rows: number, size: number, seed: number): Int32Array | null {
  if (rows <= size) return null;
  const random = createRandom(seed);
  const sample = new Int32Array(size);
  for (let i = 0; i < size; i++) sample[i] = Math.floor(((i + random.next()) * rows) / size);
  return sample;
}

/** The values at `rows`; all of them for null. */
export function pick(values: Float64Array, rows: Int32Array | null): Float64Array {
  if (rows === null) return values;
  const picked = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) picked[i] = values[rows[i] as number] as number;
  return picked;
}
