import { createRandom } from '../stats/random.js';
import type { Column, StringColumn } from './table.js';
import type { Target } from './target.js';

/** Bins that a numeric column is cut into to smooth over noise. */
const BINS = 200;

/** The rows of a column in groups of equal value, and which half of the rows each belongs to. */
interface Groups {
  /** Row numbers by value, missing ones last. */
  readonly order: Int32Array;
  /** Where each group ends in `order`. */
  readonly ends: Int32Array;
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
 * @param half see `halves`
 * @returns classification: the share of the errors of always naming the most frequent class that it saves (Goodman
 *   and Kruskal's lambda), at most 1; regression: R², at most 1
 */
export function singleColumnFit(column: Column, target: Target, half: Uint8Array): number {
  const groups = groupsOf(column, half);
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

function groupsOf(column: Column, half: Uint8Array): Groups {
  const isOrdered = column.kind !== 'string';
  const { places, count } = isOrdered ? placesOf(column.values) : placesOfCodes(column);
  const ends = new Int32Array(count);
  for (const place of places) ends[place] = (ends[place] as number) + 1;
  for (let place = 1; place < count; place++)
    ends[place] = (ends[place] as number) + (ends[place - 1] as number);
  const order = new Int32Array(places.length);
  const next = ends.slice();
  for (let row = places.length - 1; row >= 0; row--) {
    const place = places[row] as number;
    const at = (next[place] as number) - 1;
    next[place] = at;
    order[at] = row;
  }
  return { order, ends: ends.filter((end, place) => end > (ends[place - 1] ?? 0)), half, isOrdered };
}

/** The number of each row's value in order, missing last; some numbers may be nobody's. */
interface Places {
  readonly places: Int32Array;
  readonly count: number;
}

function placesOfCodes({ codes, levels }: StringColumn): Places {
  return { places: codes.map((code) => (code < 0 ? levels.length : code)), count: levels.length + 1 };
}

/** Sorted natively and looked up: several times faster than sorting row numbers by a comparison. */
function placesOf(values: Float64Array): Places {
  const sorted = values.slice().sort();
  const places = new Int32Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    places[row] = Number.isNaN(value) ? sorted.length : low;
  }
  return { places, count: sorted.length + 1 };
}

/** Half of the rows at random: 1, and the other half: 0. */
export function halves(rows: number): Uint8Array {
  const random = createRandom(1);
  return Uint8Array.from({ length: rows }, () => random.int(2));
}

/** Larger groups: about BINS of equal size, equal values together. */
function binned(ends: Int32Array, length: number): Int32Array {
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
