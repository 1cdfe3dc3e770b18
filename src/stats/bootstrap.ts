import type { Interval } from './intervals.js';
import { type ClassificationOptions, classificationJudge, type Judge, regressionJudge } from './metrics.js';
import { quantile } from './quantile.js';
import { createRandom } from './random.js';
import { summarise } from './summary.js';

export interface BootstrapOptions {
  /** The same seed gives the same intervals. */
  readonly seed: number;
  /** How often rows are drawn; 500 by default. */
  readonly resamples?: number | undefined;
  /** Coverage, 0.95 by default. */
  readonly confidence?: number | undefined;
}

export interface BootstrapInterval extends Interval {
  /** Standard deviation of the metric over the resamples; NaN below two that have a value. */
  readonly standardError: number;
}

export type MetricIntervals = Readonly<Record<string, BootstrapInterval>>;

const RESAMPLES = 500;

/**
 * Percentile intervals of every metric (B. Efron, 1979; `scipy.stats.bootstrap(method='percentile')`). As many rows as there
 * are are drawn with replacement, not stratified: how many rows of each class were held out is itself by chance. A resample
 * in which a metric has no value (a class is missing) does not count for it; where there is no other, the ends are NaN.
 *
 * A resample is a count per row, given to the metrics as weights, so that nothing is sorted twice. The median under counts is
 * the lower of the two middle values.
 *
 * @param judge the metrics of `rows` rows under any weights
 */
export function bootstrapIntervals(
  judge: Judge<object>,
  rows: number,
  { seed, resamples = RESAMPLES, confidence = 0.95 }: BootstrapOptions,
): MetricIntervals {
  const estimates = Object.entries(judge() as Record<string, number>);
  const drawn = new Map(estimates.map(([name]) => [name, [] as number[]]));
  const counts = new Float64Array(rows);
  for (let resample = 0; resample < resamples; resample++) {
    const random = createRandom(seed, resample);
    counts.fill(0);
    for (let draw = 0; draw < rows; draw++) (counts[random.int(rows)] as number)++;
    for (const [name, value] of Object.entries(judge(counts) as Record<string, number>)) {
      if (!Number.isNaN(value)) drawn.get(name)?.push(value);
    }
  }
  return Object.fromEntries(
    estimates.map(([name, estimate]) => {
      const values = Float64Array.from(drawn.get(name) ?? []).sort();
      const low = quantile(values, (1 - confidence) / 2);
      const high = quantile(values, (1 + confidence) / 2);
      return [name, { estimate, low, high, standardError: summarise(values).sd }];
    }),
  );
}

/**
 * Intervals of {@link classificationMetrics}; its arguments. 500 resamples of 10,000 rows take about a second.
 */
export function classificationIntervals(
  truth: ArrayLike<number>,
  probabilities: Float32Array | Float64Array,
  classes: number,
  options: ClassificationOptions & BootstrapOptions,
): MetricIntervals {
  const judge = classificationJudge(truth, probabilities, classes, options);
  return bootstrapIntervals(judge, truth.length, options);
}

/** Intervals of {@link regressionMetrics}; its arguments. */
export function regressionIntervals(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  options: BootstrapOptions,
): MetricIntervals {
  return bootstrapIntervals(regressionJudge(truth, predicted), truth.length, options);
}
