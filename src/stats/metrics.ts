import { MlxError } from '../errors.js';
import {
  type Judge,
  labelJudge,
  lossJudge,
  type ProbabilityMetrics,
  rankingJudge,
  type Told,
} from './metrics/judges.js';
import type { LabelMetrics } from './metrics/label-metrics.js';
import {
  absoluteErrors,
  explainedVariance,
  meanAbsolutePercentageError,
  meanSquaredError,
  medianJudge,
  poissonDeviances,
  r2Score,
} from './metrics/regression.js';
import { type Weights, weightedMean } from './metrics/weighted-mean.js';

export type { Judge, ProbabilityMetrics } from './metrics/judges.js';

export interface ClassificationMetrics extends LabelMetrics, ProbabilityMetrics {}

export interface RegressionMetrics {
  readonly rmse: number;
  readonly mae: number;
  /** NaN below two rows. */
  readonly r2: number;
  readonly explained_variance: number;
  /** NaN where a truth is 0. */
  readonly mape: number;
  readonly median_absolute_error: number;
  /** NaN where a truth is below 0 or a prediction is not above 0. */
  readonly poisson_deviance: number;
}

export interface ClassificationOptions {
  /** Of two classes, the one that precision, recall, F1, ROC AUC and PR AUC are about; the last by default. */
  readonly positive?: number;
  /** Of two classes, the last one is predicted where its probability is at least this: see predictedClasses. */
  readonly threshold?: number | undefined;
}

/**
 * Metrics of predicted probabilities. Two classes: precision, recall, F1, ROC AUC and PR AUC are those of the class
 * `positive`. More: macro averages as scikit-learn forms them, areas one against the rest. Zero rows give NaN throughout.
 *
 * @param truth class index per row, whole numbers in [0, classes)
 * @param probabilities rows × classes, row-major
 * @throws DATA_INVALID when a truth is no class index or the lengths do not fit
 */
export function classificationMetrics(
  truth: ArrayLike<number>,
  probabilities: Float32Array | Float64Array,
  classes: number,
  options: ClassificationOptions & { readonly weights?: Weights } = {},
): ClassificationMetrics {
  return classificationJudge(truth, probabilities, classes, options)(options.weights);
}

/** {@link classificationMetrics} under any weights. */
export function classificationJudge(
  truth: ArrayLike<number>,
  probabilities: Float32Array | Float64Array,
  classes: number,
  { positive = classes - 1, threshold }: ClassificationOptions = {},
): Judge<ClassificationMetrics> {
  const told = checkTold(truth, probabilities, classes);
  const judgeLabels = labelJudge(told, { positive, threshold });
  const judgeRanking = rankingJudge(told, positive);
  const judgeLosses = lossJudge(told);
  return (weights) => ({ ...judgeLabels(weights), ...judgeRanking(weights), ...judgeLosses(weights) });
}

/** The part of {@link classificationJudge} that has the metric in it: for one metric under many weights. */
export function classificationJudgeOf(
  metric: keyof ClassificationMetrics,
  truth: ArrayLike<number>,
  probabilities: Float32Array | Float64Array,
  classes: number,
  threshold?: number,
): Judge<object> {
  const told = checkTold(truth, probabilities, classes);
  const positive = classes - 1;
  switch (metric) {
    case 'roc_auc':
    case 'pr_auc':
    case 'roc_auc_weighted':
      return rankingJudge(told, positive);
    case 'log_loss':
    case 'brier':
    case 'calibration_error':
      return lossJudge(told);
    default:
      return labelJudge(told, { positive, threshold });
  }
}

/** The part of {@link classificationMetrics} that judges probabilities; same arguments. */
export function probabilityMetrics(
  truth: ArrayLike<number>,
  probabilities: Float32Array | Float64Array,
  classes: number,
): ProbabilityMetrics {
  const told = checkTold(truth, probabilities, classes);
  return { ...rankingJudge(told, classes - 1)(), ...lossJudge(told)() };
}

/**
 * Root mean squared, mean, median absolute error (in units of the target), R² and explained variance, the mean absolute
 * error as a share of the truth, and the deviance of counts.
 *
 * @throws DATA_INVALID when the lengths differ
 */
export function regressionMetrics(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
  weights?: Weights,
): RegressionMetrics {
  return regressionJudge(truth, predicted)(weights);
}

/** {@link regressionMetrics} under any weights. */
export function regressionJudge(
  truth: ArrayLike<number>,
  predicted: ArrayLike<number>,
): Judge<RegressionMetrics> {
  checkLength(truth.length, predicted.length, 'predictions');
  const errors = absoluteErrors(truth, predicted);
  const deviances = poissonDeviances(truth, predicted);
  const judgeMedian = medianJudge(errors);
  const hasZero = Array.prototype.includes.call(truth, 0);
  return (weights) => ({
    rmse: Math.sqrt(meanSquaredError(truth, predicted, weights)),
    mae: weightedMean(errors, weights),
    r2: r2Score(truth, predicted, weights),
    explained_variance: explainedVariance(truth, predicted, weights),
    mape: hasZero ? Number.NaN : meanAbsolutePercentageError(truth, predicted, weights),
    median_absolute_error: judgeMedian(weights),
    poisson_deviance: weightedMean(deviances, weights),
  });
}

function checkTold(
  truth: ArrayLike<number>,
  probabilities: Float32Array | Float64Array,
  classes: number,
): Told {
  checkLength(truth.length * classes, probabilities.length, 'probabilities');
  return { truth, probabilities, classes };
}

function checkLength(expected: number, actual: number, what: string): void {
  if (expected === actual) return;
  throw new MlxError('DATA_INVALID', `There are ${actual} ${what} where the true labels need ${expected}.`);
}
