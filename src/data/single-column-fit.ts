import { createRandom } from '../stats/random.js';
import type { Column } from './table.js';
import type { Target } from './target.js';

/** Bins that a numeric column is cut into to smooth over noise. */
const BINS = 200;

/** The rows of a column in groups of equal value, and which half of the rows each belongs to. */
interface Groups {
  /** Row numbers by value, missing ones last. */
  readonly order: Int32Array;
  /** Where each group ends in `order`. */
  readonly ends: readonly number[];
  /** 0 or 1 for each row. */
  readonly half: Uint8Array;
  /** Whether a value lies between others, so that a neighbour can stand in for one that was not seen. */
  readonly isOrdered: boolean;
}

/**
 * How well one column by itself predicts the target, on rows that the forecast was not made from (two halves, each
 * predicted by the other): per value the most frequent class or the mean of the target; for a number that the other
 * half lacks its lower neighbour. No shape is assumed, so that a threshold, a code table and a transformed copy all
 * show. O(n log n).
 * @param target labels without NaN
 * @returns classification: the share of the errors of always naming the most frequent class that it saves (Goodman
 *   and Kruskal's lambda), at most 1; regression: R², at most 1
 */
export function singleColumnFit(column: Column, target: Target): number {
  const groups = groupsOf(column);
  if (target.task === 'classification') return lambda(groups, target.values, target.classes.length);
  const nearest = rSquared(groups, target.values);
  if (!groups.isOrdered) return nearest;
  const smoothed = rSquared({ ...groups, ends: binned(groups.ends, groups.order.length) }, target.values);
  return Math.max(
    nearest,
    smoothed,
    column.kind === 'string' ? 0 : correlation(column.values, target.values) ** 2,
  );
}

function groupsOf(column: Column): Groups {
  const isOrdered = column.kind !== 'string';
  const keys = isOrdered
    ? column.values
    : Float64Array.from(column.codes, (code) => (code < 0 ? Number.NaN : code));
  const missing = (row: number): boolean => Number.isNaN(keys[row]);
  const rows = Int32Array.from(keys.keys());
  const present = rows
    .filter((row) => !missing(row))
    .sort((a, b) => (keys[a] as number) - (keys[b] as number));
  const order = new Int32Array(keys.length);
  order.set(present);
  order.set(rows.filter(missing), present.length);
  const ends: number[] = [];
  for (let i = 1; i < present.length; i++) {
    if (keys[present[i] as number] !== keys[present[i - 1] as number]) ends.push(i);
  }
  if (present.length > 0) ends.push(present.length);
  if (present.length < order.length) ends.push(order.length);
  const random = createRandom(1);
  return { order, ends, half: Uint8Array.from(keys, () => random.int(2)), isOrdered };
}

/** Larger groups: about BINS of equal size, equal values together. */
function binned(ends: readonly number[], length: number): readonly number[] {
  let taken = 0;
  return ends.filter((end) => {
    if (end < length && end - taken < length / BINS) return false;
    taken = end;
    return true;
  });
}

function lambda({ order, ends, half, isOrdered }: Groups, classes: Float64Array, count: number): number {
  const totals = new Float64Array(count);
  for (const value of classes) totals[value] = (totals[value] as number) + 1;
  const most = Math.max(...totals);
  const usual = totals.indexOf(most);
  const best = [usual, usual];
  const counts = [new Int32Array(count), new Int32Array(count)] as const;
  let correct = 0;
  let start = 0;
  for (const end of ends) {
    for (const side of [0, 1] as const) {
      let winner = -1;
      for (let i = start; i < end; i++) {
        const row = order[i] as number;
        if (half[row] !== side) continue;
        const own = classes[row] as number;
        const seen = (counts[side][own] as number) + 1;
        counts[side][own] = seen;
        if (winner < 0 || seen > (counts[side][winner] as number)) winner = own;
      }
      if (winner >= 0) best[side] = winner;
      else if (!isOrdered) best[side] = usual;
    }
    for (let i = start; i < end; i++) {
      const row = order[i] as number;
      const own = classes[row] as number;
      if (best[1 - (half[row] as number)] === own) correct++;
      counts[0][own] = 0;
      counts[1][own] = 0;
    }
    start = end;
  }
  return most === order.length ? 0 : (correct - most) / (order.length - most);
}

function rSquared({ order, ends, half, isOrdered }: Groups, values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const forecast = [mean, mean];
  let [rest, total] = [0, 0];
  let start = 0;
  for (const end of ends) {
    const [sums, counts] = [
      [0, 0],
      [0, 0],
    ];
    for (let i = start; i < end; i++) {
      const row = order[i] as number;
      const side = half[row] as number;
      sums[side] = (sums[side] as number) + (values[row] as number);
      counts[side] = (counts[side] as number) + 1;
    }
    for (const side of [0, 1] as const) {
      const count = counts[side] as number;
      if (count > 0) forecast[side] = (sums[side] as number) / count;
      else if (!isOrdered) forecast[side] = mean;
    }
    for (let i = start; i < end; i++) {
      const row = order[i] as number;
      const value = values[row] as number;
      rest += (value - (forecast[1 - (half[row] as number)] as number)) ** 2;
      total += (value - mean) ** 2;
    }
    start = end;
  }
  return total === 0 ? 0 : 1 - rest / total;
}

/** Pearson's r over every `step`-th row where both are there; 0 where one of them does not vary. */
export function correlation(a: Float64Array, b: Float64Array, step = 1): number {
  let [count, meanA, meanB, squaresA, squaresB, products] = [0, 0, 0, 0, 0, 0];
  for (let row = 0; row < a.length; row += step) {
    const [x, y] = [a[row] as number, b[row] as number];
    if (Number.isNaN(x) || Number.isNaN(y)) continue;
    count++;
    const [dx, dy] = [x - meanA, y - meanB];
    meanA += dx / count;
    meanB += dy / count;
    squaresA += dx * (x - meanA);
    squaresB += dy * (y - meanB);
    products += dx * (y - meanB);
  }
  const scale = Math.sqrt(squaresA) * Math.sqrt(squaresB);
  return scale > 0 && Number.isFinite(scale) ? products / scale : 0;
}
