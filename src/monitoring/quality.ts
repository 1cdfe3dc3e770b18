import type { Task } from '../data/schema.js';
import { confusionMatrix } from '../stats/metrics/confusion.js';
import { labelMetrics } from '../stats/metrics/label-metrics.js';
import { probabilityMetrics, regressionMetrics } from '../stats/metrics.js';

/** A logged prediction and the label that arrived for it; null = none yet. */
export interface LabelledPrediction {
  readonly label: string | number | null;
  readonly prediction: string | number;
  readonly probabilities: Readonly<Record<string, number>> | null;
}

/** Metrics of predictions against labels. Null = cannot be computed (no labels, one class …). */
export interface LiveQuality {
  readonly task: Task;
  /** Predictions looked at. */
  readonly total: number;
  /** Of them, predictions that could be measured. */
  readonly labelled: number;
  /** Labels that are no class of the model, or no number for regression; left out. */
  readonly unknown_labels: number;
  readonly metrics: Readonly<Record<string, number | null>>;
}

/**
 * Live quality over predictions with labels. Classes are compared as text, so a label `1` meets the
 * class "1". What judges labels (accuracy, F1 …) judges the prediction that the client saw; what judges
 * probabilities (ROC AUC, log loss …) needs them on every labelled row and is null otherwise.
 *
 * @param classes class names in the model's order; empty for regression
 */
export function liveQuality(
  rows: Iterable<LabelledPrediction>,
  task: Task,
  classes: readonly string[],
): LiveQuality {
  return task === 'regression' ? regressionQuality(rows) : classificationQuality(rows, classes);
}

function regressionQuality(rows: Iterable<LabelledPrediction>): LiveQuality {
  const truth: number[] = [];
  const predicted: number[] = [];
  const tally = { total: 0, unknown_labels: 0 };
  for (const { label, prediction } of rows) {
    tally.total++;
    if (label === null) continue;
    const value = typeof label === 'number' || label.trim() !== '' ? Number(label) : Number.NaN;
    if (!Number.isFinite(value) || !Number.isFinite(Number(prediction))) {
      tally.unknown_labels++;
      continue;
    }
    truth.push(value);
    predicted.push(Number(prediction));
  }
  return {
    task: 'regression',
    ...tally,
    labelled: truth.length,
    metrics: nullable(regressionMetrics(truth, predicted)),
  };
}

function classificationQuality(rows: Iterable<LabelledPrediction>, classes: readonly string[]): LiveQuality {
  const indexOf = new Map(classes.map((name, index) => [name, index]));
  const truth: number[] = [];
  const predicted: number[] = [];
  const probabilities: number[] = [];
  const tally = { total: 0, unknown_labels: 0 };
  let allHaveProbabilities = true;
  for (const row of rows) {
    tally.total++;
    if (row.label === null) continue;
    const actual = indexOf.get(String(row.label));
    const guess = indexOf.get(String(row.prediction));
    if (actual === undefined || guess === undefined) {
      tally.unknown_labels++;
      continue;
    }
    truth.push(actual);
    predicted.push(guess);
    const given = new Map(Object.entries(row.probabilities ?? {}));
    if (row.probabilities === null) allHaveProbabilities = false;
    else for (const name of classes) probabilities.push(given.get(name) ?? 0);
  }
  const confusion = confusionMatrix(truth, predicted, classes.length);
  const labels = labelMetrics(confusion, classes.length, { positive: classes.length - 1 });
  const judged = allHaveProbabilities
    ? probabilityMetrics(truth, Float32Array.from(probabilities), classes.length)
    : probabilityMetrics([], new Float32Array(), classes.length);
  return {
    task: 'classification',
    ...tally,
    labelled: truth.length,
    metrics: nullable({ ...labels, ...judged }),
  };
}

function nullable(metrics: object): Record<string, number | null> {
  return Object.fromEntries(
    Object.entries(metrics).map(([name, value]: [string, number]) => [
      name,
      Number.isNaN(value) ? null : value,
    ]),
  );
}
