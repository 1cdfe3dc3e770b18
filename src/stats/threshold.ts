import { MlxError } from '../errors.js';
import { rankScores, reachedBy } from './metrics/ranked-scores.js';
import type { Weights } from './metrics/weighted-mean.js';

/** A number for each kind of decision: what a row of it costs, in any unit (below 0 is a gain), or the weight of its rows. */
export interface DecisionCosts {
  readonly tp: number;
  readonly fp: number;
  readonly fn: number;
  readonly tn: number;
}

/** What makes one threshold better than another. `youden` is recall + specificity − 1. */
export type ThresholdCriterion =
  | { readonly metric: 'accuracy' | 'balanced_accuracy' | 'f1' | 'mcc' | 'youden' }
  /** The most precision among thresholds whose recall is at least this. */
  | { readonly metric: 'precision'; readonly minRecall: number }
  /** The most recall among thresholds whose precision is at least this. */
  | { readonly metric: 'recall'; readonly minPrecision: number }
  /** The least mean cost of a row. */
  | { readonly metric: 'cost'; readonly costs: DecisionCosts };

export interface TunedThreshold {
  /** A float32 from 0 to 1; the last class is predicted where its probability is at least this. */
  readonly threshold: number;
  /** The criterion's metric there; NaN where no threshold fulfils its condition, and the threshold is then 0.5. */
  readonly value: number;
  /** The metric at 0.5; NaN where that does not fulfil the condition. */
  readonly valueAtHalf: number;
}

const HALF = 0.5;

/**
 * The threshold of two classes that is best by a criterion, exactly: every distinct score is tried, in O(n log n). The
 * threshold lies midway between neighbouring scores (between the lowest and 0, the highest and 1, at the ends), where
 * float32 has a number there, else on the upper one. Of equally good thresholds it is the one nearest to 0.5, then the
 * lower.
 *
 * @param truth 0 or 1 per row
 * @param scores probability of class 1 per row; taken as float32, as a model file gives it
 * @throws TARGET_UNUSABLE where the rows have fewer than two classes; DATA_INVALID where a score is NaN
 */
export function tuneThreshold(
  truth: ArrayLike<number>,
  scores: ArrayLike<number>,
  criterion: ThresholdCriterion,
  weights?: Weights,
): TunedThreshold {
  const single = Float64Array.from({ length: truth.length }, (_, row) => Math.fround(scores[row] as number));
  const ranked = rankScores(truth, single, 1);
  if (ranked === null)
    throw new MlxError('DATA_INVALID', 'A threshold cannot be tuned where a score is NaN.');
  const { truePositives, falsePositives } = reachedBy(ranked, weights);
  const positives = truePositives.at(-1) ?? 0;
  const negatives = falsePositives.at(-1) ?? 0;
  if (!(positives > 0 && negatives > 0)) {
    throw new MlxError('TARGET_UNUSABLE', 'A threshold cannot be tuned on rows of one class.', {
      hint: 'Hold out more rows, or leave the threshold at 0.5.',
    });
  }
  const valueAt = (count: number) => {
    const tp = count === 0 ? 0 : (truePositives[count - 1] as number);
    const fp = count === 0 ? 0 : (falsePositives[count - 1] as number);
    return judgeCut({ tp, fp, fn: positives - tp, tn: negatives - fp }, criterion);
  };
  return {
    ...bestCut(ranked.scores, criterion, valueAt),
    valueAtHalf: valueAt(countFrom(ranked.scores, HALF)),
  };
}

/** @param valueAt the metric where the `count` highest distinct scores are predicted positive */
function bestCut(scores: Float64Array, criterion: ThresholdCriterion, valueAt: (count: number) => number) {
  const sign = criterion.metric === 'cost' ? -1 : 1;
  let best = { threshold: HALF, value: Number.NaN };
  for (let count = scores.length; count >= 0; count--) {
    const value = valueAt(count);
    if (Number.isNaN(value)) continue;
    const threshold = thresholdAfter(scores, count);
    if (threshold === null) continue;
    const gain = sign * (value - best.value);
    const isNearer = Math.abs(threshold - HALF) < Math.abs(best.threshold - HALF);
    if (Number.isNaN(best.value) || gain > 0 || (gain === 0 && isNearer)) best = { threshold, value };
  }
  return best;
}

/** A threshold that the `count` highest of the falling scores reach and no other; null where there is none up to 1. */
function thresholdAfter(scores: Float64Array, count: number): number | null {
  const upper = count === 0 ? 1 : (scores[count - 1] as number);
  const lower = count === scores.length ? 0 : (scores[count] as number);
  if (count === 0 && lower >= 1) return null;
  if (count === scores.length && upper <= 0) return 0;
  const middle = Math.fround((upper + lower) / 2);
  return middle > lower ? middle : upper;
}

/** How many of the falling scores are at least `least`. */
function countFrom(scores: Float64Array, least: number): number {
  const found = scores.findIndex((score) => score < least);
  return found < 0 ? scores.length : found;
}

/**
 * The metric of a confusion with both classes in it, as labelMetrics has it, but without its tables: there are as many
 * cuts as rows. NaN where the criterion's condition is not fulfilled.
 */
function judgeCut({ tp, fp, fn, tn }: DecisionCosts, criterion: ThresholdCriterion): number {
  const recall = tp / (tp + fn);
  const specificity = tn / (tn + fp);
  const precision = tp + fp === 0 ? 0 : tp / (tp + fp);
  switch (criterion.metric) {
    case 'accuracy':
      return (tp + tn) / (tp + fp + fn + tn);
    case 'balanced_accuracy':
      return (recall + specificity) / 2;
    case 'youden':
      return recall + specificity - 1;
    case 'f1':
      return (2 * tp) / (2 * tp + fp + fn);
    case 'mcc': {
      const spread = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn);
      return spread === 0 ? 0 : (tp * tn - fp * fn) / Math.sqrt(spread);
    }
    case 'precision':
      return recall >= criterion.minRecall ? precision : Number.NaN;
    case 'recall':
      return precision >= criterion.minPrecision ? recall : Number.NaN;
    case 'cost': {
      const { costs } = criterion;
      return (tp * costs.tp + fp * costs.fp + fn * costs.fn + tn * costs.tn) / (tp + fp + fn + tn);
    }
  }
}
