import type { CalibrationCurve, PrecisionRecallCurve, RocCurve } from '../../reports/training/report.js';
import type { MetricIntervals } from '../../stats/bootstrap.js';
import { calibrationCurve, precisionRecallCurve, rocCurve } from '../../stats/curves.js';
import { calibrationError, claimsOf } from '../../stats/metrics/calibration-error.js';
import { areaUnderRoc, averagePrecision, rankScores, reachedBy } from '../../stats/metrics/ranked-scores.js';
import { scoresOf } from '../../stats/metrics/roc-auc.js';
import { figure } from './figure.js';
import type { HeldOut } from './prediction-part.js';

/** More classes than this would be a tangle of lines: the most frequent ones are drawn. */
const MOST_CURVES = 8;

interface ClassCurves {
  readonly roc: readonly RocCurve[];
  readonly precisionRecall: readonly PrecisionRecallCurve[];
}

/** One curve of the last of two classes, or one against the rest for each of several. */
export function curvePart(heldOut: HeldOut, intervals: MetricIntervals): ClassCurves {
  const { truth, predictions, classes } = heldOut;
  const width = classes.length;
  const drawn = drawnClasses(truth, width);
  const curves = drawn.map((k) => {
    const scores = scoresOf(predictions, width, k);
    const isPositive = truth.map((label) => Number(label === k));
    const ranked = rankScores(truth, scores, k);
    const reached = ranked === null ? null : reachedBy(ranked);
    const auc = reached === null ? Number.NaN : areaUnderRoc(reached);
    const area = reached === null || Number.isNaN(auc) ? Number.NaN : averagePrecision(reached);
    const name = classes[k] as string;
    const roc = rocCurve({ isPositive, scores });
    const precisionRecall = precisionRecallCurve({ isPositive, scores });
    const whole = width === 2 ? intervals.roc_auc : undefined;
    return {
      roc: {
        class: name,
        fpr: roc.map((point) => point.falsePositiveRate),
        tpr: roc.map((point) => point.truePositiveRate),
        auc: figure(auc),
        ...(whole === undefined ? {} : { low: figure(whole.low), high: figure(whole.high) }),
      },
      precisionRecall: {
        class: name,
        recall: precisionRecall.map(({ recall }) => recall),
        precision: precisionRecall.map(({ precision }) => precision),
        averagePrecision: figure(area),
        prevalence: isPositive.reduce((sum, one) => sum + one, 0) / isPositive.length,
      },
    };
  });
  return {
    roc: curves.map(({ roc }) => roc).filter(({ fpr }) => fpr.length > 0),
    precisionRecall: curves
      .map(({ precisionRecall }) => precisionRecall)
      .filter(({ recall }) => recall.length > 0),
  };
}

function drawnClasses(truth: Float64Array, classes: number): readonly number[] {
  if (classes === 2) return [1];
  const counts = new Array<number>(classes).fill(0);
  for (const label of truth) (counts[label] as number)++;
  return counts
    .map((count, k) => ({ count, k }))
    .sort((a, b) => b.count - a.count || a.k - b.k)
    .slice(0, MOST_CURVES)
    .map(({ k }) => k)
    .sort((a, b) => a - b);
}

/** How often what was predicted came true, and the expected calibration error. */
export function calibrationPart(
  truth: Float64Array,
  predictions: Float32Array,
  classes: number,
): CalibrationCurve {
  const claims = claimsOf(truth, predictions, classes);
  return {
    error: figure(calibrationError(claims)),
    bins: calibrationCurve(claims).map(({ predicted, observed, low, high, count }) => ({
      meanPredicted: predicted,
      observed,
      low,
      high,
      count,
    })),
  };
}
