import { createRandom } from '../stats/random.js';

/**
 * Deals rows into k folds whose sizes differ by one at most. With classes each fold has its share of every class,
 * to within one row.
 * @param k 1 or more; with fewer rows than folds the last folds are empty
 * @param classes class of each row, NaN (a class of its own) where it is not known
 * @returns the fold of each row, 0..k-1
 * @throws RangeError for k below 1 or not whole
 */
export function foldsOf(rows: number, k: number, seed: number, classes?: ArrayLike<number>): Int32Array {
  if (!Number.isInteger(k) || k < 1)
    throw new RangeError(`the number of folds must be whole and above 0: ${k}`);
  const order = Int32Array.from({ length: rows }, (_, row) => row);
  createRandom(seed).shuffle(order);
  // Row after row goes to the next fold: class by class, that is even in each class and in all.
  if (classes !== undefined) order.sort((a, b) => compareClasses(classes[a], classes[b]));
  const folds = new Int32Array(rows);
  order.forEach((row, place) => {
    folds[row] = place % k;
  });
  return folds;
}

/** By value, NaN last; a stable sort keeps the shuffled order within a class. */
function compareClasses(a = Number.NaN, b = Number.NaN): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a - b;
}

/** Rows of each group, groups in order of first appearance; NaN is a group like any other. */
export function countGroups(groups: ArrayLike<number>): Map<number, number> {
  const sizes = new Map<number, number>();
  for (let row = 0; row < groups.length; row++) {
    const group = groups[row] as number;
    sizes.set(group, (sizes.get(group) ?? 0) + 1);
  }
  return sizes;
}

/**
 * Deals whole groups into k folds of like size: the largest group first, each to the fold that has the fewest rows, as
 * scikit-learn's GroupKFold does it. The seed decides between groups of equal size.
 * @returns the fold of each row; with fewer groups than folds the last folds are empty
 */
export function groupFoldsOf(groups: ArrayLike<number>, k: number, seed: number): Int32Array {
  const sizes = countGroups(groups);
  const order = [...sizes.keys()];
  createRandom(seed).shuffle(order);
  order.sort((a, b) => (sizes.get(b) as number) - (sizes.get(a) as number));
  const rowsOf = new Float64Array(k);
  const foldOf = new Map<number, number>();
  for (const group of order) {
    const lightest = rowsOf.indexOf(Math.min(...rowsOf));
    foldOf.set(group, lightest);
    rowsOf[lightest] = (rowsOf[lightest] as number) + (sizes.get(group) as number);
  }
  return Int32Array.from({ length: groups.length }, (_, row) => foldOf.get(groups[row] as number) as number);
}

/**
 * Deals rows in the order of time into k folds to test on, after a first stretch of about the same size that is only
 * trained on: scikit-learn's TimeSeriesSplit, where fold i is trained on all that lies before it. The bounds are moved
 * so that rows of equal time stay together, to the nearer side, the earlier one where both are as near.
 * @param times number of each row; NaN where its time is not known
 * @returns per row: the fold that it is tested in, -1 for the first stretch, -2 where the time is not known; null
 * where the times do not differ enough for that many folds
 */
export function timeFoldsOf(times: ArrayLike<number>, k: number): Int32Array | null {
  const known = Int32Array.from({ length: times.length }, (_, row) => row).filter(
    (row) => !Number.isNaN(times[row]),
  );
  known.sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);
  const size = Math.floor(known.length / (k + 1));
  const folds = new Int32Array(times.length).fill(-2);
  let start = 0;
  for (let fold = -1; fold < k; fold++) {
    const wanted = fold === k - 1 ? known.length : known.length - size * (k - 1 - fold);
    const end = boundNear(known, times, wanted);
    if (end <= start) return null;
    for (let place = start; place < end; place++) folds[known[place] as number] = fold;
    start = end;
  }
  return folds;
}

/** The place next to the wanted one at which the time changes. */
function boundNear(order: Int32Array, times: ArrayLike<number>, wanted: number): number {
  const changesAt = (place: number): boolean =>
    place <= 0 ||
    place >= order.length ||
    times[order[place - 1] as number] !== times[order[place] as number];
  let distance = 0;
  while (!changesAt(wanted - distance) && !changesAt(wanted + distance)) distance++;
  return changesAt(wanted - distance) ? wanted - distance : wanted + distance;
}
