import { compensatedSum } from './sum.js';

/** The curve 1 / (1 + exp(−(slope · score + intercept))). */
export interface SigmoidCurve {
  readonly slope: number;
  readonly intercept: number;
}

const MOST_STEPS = 100;
const MOST_HALVINGS = 40;

/**
 * The sigmoid that turns scores into probabilities with the least log loss against smoothed labels: (n₊ + 1)/(n₊ + 2) for
 * positives and 1/(n₋ + 2) for the rest, so that it stays finite where the scores separate the classes (J. Platt,
 * "Probabilistic outputs for support vector machines", 1999; scikit-learn's `_SigmoidCalibration`, whose `a_` and `b_` have
 * the other sign). Newton's method with step halving, after H.-T. Lin, C.-J. Lin & R. Weng, 2007. Equal scores give
 * slope 0. A slope below 0 says that the scores rank the wrong way round.
 *
 * @param scores finite
 * @param isPositive 1 for positive, 0 for the rest
 * @param weights above 0; each row once when not given
 */
export function fitSigmoid(
  scores: ArrayLike<number>,
  isPositive: ArrayLike<number>,
  weights?: ArrayLike<number>,
): SigmoidCurve {
  const rows = scores.length;
  const weightOf = (row: number) => (weights === undefined ? 1 : (weights[row] as number));
  const total = compensatedSum(rows, weightOf);
  const positives = compensatedSum(rows, (row) => weightOf(row) * (isPositive[row] as number));
  const mean = compensatedSum(rows, (row) => weightOf(row) * (scores[row] as number)) / total;
  const spread = Math.sqrt(
    compensatedSum(rows, (row) => weightOf(row) * ((scores[row] as number) - mean) ** 2) / total,
  );
  const negatives = total - positives;
  const scale = spread > 0 ? spread : 1;
  const data: SigmoidData = {
    // standardised, so that one step length suits both parameters
    scores: Float64Array.from({ length: rows }, (_, row) => ((scores[row] as number) - mean) / scale),
    targets: Float64Array.from({ length: rows }, (_, row) =>
      isPositive[row] === 1 ? (positives + 1) / (positives + 2) : 1 / (negatives + 2),
    ),
    weights: Float64Array.from({ length: rows }, (_, row) => weightOf(row)),
  };
  const start = { slope: 0, intercept: Math.log((positives + 1) / (negatives + 1)) };
  const { slope, intercept } = minimise(data, start);
  return { slope: slope / scale, intercept: intercept - (slope * mean) / scale };
}

interface SigmoidData {
  readonly scores: Float64Array;
  readonly targets: Float64Array;
  readonly weights: Float64Array;
}

function minimise(data: SigmoidData, start: SigmoidCurve): SigmoidCurve {
  let curve = start;
  let loss = lossOf(data, curve);
  for (let step = 0; step < MOST_STEPS; step++) {
    const direction = newtonStep(data, curve);
    const next = descend(data, curve, direction, loss);
    if (next === null) break;
    curve = next.curve;
    loss = next.loss;
    if (Math.hypot(direction.slope, direction.intercept) < 1e-12) break;
  }
  return curve;
}

/** The first point on the way, halved again and again, that is better; null where rounding leaves none. */
function descend(data: SigmoidData, from: SigmoidCurve, direction: SigmoidCurve, loss: number) {
  let share = 1;
  for (let halving = 0; halving < MOST_HALVINGS; halving++) {
    const curve = {
      slope: from.slope + share * direction.slope,
      intercept: from.intercept + share * direction.intercept,
    };
    const reached = lossOf(data, curve);
    if (reached < loss) return { curve, loss: reached };
    share /= 2;
  }
  return null;
}

function newtonStep({ scores, targets, weights }: SigmoidData, { slope, intercept }: SigmoidCurve) {
  let [gradientA, gradientB, aa, ab, bb] = [0, 0, 0, 0, 0];
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row] as number;
    const weight = weights[row] as number;
    const probability = 1 / (1 + Math.exp(-(slope * score + intercept)));
    const residual = weight * (probability - (targets[row] as number));
    const curvature = weight * probability * (1 - probability);
    gradientA += residual * score;
    gradientB += residual;
    aa += curvature * score * score;
    ab += curvature * score;
    bb += curvature;
  }
  // keeps the system solvable where all scores are equal
  aa += 1e-12;
  bb += 1e-12;
  const determinant = aa * bb - ab * ab;
  return {
    slope: -(bb * gradientA - ab * gradientB) / determinant,
    intercept: -(aa * gradientB - ab * gradientA) / determinant,
  };
}

function lossOf({ scores, targets, weights }: SigmoidData, { slope, intercept }: SigmoidCurve): number {
  return compensatedSum(scores.length, (row) => {
    const logOdds = slope * (scores[row] as number) + intercept;
    // ln(1 + exp(x)) without overflow
    const softplus = Math.max(logOdds, 0) + Math.log1p(Math.exp(-Math.abs(logOdds)));
    return (weights[row] as number) * (softplus - (targets[row] as number) * logOdds);
  });
}
