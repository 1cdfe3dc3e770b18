import { assignBins, type Binning } from './calibration-bins.js';
import { wilsonInterval } from './intervals.js';
import type { Claims } from './metrics/calibration-error.js';
import { rankScores, reachedBy } from './metrics/ranked-scores.js';
import { thinPolyline } from './thin-polyline.js';

/*
 * Curves of a binary decision as plain JSON: of two classes, the last against the first; of more, one against the rest.
 * Points are thinned to those that make the shape: see thinPolyline.
 */

export interface RocPoint {
  /** Rows with at least this score are predicted positive; null at the start, where none is. */
  readonly threshold: number | null;
  readonly falsePositiveRate: number;
  readonly truePositiveRate: number;
}

export interface PrecisionRecallPoint {
  readonly threshold: number | null;
  readonly recall: number;
  readonly precision: number;
}

export interface CalibrationPoint {
  /** Mean probability in the bin. */
  readonly predicted: number;
  /** Share of its rows that came true, with Wilson's 95 % interval. */
  readonly observed: number;
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/** The scores of one class and which rows are of it. */
export interface BinaryScores {
  /** 1 for positive, 0 for the rest. */
  readonly isPositive: ArrayLike<number>;
  /** One per row, without NaN. */
  readonly scores: Float64Array;
}

const MOST_POINTS = 200;

/**
 * From (0, 0) to (1, 1), falling thresholds; scikit-learn's `roc_curve`. Empty where either side has no rows.
 */
export function rocCurve(binary: BinaryScores, most = MOST_POINTS): RocPoint[] {
  const cuts = cutsOf(binary);
  if (cuts === null || cuts.negatives === 0) return [];
  const falsePositiveRate = [0, ...cuts.falsePositives.map((fp) => fp / cuts.negatives)];
  const truePositiveRate = [0, ...cuts.truePositives.map((tp) => tp / cuts.positives)];
  return thinPolyline(falsePositiveRate, truePositiveRate, most).map((at) => ({
    threshold: at === 0 ? null : (cuts.scores[at - 1] as number),
    falsePositiveRate: falsePositiveRate[at] as number,
    truePositiveRate: truePositiveRate[at] as number,
  }));
}

/**
 * Precision against recall, falling thresholds, from recall 0 with precision 1 by convention; scikit-learn's
 * `precision_recall_curve`, which stands the other way round, up to the first threshold of recall 1. Empty where there is
 * no positive.
 */
export function precisionRecallCurve(binary: BinaryScores, most = MOST_POINTS): PrecisionRecallPoint[] {
  const cuts = cutsOf(binary);
  if (cuts === null) return [];
  const { truePositives, falsePositives, positives } = cuts;
  const whole = truePositives.indexOf(positives) + 1;
  const recall = [0, ...truePositives.subarray(0, whole).map((tp) => tp / positives)];
  const precision = [
    1,
    ...truePositives.subarray(0, whole).map((tp, k) => tp / (tp + (falsePositives[k] as number))),
  ];
  return thinPolyline(recall, precision, most).map((at) => ({
    threshold: at === 0 ? null : (cuts.scores[at - 1] as number),
    recall: recall[at] as number,
    precision: precision[at] as number,
  }));
}

/** Null where a score is NaN or there is no positive. */
function cutsOf({ isPositive, scores }: BinaryScores) {
  const ranked = rankScores(isPositive, scores, 1);
  if (ranked === null) return null;
  const reached = reachedBy(ranked);
  const positives = reached.truePositives.at(-1) ?? 0;
  const negatives = reached.falsePositives.at(-1) ?? 0;
  return positives === 0 ? null : { ...reached, scores: ranked.scores, positives, negatives };
}

/**
 * How often what was predicted came true, bin by bin, rising; bins without rows are left out. scikit-learn's
 * `calibration_curve`, which has no intervals.
 * @param binning ten bins of equal width when not given
 */
export function calibrationCurve(
  { confidence, cameTrue }: Claims,
  binning: Binning = { bins: 10, strategy: 'uniform' },
): CalibrationPoint[] {
  const sums = Array.from({ length: binning.bins }, () => ({ count: 0, predicted: 0, trues: 0 }));
  for (const [row, bin] of assignBins(confidence, binning).entries()) {
    const own = sums[bin] as { count: number; predicted: number; trues: number };
    own.count++;
    own.predicted += confidence[row] as number;
    own.trues += cameTrue[row] as number;
  }
  return sums
    .filter(({ count }) => count > 0)
    .map(({ count, predicted, trues }) => {
      const { estimate, low, high } = wilsonInterval(trues, count);
      return { predicted: predicted / count, observed: estimate, low, high, count };
    });
}
