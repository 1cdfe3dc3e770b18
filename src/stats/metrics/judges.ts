import { rowBrierScores } from './brier.js';
import { calibrationErrorJudge, claimsOf } from './calibration-error.js';
import { confusionCells, sumByCell } from './confusion.js';
import { type LabelMetrics, labelMetrics } from './label-metrics.js';
import { rowLogLosses } from './log-loss.js';
import { predictedClasses } from './predicted-classes.js';
import { areaUnderRoc, averagePrecision, rankScores, reachedBy } from './ranked-scores.js';
import { scoresOf } from './roc-auc.js';
import { type Weights, weightedMean } from './weighted-mean.js';

/** Metrics of rows under any weights; what does not depend on weights (sorting, logarithms) was done before. */
export type Judge<Metrics> = (weights?: Weights) => Metrics;

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

/** Predicted probabilities beside what is true. */
export interface Told {
  readonly truth: ArrayLike<number>;
  /** rows × classes, row-major. */
  readonly probabilities: Float32Array | Float64Array;
  readonly classes: number;
}

/** Of predicted labels: see predictedClasses. */
export function labelJudge(
  { truth, probabilities, classes }: Told,
  { positive, threshold }: { positive: number; threshold: number | undefined },
): Judge<LabelMetrics> {
  const cells = confusionCells(truth, predictedClasses(probabilities, classes, threshold), classes);
  return (weights) => labelMetrics(sumByCell(cells, classes * classes, weights), classes, { positive });
}

/** Of how far probabilities are from what is true. */
export function lossJudge({ truth, probabilities, classes }: Told): Judge<LossMetrics> {
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

/** Of how scores rank: areas, of more than two classes one against the rest, over the classes that occur. */
export function rankingJudge(
  { truth, probabilities, classes }: Told,
  positive: number,
): Judge<RankingMetrics> {
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
