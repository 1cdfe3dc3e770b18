import { digamma } from '../gamma.js';

/**
 * Mutual information in nats, 0 or more. Columns hold no NaN; "discrete" ones hold whole numbers from 0 (class
 * indices, codes). The three estimators of scikit-learn's `mutual_info_classif` and `mutual_info_regression`.
 */

/** Of two discrete columns, from their contingency table. */
export function discreteInformation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const rows = a.length;
  const countsA = countsOf(a);
  const countsB = countsOf(b);
  const cells = new Map<number, number>();
  for (let row = 0; row < rows; row++) {
    const cell = (a[row] as number) * countsB.length + (b[row] as number);
    cells.set(cell, (cells.get(cell) ?? 0) + 1);
  }
  let information = 0;
  for (const [cell, count] of cells) {
    const inA = countsA[Math.floor(cell / countsB.length)] as number;
    const inB = countsB[cell % countsB.length] as number;
    information += (count / rows) * (Math.log(count) + Math.log(rows) - Math.log(inA) - Math.log(inB));
  }
  return Math.max(0, information);
}

/**
 * Of a continuous and a discrete column, by the distance of each value to its k-th neighbour in its own class and
 * the number of values of any class that are nearer. B. Ross, "Mutual information between discrete and continuous
 * data sets", PLoS ONE 9 (2014). O(n·log n). Values that are alone in their class are left out.
 */
export function mixedInformation(values: Float64Array, labels: ArrayLike<number>, k: number): number {
  const sizes = countsOf(labels);
  const members = Uint32Array.from(values.keys()).filter(
    (row) => (sizes[labels[row] as number] as number) > 1,
  );
  if (members.length === 0) return 0;
  const sorted = values.filter((_, row) => (sizes[labels[row] as number] as number) > 1).sort();
  const classes = sizes.map((size) => new Float64Array(size > 1 ? size : 0));
  const filled = sizes.map(() => 0);
  for (const row of members) {
    const label = labels[row] as number;
    (classes[label] as Float64Array)[filled[label] as number] = values[row] as number;
    filled[label] = (filled[label] as number) + 1;
  }
  let ofNeighbours = 0;
  let ofSizes = 0;
  let ofCounts = 0;
  for (const own of classes) {
    if (own.length === 0) continue;
    own.sort();
    const neighbours = Math.min(k, own.length - 1);
    ofNeighbours += own.length * digamma(neighbours);
    ofSizes += own.length * digamma(own.length);
    for (let i = 0; i < own.length; i++) {
      ofCounts += digamma(countNearer(sorted, own[i] as number, neighbourDistance(own, i, neighbours)));
    }
  }
  const rows = members.length;
  return Math.max(0, digamma(rows) + (ofNeighbours - ofSizes - ofCounts) / rows);
}

/**
 * Of two continuous columns, by the distance of each row to its k-th neighbour in the plane (the larger of the two
 * differences) and the numbers of values that are nearer in each column. A. Kraskov, H. Stögbauer &
 * P. Grassberger, "Estimating mutual information", Phys. Rev. E 69 (2004), first estimator. Neighbours are looked
 * for outwards from each row in the order of `x`: O(n·√n) where values are spread, O(n²) where `x` is one value.
 */
export function continuousInformation(x: Float64Array, y: Float64Array, k: number): number {
  const rows = x.length;
  if (rows <= k) return 0;
  const order = Uint32Array.from(x.keys()).sort((i, j) => (x[i] as number) - (x[j] as number));
  const xs = Float64Array.from(order, (row) => x[row] as number);
  const ys = Float64Array.from(order, (row) => y[row] as number);
  const sortedY = y.slice().sort();
  let ofCounts = 0;
  for (let i = 0; i < rows; i++) {
    const distance = planeDistance(xs, ys, i, k);
    ofCounts += digamma(countNearer(xs, xs[i] as number, distance));
    ofCounts += digamma(countNearer(sortedY, ys[i] as number, distance));
  }
  return Math.max(0, digamma(rows) + digamma(k) - ofCounts / rows);
}

function countsOf(codes: ArrayLike<number>): number[] {
  const counts: number[] = [];
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row] as number;
    while (counts.length <= code) counts.push(0);
    counts[code] = (counts[code] as number) + 1;
  }
  return counts;
}

/** Distance of sorted[i] to its k-th nearest other value; k < sorted.length. */
function neighbourDistance(sorted: Float64Array, i: number, k: number): number {
  const value = sorted[i] as number;
  let below = i - 1;
  let above = i + 1;
  let distance = 0;
  for (let found = 0; found < k; found++) {
    const down = below < 0 ? Number.POSITIVE_INFINITY : value - (sorted[below] as number);
    const up = above >= sorted.length ? Number.POSITIVE_INFINITY : (sorted[above] as number) - value;
    if (down <= up) {
      distance = down;
      below--;
    } else {
      distance = up;
      above++;
    }
  }
  return distance;
}

/** The larger of the differences in x and y between row i (in the order of xs) and its k-th nearest other row. */
function planeDistance(xs: Float64Array, ys: Float64Array, i: number, k: number): number {
  const x = xs[i] as number;
  const y = ys[i] as number;
  const nearest = new Array<number>(k).fill(Number.POSITIVE_INFINITY);
  const consider = (row: number): boolean => {
    const across = Math.abs((xs[row] as number) - x);
    if (across >= (nearest[k - 1] as number)) return false;
    const distance = Math.max(across, Math.abs((ys[row] as number) - y));
    let place = k - 1;
    if (distance >= (nearest[place] as number)) return true;
    for (; place > 0 && (nearest[place - 1] as number) > distance; place--) {
      nearest[place] = nearest[place - 1] as number;
    }
    nearest[place] = distance;
    return true;
  };
  let below = i - 1;
  let above = i + 1;
  let goesDown = true;
  let goesUp = true;
  while (goesDown || goesUp) {
    goesDown = goesDown && below >= 0 && consider(below--);
    goesUp = goesUp && above < xs.length && consider(above++);
  }
  return nearest[k - 1] as number;
}

/** Number of values less than `distance` away, and at least those equal to the value. */
function countNearer(sorted: Float64Array, value: number, distance: number): number {
  if (distance === 0)
    return firstFrom(sorted, (other) => other > value) - firstFrom(sorted, (other) => other >= value);
  return (
    firstFrom(sorted, (other) => other - value >= distance) -
    firstFrom(sorted, (other) => value - other < distance)
  );
}

/** Index of the first value for which the condition holds, which must hold for all after it. */
function firstFrom(sorted: Float64Array, holds: (value: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(sorted[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return low;
}
