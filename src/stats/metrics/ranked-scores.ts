import { ascendingOrder } from '../ascending-order.js';
import type { Weights } from './weighted-mean.js';

/** Scores of one class against the rest, sorted once, so that any weights can be judged without sorting again. */
export interface RankedScores {
  /** Rows, the highest score first; rows of equal score stand together. */
  readonly rows: Uint32Array;
  /** One per row of `rows`: 1 for positive, 0 for the rest. */
  readonly isPositive: Uint8Array;
  /** Position after the last row of each distinct score. */
  readonly ends: Uint32Array;
  /** Distinct scores, falling. */
  readonly scores: Float64Array;
}

/**
 * @param positive the class index that is positive
 * @returns null where a score is NaN
 */
export function rankScores(
  truth: ArrayLike<number>,
  scores: Float64Array,
  positive: number,
): RankedScores | null {
  const rows = ascendingOrder(scores).reverse();
  if (rows.length < scores.length) return null;
  const isPositive = new Uint8Array(rows.length);
  const ends = new Uint32Array(rows.length);
  const distinct = new Float64Array(rows.length);
  let count = 0;
  for (let at = 0; at < rows.length; at++) {
    const row = rows[at] as number;
    if (truth[row] === positive) isPositive[at] = 1;
    if (count === 0 || distinct[count - 1] !== scores[row]) distinct[count++] = scores[row] as number;
    ends[count - 1] = at + 1;
  }
  return { rows, isPositive, ends: ends.subarray(0, count), scores: distinct.subarray(0, count) };
}

/** Weight of the positives and of the rest whose score is at least the k-th distinct one. */
export interface Reached {
  readonly truePositives: Float64Array;
  readonly falsePositives: Float64Array;
}

export function reachedBy({ rows, isPositive, ends }: RankedScores, weights?: Weights): Reached {
  const truePositives = new Float64Array(ends.length);
  const falsePositives = new Float64Array(ends.length);
  let positives = 0;
  let others = 0;
  let at = 0;
  for (let k = 0; k < ends.length; k++) {
    for (const end = ends[k] as number; at < end; at++) {
      const weight = weights === undefined ? 1 : (weights[rows[at] as number] as number);
      if (isPositive[at] === 1) positives += weight;
      else others += weight;
    }
    truePositives[k] = positives;
    falsePositives[k] = others;
  }
  return { truePositives, falsePositives };
}

/** Area under the ROC curve by the trapezoid rule; NaN where either side has no weight. */
export function areaUnderRoc({ truePositives, falsePositives }: Reached): number {
  let area = 0;
  let tpBefore = 0;
  let fpBefore = 0;
  for (let k = 0; k < truePositives.length; k++) {
    const tp = truePositives[k] as number;
    const fp = falsePositives[k] as number;
    area += ((fp - fpBefore) * (tp + tpBefore)) / 2;
    tpBefore = tp;
    fpBefore = fp;
  }
  return area / (tpBefore * fpBefore);
}

/**
 * Average precision: Σ (recall_k − recall_{k−1}) · precision_k over the distinct scores, falling, without interpolation
 * (scikit-learn's `average_precision_score`). NaN where there is no positive (scikit-learn warns and gives 0).
 */
export function averagePrecision({ truePositives, falsePositives }: Reached): number {
  let sum = 0;
  let before = 0;
  for (let k = 0; k < truePositives.length; k++) {
    const tp = truePositives[k] as number;
    if (tp > before) sum += ((tp - before) * tp) / (tp + (falsePositives[k] as number));
    before = tp;
  }
  return sum / before;
}
