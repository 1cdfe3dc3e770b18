/** A quadratic with an elastic-net penalty: ½ wᵀGw − qᵀw + l1 · Σ|w| + ½ l2 · Σw². */
export interface Quadratic {
  readonly columns: number;
  /** `columns × columns`, symmetric. */
  readonly gram: Float64Array;
  readonly linear: Float64Array;
  readonly l1: number;
  readonly l2: number;
}

/** What is left to be explained: q − Gw. */
export function remainderOf({ columns, gram, linear }: Quadratic, weights: Float64Array): Float64Array {
  const rest = linear.slice();
  for (let j = 0; j < columns; j++) {
    const weight = weights[j] as number;
    if (weight === 0) continue;
    for (let i = 0; i < columns; i++) (rest[i] as number) -= weight * (gram[j * columns + i] as number);
  }
  return rest;
}

/**
 * One pass of coordinate descent (J. Friedman, T. Hastie, R. Tibshirani, Regularization paths for generalized linear models
 * via coordinate descent, 2010), over the weights and the remainder in place.
 *
 * @returns the largest move of a weight, in units of 1 / √ of its diagonal
 */
export function sweep(problem: Quadratic, weights: Float64Array, rest: Float64Array): number {
  const { columns, gram, l1, l2 } = problem;
  let largest = 0;
  for (let j = 0; j < columns; j++) {
    const before = weights[j] as number;
    const bend = gram[j * columns + j] as number;
    if (bend <= 0) continue;
    const after = shrink((rest[j] as number) + bend * before, l1) / (bend + l2);
    const move = after - before;
    if (move === 0) continue;
    weights[j] = after;
    const row = j * columns;
    for (let i = 0; i < columns; i++) (rest[i] as number) -= move * (gram[row + i] as number);
    largest = Math.max(largest, Math.abs(move) * Math.sqrt(bend));
  }
  return largest;
}

/** Moves a value towards 0 by so much, and not past it. */
export function shrink(value: number, by: number): number {
  if (value > by) return value - by;
  return value < -by ? value + by : 0;
}

/**
 * How far above its minimum ½ · squares − qᵀw + ½ wᵀGw + penalties can be: the difference from a feasible value of the dual
 * problem (S.-J. Kim et al., An interior-point method for large-scale l1-regularized least squares, 2007), with the l2 part
 * taken as rows of its own.
 *
 * @param squares sum of the squared target
 */
export function dualityGap(
  problem: Quadratic,
  weights: Float64Array,
  rest: Float64Array,
  squares: number,
): number {
  const { columns, linear, l1, l2 } = problem;
  let [explained, remaining, absolute, norm, steepest] = [0, 0, 0, 0, 0];
  for (let j = 0; j < columns; j++) {
    const weight = weights[j] as number;
    explained += weight * (linear[j] as number);
    remaining += weight * (rest[j] as number);
    absolute += Math.abs(weight);
    norm += weight * weight;
    steepest = Math.max(steepest, Math.abs((rest[j] as number) - l2 * weight));
  }
  // |y − Xw|² and yᵀ(y − Xw), from qᵀw and wᵀ(q − Gw)
  const error = squares - explained - remaining;
  const alignment = squares - explained;
  const scale = steepest > l1 ? l1 / steepest : 1;
  return 0.5 * (error + l2 * norm) * (1 + scale * scale) + l1 * absolute - scale * alignment;
}
