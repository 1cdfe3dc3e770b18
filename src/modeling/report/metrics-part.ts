import type { ReportedMetric } from '../../reports/training/report.js';
import { classificationIntervals, type MetricIntervals, regressionIntervals } from '../../stats/bootstrap.js';
import { metricDirection } from '../../tracking/metric-direction.js';
import { predictModel } from '../../training/model.js';
import { trainModel } from '../../training/train.js';
import { measure } from '../evaluate.js';
import { figure } from './figure.js';
import type { HeldOut } from './prediction-part.js';
import type { ReportInput } from './training-report.js';

/** Coverage of the intervals. */
export const LEVEL = 0.95;
/** Resamples of large tables are fewer: rows × resamples. */
const RESAMPLED_ROWS = 4_000_000;
const RESAMPLES = { fewest: 100, most: 500 };

export function intervalsOf(
  { truth, predictions, classes, threshold }: HeldOut,
  seed: number,
): MetricIntervals {
  const wanted = Math.floor(RESAMPLED_ROWS / Math.max(1, truth.length));
  const resamples = Math.min(RESAMPLES.most, Math.max(RESAMPLES.fewest, wanted));
  const options = { seed, resamples, confidence: LEVEL };
  return classes.length > 0
    ? classificationIntervals(truth, predictions, classes.length, { ...options, threshold })
    : regressionIntervals(truth, predictions, options);
}

/** The primary metric first; beside each what a model would reach that knows the target's spread alone. */
export async function metricsOf(
  { data, made, spec }: ReportInput,
  intervals: MetricIntervals,
  primary: string,
): Promise<readonly ReportedMetric[]> {
  const { train, test } = data;
  const nothing = { rows: 1, columns: 1, data: new Float32Array(1) };
  const { model } = await trainModel({
    algorithm: 'baseline',
    task: train.target.task,
    matrix: { rows: train.table.rows, columns: 1, data: new Float32Array(train.table.rows) },
    target: train.target.values,
    classes: train.target.classes.length,
    weights: train.weights,
    seed: spec.seed,
    workers: 1,
  });
  const one = predictModel(model, nothing);
  const same = Float32Array.from(
    { length: test.table.rows * one.length },
    (_, i) => one[i % one.length] as number,
  );
  const baseline = measure(test.target, test.target.values, same, { metric: spec.metric });
  const names = Object.keys(made.metrics);
  return [primary, ...names.filter((name) => name !== primary)].map((name) => ({
    name,
    value: figure(made.metrics[name]),
    low: figure(intervals[name]?.low),
    high: figure(intervals[name]?.high),
    baseline: figure(baseline[name]),
    better: metricDirection(name),
  }));
}
