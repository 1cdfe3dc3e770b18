import { MlxError } from '../errors.js';
import { confusionMatrix } from './metrics/confusion.js';
import { type LabelMetrics, labelMetrics } from './metrics/label-metrics.js';
import { logLoss } from './metrics/log-loss.js';
import { meanAbsoluteError, meanSquaredError, r2Score } from './metrics/regression.js';
import { macroRocAuc, rocAuc } from './metrics/roc-auc.js';

export interface ProbabilityMetrics {
  /** NaN when fewer than two classes are present (in JSON: null). */
  readonly roc_auc: number;
  readonly log_loss: number;
}

export interface ClassificationMetrics extends LabelMetrics, ProbabilityMetrics {}

export interface RegressionMetrics {
  readonly rmse: number;
  readonly mae: number;
  /** NaN below two rows. */
  readonly r2: number;
}

/**
 * Accuracy, precision, recall, F1, ROC AUC and log loss of predicted probabilities. The predicted
 * class is the most probable one (the first of equals). Binary: precision, recall, F1 and AUC are
 * those of the class `positive` (the last by default). More classes: macro averages as
 * scikit-learn forms them, AUC one against the rest. Zero rows give NaN throughout.
 *
 * @param truth class index per row, whole numbers in [0, classes)
 * @param probabilities rows × classes, row-major
 * @throws DATA_INVALID when a truth is no class index or the lengths do not fit
 */
export function classificationMetrics(
  truth: ArrayLike<number>,
  probabilities: Float32Array | Float64Array,
  classes: number,
  options: { positive?: number } = {},
): ClassificationMetrics {
  checkLength(truth.length * classes, probabilities.length, 'probabilities');
  const positive = options.positive ?? classes - 1;
  const predicted = mostProbable(probabilities, classes);
  const labels = labelMetrics(confusionMatrix(truth, predicted, classes), classes, { positive });
  return { ...labels, ...probabilityMetrics(truth, probabilities, classes, { positive }) };
}

/** The part of {@link classificationMetrics} that judges probabilities; same arguments. */
export function probabilityMetrics(
  truth: ArrayLike<number>,
  probabilities: Float32Array | Float64Array,
  classes: number,
  options: { positive?: number } = {},
): ProbabilityMetrics {
  const positive = options.positive ?? classes - 1;
  return {
    roc_auc:
      classes === 2
        ? rocAuc(truth, probabilities, { classes, positive })
        : macroRocAuc(truth, probabilities, classes),
    log_loss: logLoss(truth, probabilities, classes),
  };
}

/**
 * Root mean squared error and mean absolute error (in units of the target), and R².
 *
 * @throws DATA_INVALID when the lengths differ
 */
export function regressionMetrics(truth: ArrayLike<number>, predicted: ArrayLike<number>): RegressionMetrics {
  checkLength(truth.length, predicted.length, 'predictions');
  return {
    rmse: Math.sqrt(meanSquaredError(truth, predicted)),
    mae: meanAbsoluteError(truth, predicted),
    r2: r2Score(truth, predicted),
  };
}

function mostProbable(probabilities: Float32Array | Float64Array, classes: number): Int32Array {
  const predicted = new Int32Array(probabilities.length / classes);
  for (let row = 0; row < predicted.length; row++) {
    let best = 0;
    for (let k = 1; k < classes; k++) {
      if ((probabilities[row * classes + k] as number) > (probabilities[row * classes + best] as number))
        best = k;
    }
    predicted[row] = best;
  }
  return predicted;
}

function checkLength(expected: number, actual: number, what: string): void {
  if (expected === actual) return;
  throw new MlxError('DATA_INVALID', `There are ${actual} ${what} where the true labels need ${expected}.`);
}
