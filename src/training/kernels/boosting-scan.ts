/*
 * Finds the best split of one column in one node, from its histogram. Outputs, gains and penalties are in units of the
 * gradient grid (boosting/precision.ts), in which all sums are exact.
 */

/** Penalties and limits: float64 λ, α, least hessian of a child, then the bounds of the node's outputs. */
const LAMBDA: usize = 0;
const ALPHA: usize = 8;
const LEAST_HESSIAN: usize = 16;
const LOWER: usize = 0;
const UPPER: usize = 8;

let bestGain: f64 = 0;
let bestBin: i32 = -1;
let bestMissingLeft: i32 = 0;
let bestGradient: i64 = 0;
let bestPacked: i64 = 0;

/** Shrinks towards 0 by α: what an L1 penalty leaves of a gradient. */
// @ts-ignore: decorator
@inline
function shrink(gradient: f64, alpha: f64): f64 {
  return copysign(max(abs(gradient) - alpha, 0), gradient);
}

/** Twice the decrease of the loss by an output: −(2·G·w + (H + λ)·w²), of a gradient after shrinking. */
// @ts-ignore: decorator
@inline
function decrease(gradient: f64, hessian: f64, output: f64): f64 {
  return -(2 * gradient * output + hessian * output * output);
}

/**
 * Looks at the split points between the value bins `0 ... bins − 1`; the rows of `missing` cells go left or right with
 * `isMissingLeft`.
 */
function scanOneWay(
  histogram: usize,
  bins: i32,
  last: i32,
  totals: usize,
  penalties: usize,
  bounds: usize,
  leastRows: i64,
  shift: i64,
  monotone: i32,
  isMissingLeft: i32,
): void {
  const lambda = load<f64>(penalties + LAMBDA);
  const alpha = load<f64>(penalties + ALPHA);
  const least = load<f64>(penalties + LEAST_HESSIAN);
  const lower = load<f64>(bounds + LOWER);
  const upper = load<f64>(bounds + UPPER);
  const isBounded = monotone != 0 || lower > -Infinity || upper < Infinity;
  const allGradient = load<i64>(totals);
  const allPacked = load<i64>(totals + 8);
  const rows = allPacked >>> shift;
  const mask = (<i64>1 << shift) - 1;
  let left = i64x2.splat(0);
  if (isMissingLeft) left = v128.load(histogram + ((<usize>bins) << 4));
  for (let bin = 0; bin < last; bin++) {
    const cell = v128.load(histogram + ((<usize>bin) << 4));
    const packedCell = i64x2.extract_lane(cell, 1);
    left = i64x2.add(left, cell);
    // an empty bin gives the split before it again
    if (packedCell == 0) continue;
    const packed = i64x2.extract_lane(left, 1);
    const count = packed >>> shift;
    if (count < leastRows) continue;
    if (rows - count < leastRows) break;
    const gradient = i64x2.extract_lane(left, 0);
    const leftHessian = <f64>(packed & mask);
    const rightHessian = <f64>((allPacked - packed) & mask);
    if (leftHessian < least || rightHessian < least) continue;
    const leftWeight = leftHessian + lambda;
    const rightWeight = rightHessian + lambda;
    if (leftWeight <= 0 || rightWeight <= 0) continue;
    const leftGradient = shrink(<f64>gradient, alpha);
    const rightGradient = shrink(<f64>(allGradient - gradient), alpha);
    let gain: f64;
    if (isBounded) {
      const leftOutput = min(max(-leftGradient / leftWeight, lower), upper);
      const rightOutput = min(max(-rightGradient / rightWeight, lower), upper);
      if (<f64>monotone * (rightOutput - leftOutput) < 0) continue;
      gain = decrease(leftGradient, leftWeight, leftOutput) + decrease(rightGradient, rightWeight, rightOutput);
    } else {
      gain =
        (leftGradient * leftGradient * rightWeight + rightGradient * rightGradient * leftWeight) /
        (leftWeight * rightWeight);
    }
    if (gain > bestGain) {
      bestGain = gain;
      bestBin = bin;
      bestMissingLeft = isMissingLeft;
      bestGradient = gradient;
      bestPacked = packed;
    }
  }
}

/**
 * Writes the best split of a column: score (f64; the sum of both children's), sums of the left child (i64 gradient, packed
 * u64), last bin on the left (i32; −1 where there is no split) and whether missing values go left (i32). Where the node has
 * no missing value, they go with the larger child.
 *
 * @param histogram cells of the value bins, then the one of missing values
 * @param bins number of value bins
 * @param totals sums over the node, one cell
 * @param penalties λ, α, least hessian
 * @param bounds smallest and largest output, float64
 * @param monotone 1 where outputs must not fall with the column, −1 where they must not rise
 */
export function scanColumn(
  histogram: usize,
  bins: i32,
  totals: usize,
  penalties: usize,
  bounds: usize,
  leastRows: i32,
  shift: i32,
  monotone: i32,
  to: usize,
): void {
  bestGain = -Infinity;
  bestBin = -1;
  const hasMissing = load<i64>(histogram + ((<usize>bins) << 4) + 8) != 0;
  const rows = <i64>leastRows;
  const wide = <i64>shift;
  // the last value bin is a split point where missing values are on the other side
  const last = hasMissing ? bins : bins - 1;
  scanOneWay(histogram, bins, last, totals, penalties, bounds, rows, wide, monotone, 0);
  if (hasMissing) {
    scanOneWay(histogram, bins, bins - 1, totals, penalties, bounds, rows, wide, monotone, 1);
  } else if (bestBin >= 0) {
    const count = bestPacked >>> wide;
    bestMissingLeft = <i32>(count * 2 >= load<i64>(totals + 8) >>> wide);
  }
  store<f64>(to, bestGain);
  store<i64>(to + 8, bestGradient);
  store<i64>(to + 16, bestPacked);
  store<i32>(to + 24, bestBin);
  store<i32>(to + 28, bestMissingLeft);
}
