import { fisherSf } from '../distributions.js';
import { momentsOf } from '../moments.js';
import { type Score, UNDEFINED } from './score.js';

/**
 * F of the one-way analysis of variance of a column over the classes (scikit-learn's `f_classif`). Rows where the
 * column is NaN, and classes without a row, are left out. NaN for a constant column, for fewer than two classes
 * and where no degree of freedom is left; Infinity where the classes are constant and differ.
 *
 * Sums of squares are taken about the means, where scikit-learn subtracts squares of sums: the same but for the
 * digits that a large offset costs there.
 * @param labels class index of each row
 */
export function fClassif(values: Float64Array, labels: Float64Array, classes: number): Score {
  const { count, mean, min, max } = momentsOf(values);
  if (!(min < max)) return UNDEFINED;
  const counts = new Float64Array(classes);
  const means = new Float64Array(classes);
  for (let row = 0; row < values.length; row++) {
    const difference = (values[row] as number) - mean;
    if (Number.isNaN(difference)) continue;
    const label = labels[row] as number;
    counts[label] = (counts[label] as number) + 1;
    means[label] = (means[label] as number) + difference;
  }
  let between = 0;
  let groups = 0;
  for (let label = 0; label < classes; label++) {
    const size = counts[label] as number;
    if (size === 0) continue;
    groups++;
    between += ((means[label] as number) * (means[label] as number)) / size;
    means[label] = (means[label] as number) / size;
  }
  if (groups < 2 || count <= groups) return UNDEFINED;
  let within = 0;
  for (let row = 0; row < values.length; row++) {
    const difference = (values[row] as number) - mean - (means[labels[row] as number] as number);
    if (!Number.isNaN(difference)) within += difference * difference;
  }
  const score = between / (groups - 1) / (within / (count - groups));
  return { score, pValue: fisherSf(score, groups - 1, count - groups) };
}
