import type {
  ProbabilityHistogram,
  RegressionErrors,
  ResidualDecile,
} from '../../reports/training/report.js';
import { quantile } from '../../stats/quantile.js';
import { createRandom } from '../../stats/random.js';
import { numberHistogram } from './number-histogram.js';

const PROBABILITY_BINS = 25;
/** Points of a scatter plot: more only cover one another. */
const MOST_POINTS = 800;
const TENTHS = 10;

/** How the probability of the last of two classes is spread, by the true class. */
export function probabilityPart(
  truth: Float64Array,
  probabilities: Float32Array,
  classes: readonly string[],
): ProbabilityHistogram {
  const counts = classes.map(() => new Array<number>(PROBABILITY_BINS).fill(0));
  truth.forEach((label, row) => {
    const bin = Math.min(
      Math.floor((probabilities[2 * row + 1] as number) * PROBABILITY_BINS),
      PROBABILITY_BINS - 1,
    );
    const own = counts[label] as number[];
    own[bin] = (own[bin] as number) + 1;
  });
  return {
    class: classes[1] as string,
    edges: Array.from({ length: PROBABILITY_BINS + 1 }, (_, i) => i / PROBABILITY_BINS),
    byClass: classes.map((name, k) => ({ class: name, counts: counts[k] as number[] })),
  };
}

/** Predicted against actual values: a sample of the points, and the residuals of all rows. */
export function regressionPart(truth: Float64Array, predicted: Float32Array, seed: number): RegressionErrors {
  const rows = truth.length;
  const sample = Int32Array.from({ length: rows }, (_, row) => row);
  createRandom(seed).shuffle(sample);
  const shown = [...sample.subarray(0, MOST_POINTS)].sort((a, b) => a - b);
  const residuals = truth.map((value, row) => value - (predicted[row] as number));
  return {
    predicted: shown.map((row) => predicted[row] as number),
    actual: shown.map((row) => truth[row] as number),
    rows,
    residuals: numberHistogram(residuals),
    byDecile: byDecile(predicted, residuals),
  };
}

/** Residuals by tenths of the rows in the order of their prediction. */
function byDecile(predicted: Float32Array, residuals: Float64Array): ResidualDecile[] {
  const order = Int32Array.from(residuals, (_, row) => row).sort(
    (a, b) => (predicted[a] as number) - (predicted[b] as number),
  );
  const tenths = Math.min(TENTHS, order.length);
  return Array.from({ length: tenths }, (_, i) => {
    const members = order.subarray(
      Math.floor((i * order.length) / tenths),
      Math.floor(((i + 1) * order.length) / tenths),
    );
    const sorted = Float64Array.from(members, (row) => residuals[row] as number).sort();
    return {
      from: predicted[members[0] as number] as number,
      to: predicted[members.at(-1) as number] as number,
      rows: members.length,
      p10: quantile(sorted, 0.1),
      p25: quantile(sorted, 0.25),
      median: quantile(sorted, 0.5),
      p75: quantile(sorted, 0.75),
      p90: quantile(sorted, 0.9),
    };
  });
}
