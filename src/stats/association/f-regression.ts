import { pearsonCorrelation } from '../correlation.js';
import { fisherSf } from '../distributions.js';
import type { Score } from './score.js';

/**
 * F of the linear regression of the target on one column, from Pearson's r: r² / (1 − r²) · (n − 2) (scikit-learn's
 * `f_regression`). Rows where the column is NaN are left out. A constant column or target has score 0 and p 1;
 * a perfect line has score Infinity and p 0, or what rounding leaves of them.
 * @param target a number for each row, never NaN
 */
export function fRegression(values: Float64Array, target: Float64Array): Score {
  let count = 0;
  for (let row = 0; row < values.length; row++) count += +!Number.isNaN(values[row] as number);
  const correlation = pearsonCorrelation(values, target);
  if (Number.isNaN(correlation) || count < 3) return { score: 0, pValue: 1 };
  const square = correlation * correlation;
  const score = (square / (1 - square)) * (count - 2);
  return { score, pValue: fisherSf(score, 1, count - 2) };
}
