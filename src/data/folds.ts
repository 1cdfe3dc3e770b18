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
