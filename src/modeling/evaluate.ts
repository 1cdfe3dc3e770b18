import type { Column } from '../data/table.js';
import { type Table, takeRows } from '../data/table.js';
import type { Target } from '../data/target.js';
import type { ScoringModel } from '../scoring/model.js';
import type { Scores } from '../scoring/scores.js';
import { quantileLoss } from '../stats/metrics/regression.js';
import {
  type ClassificationMetrics,
  classificationJudgeOf,
  classificationMetrics,
  regressionMetrics,
} from '../stats/metrics.js';
import { quantileOf } from './quantile-metric.js';

const BATCH_ROWS = 8192;

/** Scores of a whole table, batch by batch. */
export interface Evaluation {
  readonly metrics: Readonly<Record<string, number>>;
  /** Probabilities (rows × classes, row-major) or values. */
  readonly predictions: Float32Array;
  /** See summariseScores. */
  readonly scores: Float64Array;
  readonly rowsPerSecond: number;
}

/**
 * Scores a table with the model file and measures it against the known target: see classificationMetrics and
 * regressionMetrics. Labels are told by the model's own threshold.
 * @param metric one that was asked for: see measure
 */
export async function evaluate(
  model: ScoringModel,
  table: Table,
  target: Target,
  metric?: string,
): Promise<Evaluation> {
  const startedAt = performance.now();
  const all = await scoreTable(model, table);
  const seconds = (performance.now() - startedAt) / 1000;
  return {
    metrics: measure(target, target.values, all, { threshold: model.manifest.threshold, metric }),
    predictions: all,
    scores: summariseScores(all, table.rows, Math.max(target.classes.length, 1)),
    rowsPerSecond: table.rows / seconds,
  };
}

/**
 * The metrics of predictions: see evaluate.
 * @param truth class index or value of each row
 * @param predictions probabilities, rows × classes row-major, or values
 * @param options `threshold` of two classes: see predictedClasses; `metric` that was asked for by name, which adds
 *   `quantile_loss@0.9` to those that are always there
 */
export function measure(
  { task, classes }: Pick<Target, 'task' | 'classes'>,
  truth: Float64Array,
  predictions: Float32Array,
  {
    threshold,
    metric,
  }: { readonly threshold?: number | undefined; readonly metric?: string | undefined } = {},
): Readonly<Record<string, number>> {
  if (task === 'classification')
    return { ...classificationMetrics(truth, predictions, classes.length, { threshold }) };
  const quantile = quantileOf(metric);
  const asked = quantile === null ? {} : { [metric as string]: quantileLoss(truth, predictions, quantile) };
  return { ...regressionMetrics(truth, predictions), ...asked };
}

/** One of the metrics of {@link measure}, without working out what it does not need; labels are told at one half. */
export function measureOne(
  metric: string,
  target: Pick<Target, 'task' | 'classes'>,
  truth: Float64Array,
  predictions: Float32Array,
): number {
  if (target.task === 'regression') return measure(target, truth, predictions, { metric })[metric] as number;
  const name = metric as keyof ClassificationMetrics;
  const judge = classificationJudgeOf(name, truth, predictions, target.classes.length);
  return (judge() as ClassificationMetrics)[name] as number;
}

/** Probabilities (rows × classes, row-major) or values of a whole table, batch by batch. */
export async function scoreTable(model: ScoringModel, table: Table): Promise<Float32Array> {
  const width = Math.max(model.manifest.classes.length, 1);
  const all = new Float32Array(table.rows * width);
  for (let start = 0; start < table.rows; start += BATCH_ROWS) {
    const rows = Int32Array.from(
      { length: Math.min(BATCH_ROWS, table.rows - start) },
      (_, index) => start + index,
    );
    all.set(valuesOf(await model.score(takeRows(table, rows))), start * width);
  }
  return all;
}

function valuesOf(scores: Scores): Float32Array {
  return scores.task === 'classification' ? scores.probabilities : scores.values;
}

/**
 * One number per row that stands for the prediction, by which drift of the answers is judged: the last class's
 * probability (two classes), the largest probability (more classes), or the value.
 */
export function summariseScores(all: Float32Array, rows: number, width: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => {
    const own = all.subarray(row * width, (row + 1) * width);
    return width > 2 ? Math.max(...own) : (own[width - 1] as number);
  });
}

/** The prediction as a table column, for the drift baseline. */
export function scoreColumn(values: Float64Array): Column {
  return { kind: 'number', name: 'prediction', values };
}
