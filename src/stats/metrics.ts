import { MlxError } from '../errors.js';
import { rowBrierScores } from './metrics/brier.js';
import { calibrationErrorJudge, claimsOf } from './metrics/calibration-error.js';
import { confusionCells, sumByCell } from './metrics/confusion.js';
import { type LabelMetrics, labelMetrics } from './metrics/label-metrics.js';
import { rowLogLosses } from './metrics/log-loss.js';
import { predictedClasses } from './metrics/predicted-classes.js';
import { areaUnderRoc, averagePrecision, rankScores, reachedBy } from './metrics/ranked-scores.js';
import {
  absoluteErrors,
  meanAbsolutePercentageError,
  meanSquaredError,
  medianJudge,
  r2Score,
} from './metrics/regression.js';
import { scoresOf } from './metrics/roc-auc.js';
import { type Weights, weightedMean } from './metrics/weighted-mean.js';

export interface ProbabilityMetrics {
  /** NaN when fewer than two classes are present (in JSON: null). */
  readonly roc_auc: number;
  /** Average precision; NaN when fewer than two classes are present. */
  readonly pr_auc: number;
  readonly log_loss: number;
  readonly brier: number;
  readonly calibration_error: number;
  /** More than two classes: each class counts as often as it occurs in truth. */
  readonly roc_auc_weighted?: number;
}

export interface ClassificationMetrics extends LabelMetrics, ProbabilityMetrics {}

export interface RegressionMetrics {
  readonly rmse: number;
  readonly mae: number;
  /** NaN below two rows. */
  readonly r2: number;
  /** NaN where a truth is 0. */
  readonly mape: number;
  readonly median_absolute_error: number;
}

/** Metrics of rows under any weights; what does not depend on weights (sorting, logarithms) was done before. */
export type Judge<Metrics> = (weights?: Weights) => Metrics;

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
  const told: Told = { truth, probabilities, classes };
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
  const told: Told = { truth, probabilities, classes };
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
  const told: Told = { truth, probabilities, classes };
  return { ...rankingJudge(told, classes - 1)(), ...lossJudge(told)() };
}

interface Told {
  readonly truth: ArrayLike<number>;
  /** rows × classes, row-major. */
  readonly probabilities: Float32Array | Float64Array;
  readonly classes: number;
}

function labelJudge(
  { truth, probabilities, classes }: Told,
  { positive, threshold }: { positive: number; threshold: number | undefined },
): Judge<LabelMetrics> {
  checkLength(truth.length * classes, probabilities.length, 'probabilities');
  const cells = confusionCells(truth, predictedClasses(probabilities, classes, threshold), classes);
  return (weights) => labelMetrics(sumByCell(cells, classes * classes, weights), classes, { positive });
}

function lossJudge({ truth, probabilities, classes }: Told): Judge<LossMetrics> {
  const logLosses = rowLogLosses(truth, probabilities, classes);
  const brierScores = rowBrierScores(truth, probabilities, classes);
  const judgeCalibration = calibrationErrorJudge(claimsOf(truth, probabilities, classes));
  return (weights) => ({
    log_loss: weightedMean(logLosses, weights),
    brier: weightedMean(brierScores, weights),
    calibration_error: judgeCalibration(weights),
  });
}

type LossMetrics = Pick<ProbabilityMetrics, 'log_loss' | 'brier' | 'calibration_error'>;
type RankingMetrics = Pick<ProbabilityMetrics, 'roc_auc' | 'pr_auc' | 'roc_auc_weighted'>;

/** Areas, of more than two classes one against the rest, over the classes that occur. */
function rankingJudge({ truth, probabilities, classes }: Told, positive: number): Judge<RankingMetrics> {
  const judged = classes === 2 ? [positive] : Array.from({ length: classes }, (_, k) => k);
  const rankings = judged.map((k) => rankScores(truth, scoresOf(probabilities, classes, k), k));
  return (weights) => {
    const areas = rankings.flatMap((ranked) => {
      if (ranked === null) return [{ roc: Number.NaN, pr: Number.NaN, weight: 1 }];
      const reached = reachedBy(ranked, weights);
      const weight = reached.truePositives.at(-1) ?? 0;
      if (weight === 0) return [];
      const roc = areaUnderRoc(reached);
      return [{ roc, pr: Number.isNaN(roc) ? Number.NaN : averagePrecision(reached), weight }];
    });
    const means = {
      roc_auc: weightedMean(areas.map(({ roc }) => roc)),
      pr_auc: weightedMean(areas.map(({ pr }) => pr)),
    };
    if (classes === 2) return means;
    const roc_auc_weighted = weightedMean(
      areas.map(({ roc }) => roc),
      areas.map(({ weight }) => weight),
    );
    return { ...means, roc_auc_weighted };
  };
}

/**
 * Root mean squared, mean, median absolute error (in units of the target), R², and the mean absolute error as a share of
 * the truth.
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
  const judgeMedian = medianJudge(errors);
  const hasZero = Array.prototype.includes.call(truth, 0);
  return (weights) => ({
    rmse: Math.sqrt(meanSquaredError(truth, predicted, weights)),
    mae: weightedMean(errors, weights),
    r2: r2Score(truth, predicted, weights),
    mape: hasZero ? Number.NaN : meanAbsolutePercentageError(truth, predicted, weights),
    median_absolute_error: judgeMedian(weights),
  });
}

function checkLength(expected: number, actual: number, what: string): void {
  if (expected === actual) return;
  throw new MlxError('DATA_INVALID', `There are ${actual} ${what} where the true labels need ${expected}.`);
}
