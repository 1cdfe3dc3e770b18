import { finiteOrNull } from '../data/profile/compare.js';
import { evenSample } from '../data/profile/even-sample.js';
import { type Column, takeColumnRows } from '../data/table.js';
import { adjustHolm } from '../stats/adjust.js';
import { type BootstrapInterval, bootstrapIntervals } from '../stats/bootstrap.js';
import { normalSf } from '../stats/distributions.js';
import {
  type ClassificationMetrics,
  classificationJudgeOf,
  type Judge,
  type RegressionMetrics,
  regressionJudge,
} from '../stats/metrics.js';
import { metricDirection } from '../tracking/metric-direction.js';
import { type SliceLimits, sliceColumnRows } from './slice-rows.js';

/** What a model said of held-out rows, and what is true, with the metric that is looked at. */
export type SlicedPredictions =
  | {
      readonly task: 'classification';
      readonly metric: keyof ClassificationMetrics;
      /** Class index per row. */
      readonly truth: Float64Array;
      /** rows × classes, row-major. */
      readonly probabilities: Float32Array;
      readonly classes: number;
      readonly threshold?: number | undefined;
    }
  | {
      readonly task: 'regression';
      readonly metric: keyof RegressionMetrics;
      readonly truth: Float64Array;
      readonly predicted: Float32Array;
    };

export interface Slice {
  readonly column: string;
  readonly label: string;
  readonly rows: number;
  /** The metric on these rows with its 95 % bootstrap interval; null where it has no value there. */
  readonly estimate: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** The metric on all other rows. */
  readonly rest: number | null;
  /** By how much the slice is worse than the rest, in units of the metric; below 0 where it is better. */
  readonly worseBy: number | null;
  /** One-sided p-value of being worse than the rest, adjusted after Holm for all slices that were tested. */
  readonly pValue: number | null;
}

export interface SliceReport {
  readonly metric: string;
  readonly overall: number;
  /** Rows that were looked at: all, or an even sample. */
  readonly rows: number;
  /** Column by column. */
  readonly slices: readonly Slice[];
  /** Those that are worse beyond chance, the worst first. */
  readonly worst: readonly Slice[];
  /** Columns that were not looked at, because there are too many. */
  readonly columnsLeftOut: readonly string[];
}

const LIMITS: SliceLimits = { minRows: 30, maxLevels: 20, bins: 5 };
const MOST_COLUMNS = 50;
const RESAMPLES = 100;
/** Resamples × columns × rows: some seconds of work. */
const MOST_WORK = 20_000_000;
const FALSE_ALARM = 0.05;
const MOST_WORST = 10;

/**
 * The metric on each slice of each column: levels of categories, fifths of numbers, missing values. A slice is compared with
 * all other rows by z = difference / √(standard error² + that of the rest²); the slice's error is of bootstrap resamples, the
 * rest's is the whole table's, by 1/√rows. Work is bounded: beyond a limit an even sample of the rows is looked at.
 *
 * @param columns of the held-out rows, those that a person would want to compare by
 */
export function measureSlices(
  columns: readonly Column[],
  predictions: SlicedPredictions,
  { seed }: { readonly seed: number },
): SliceReport {
  const looked = columns.slice(0, MOST_COLUMNS);
  const mostRows = Math.floor(MOST_WORK / (RESAMPLES * Math.max(1, looked.length)));
  const all = Int32Array.from({ length: predictions.truth.length }, (_, row) => row);
  const rows = evenSample(all.length, mostRows, seed) ?? all;
  const whole = judgeRows(predictions, rows);
  const spread = boot(whole, predictions.metric, rows.length, seed);
  const slices = looked.flatMap((column) =>
    sliceColumnRows(takeColumnRows(column, rows), LIMITS)
      .filter((slice) => slice.rows.length < rows.length)
      .map((slice) => {
        const own = judgeRows(
          predictions,
          slice.rows.map((at) => rows[at] as number),
        );
        const interval = boot(own, predictions.metric, slice.rows.length, seed);
        const rest = valueOn(whole, predictions.metric, othersThan(slice.rows, rows.length));
        const restError = spread.standardError * Math.sqrt(rows.length / (rows.length - slice.rows.length));
        return {
          column: column.name,
          label: slice.label,
          rows: slice.rows.length,
          interval,
          rest,
          restError,
        };
      }),
  );
  const compared = compare(slices, predictions.metric);
  return {
    metric: predictions.metric,
    overall: spread.estimate,
    rows: rows.length,
    slices: compared,
    worst: compared
      .filter(({ pValue }) => pValue !== null && pValue < FALSE_ALARM)
      .sort((a, b) => (b.worseBy as number) - (a.worseBy as number))
      .slice(0, MOST_WORST),
    columnsLeftOut: columns.slice(MOST_COLUMNS).map(({ name }) => name),
  };
}

interface Measured {
  readonly column: string;
  readonly label: string;
  readonly rows: number;
  readonly interval: BootstrapInterval;
  readonly rest: number;
  readonly restError: number;
}

function compare(measured: readonly Measured[], metric: string): Slice[] {
  const sign = metricDirection(metric) === 'lower' ? 1 : -1;
  const differences = measured.map(({ interval, rest }) => sign * (interval.estimate - rest));
  const pValues = measured.map(({ interval, restError }, i) => {
    const error = Math.hypot(interval.standardError, restError);
    return normalSf((differences[i] as number) / error);
  });
  const adjusted = adjustHolm(pValues);
  return measured.map(({ column, label, rows, interval, rest }, i) => ({
    column,
    label,
    rows,
    estimate: finiteOrNull(interval.estimate),
    low: finiteOrNull(interval.low),
    high: finiteOrNull(interval.high),
    rest: finiteOrNull(rest),
    worseBy: finiteOrNull(differences[i] as number),
    pValue: finiteOrNull(adjusted[i] as number),
  }));
}

function judgeRows(predictions: SlicedPredictions, rows: Int32Array): Judge<object> {
  const truth = Float64Array.from(rows, (row) => predictions.truth[row] as number);
  if (predictions.task === 'regression') {
    return regressionJudge(
      truth,
      Float32Array.from(rows, (row) => predictions.predicted[row] as number),
    );
  }
  const { metric, probabilities, classes, threshold } = predictions;
  const own = new Float32Array(rows.length * classes);
  rows.forEach((row, at) => {
    own.set(probabilities.subarray(row * classes, (row + 1) * classes), at * classes);
  });
  return classificationJudgeOf(metric, truth, own, classes, threshold);
}

function boot(judge: Judge<object>, metric: string, rows: number, seed: number): BootstrapInterval {
  return bootstrapIntervals(judge, rows, { seed, resamples: RESAMPLES })[metric] as BootstrapInterval;
}

function valueOn(judge: Judge<object>, metric: string, weights: Float64Array): number {
  return (judge(weights) as Record<string, number>)[metric] as number;
}

/** Weight 1 for every row but those of the slice. */
function othersThan(slice: Int32Array, rows: number): Float64Array {
  const weights = new Float64Array(rows).fill(1);
  for (const row of slice) weights[row] = 0;
  return weights;
}
