import { ascendingOrder } from '../ascending-order.js';
import { compensatedSum } from '../sum.js';
import { type Weights, weightedMean } from './weighted-mean.js';

/*
 * Losses of predicted values, as scikit-learn defines them. All take an optional weight per row and give NaN for no rows.
 */

type Values = ArrayLike<number>;

/** Mean of (truth − predicted)². */
export function meanSquaredError(truth: Values, predicted: Values, weights?: Weights): number {
  return weightedMean(
    eachRow(truth, predicted, (y, p) => (y - p) ** 2),
    weights,
  );
}

/** Mean of |truth − predicted|. */
export function meanAbsoluteError(truth: Values, predicted: Values, weights?: Weights): number {
  return weightedMean(absoluteErrors(truth, predicted), weights);
}

/** Mean of |truth − predicted| / max(2⁻⁵², |truth|): beyond all measure where a truth is 0. */
export function meanAbsolutePercentageError(truth: Values, predicted: Values, weights?: Weights): number {
  return weightedMean(
    eachRow(truth, predicted, (y, p) => Math.abs(y - p) / Math.max(2 ** -52, Math.abs(y))),
    weights,
  );
}

/** Pinball loss of the quantile `alpha` (0 ... 1): alpha · (truth − predicted) below it, (1 − alpha) · … above. */
export function quantileLoss(truth: Values, predicted: Values, alpha: number, weights?: Weights): number {
  return weightedMean(
    eachRow(truth, predicted, (y, p) => (y >= p ? alpha * (y - p) : (1 - alpha) * (p - y))),
    weights,
  );
}

/** Per row 2 · (y · ln(y / p) − y + p); NaN where a truth is below 0 or a prediction is not above 0. */
export function poissonDeviances(truth: Values, predicted: Values): Float64Array {
  return eachRow(truth, predicted, (y, p) => {
    if (!(y >= 0 && p > 0)) return Number.NaN;
    return 2 * ((y === 0 ? 0 : y * Math.log(y / p)) - y + p);
  });
}

/**
 * Coefficient of determination 1 − Σ(y − ŷ)² / Σ(y − ȳ)²: a constant truth gives 1 when it is met exactly and else 0; fewer
 * than two rows give NaN.
 */
export function r2Score(truth: Values, predicted: Values, weights?: Weights): number {
  if (truth.length < 2) return Number.NaN;
  const mean = weightedMean(truth, weights);
  const spread = meanSquaredError(truth, new Float64Array(truth.length).fill(mean), weights);
  return shareExplained(meanSquaredError(truth, predicted, weights), spread);
}

/** 1 − Var(y − ŷ) / Var(y): R² of predictions whose mean error is taken off. Constant truths as in R². */
export function explainedVariance(truth: Values, predicted: Values, weights?: Weights): number {
  if (truth.length === 0) return Number.NaN;
  const errors = eachRow(truth, predicted, (y, p) => y - p);
  return shareExplained(variance(errors, weights), variance(truth, weights));
}

export function absoluteErrors(truth: Values, predicted: Values): Float64Array {
  return eachRow(truth, predicted, (y, p) => Math.abs(y - p));
}

/**
 * The median under any weights, by one sort. Without weights, the mean of the two middle values; with weights, the first
 * value at which half of the weight is reached (scikit-learn's lower weighted percentile).
 */
export function medianJudge(values: Float64Array): (weights?: Weights) => number {
  const order = ascendingOrder(values);
  return (weights) => {
    const at = (place: number) => values[order[place] as number] ?? Number.NaN;
    if (weights === undefined) return (at((order.length - 1) >> 1) + at(order.length >> 1)) / 2;
    const half = compensatedSum(order.length, (place) => weights[order[place] as number] as number) / 2;
    if (!(half > 0)) return Number.NaN;
    let place = 0;
    let reached = weights[order[0] as number] as number;
    while (reached < half && place < order.length - 1) reached += weights[order[++place] as number] as number;
    return at(place);
  };
}

function eachRow(truth: Values, predicted: Values, loss: (truth: number, predicted: number) => number) {
  const losses = new Float64Array(truth.length);
  for (let i = 0; i < losses.length; i++) losses[i] = loss(truth[i] as number, predicted[i] as number);
  return losses;
}

function variance(values: Values, weights: Weights): number {
  const mean = weightedMean(values, weights);
  return meanSquaredError(values, new Float64Array(values.length).fill(mean), weights);
}

function shareExplained(unexplained: number, spread: number): number {
  if (spread === 0) return unexplained === 0 ? 1 : 0;
  return 1 - unexplained / spread;
}
