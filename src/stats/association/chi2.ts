import { chiSquareSf } from '../distributions.js';
import { type Score, UNDEFINED } from './score.js';

/**
 * Pearson's χ² between the classes' shares of a column's total and their shares of the rows (scikit-learn's
 * `chi2`), for counts, frequencies and 0/1 columns: values of zero or more. Rows where the column is NaN, and
 * classes without a row, are left out. NaN for a column of zeros and for fewer than two classes.
 * @param labels class index of each row
 */
export function chi2(values: Float64Array, labels: Float64Array, classes: number): Score {
  const rows = new Float64Array(classes);
  const observed = new Float64Array(classes);
  let count = 0;
  let total = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    if (Number.isNaN(value)) continue;
    const label = labels[row] as number;
    rows[label] = (rows[label] as number) + 1;
    observed[label] = (observed[label] as number) + value;
    count++;
    total += value;
  }
  let score = 0;
  let groups = 0;
  for (let label = 0; label < classes; label++) {
    if (rows[label] === 0) continue;
    groups++;
    const expected = ((rows[label] as number) / count) * total;
    score += ((observed[label] as number) - expected) ** 2 / expected;
  }
  if (groups < 2 || total === 0) return UNDEFINED;
  return { score, pValue: chiSquareSf(score, groups - 1) };
}
