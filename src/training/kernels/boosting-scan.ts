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

/** What turns a whole number below 2^51 into the float64 of its value: added as an integer, taken off as a number. */
const MAGIC: i64 = 0x4338000000000000;
const MAGIC_VALUE: f64 = 6755399441055744;

/** Gradient and hessian of a cell as float64. */
// @ts-ignore: decorator
@inline
function valuesOf(cell: v128, mask: v128): v128 {
  const whole = i64x2.add(v128.and(cell, mask), i64x2.splat(MAGIC));
  return f64x2.sub(whole, f64x2.splat(MAGIC_VALUE));
}

/** Keeps a gradient's hessians and drops the count. */
// @ts-ignore: decorator
@inline
function maskOf(shift: i64): v128 {
  return i64x2.replace_lane(i64x2.splat(-1), 1, (<i64>1 << shift) - 1);
}

/** Keeps a split point where it is better than all before. */
function keep(gain: f64, bin: i32, isMissingLeft: i32): void {
  if (!(gain > bestGain)) return;
  bestGain = gain;
  bestBin = bin;
  bestMissingLeft = isMissingLeft;
}

/**
 * Looks at the split points after the value bins `0 ... last − 1`, two at a time and without branches; the rows of `missing`
 * cells go left or right with `isMissingLeft`.
 */
function scanOneWay(
  histogram: usize,
  bins: i32,
  last: i32,
  totals: usize,
  penalties: usize,
  leastRows: i64,
  shift: i64,
  isMissingLeft: i32,
): void {
  const zero = f64x2.splat(0);
  const lambda = f64x2.splat(load<f64>(penalties + LAMBDA));
  const alpha = f64x2.splat(load<f64>(penalties + ALPHA));
  const least = f64x2.splat(load<f64>(penalties + LEAST_HESSIAN));
  const mask = maskOf(shift);
  const all = valuesOf(v128.load(totals), mask);
  const allGradient = v128.shuffle<i64>(all, all, 0, 0);
  const allHessian = v128.shuffle<i64>(all, all, 1, 1);
  const allPacked = i64x2.splat(load<i64>(totals, 8));
  const leastPacked = i64x2.splat(leastRows << shift);
  let left = i64x2.splat(0);
  if (isMissingLeft) left = v128.load(histogram + ((<usize>bins) << 4));
  let best = f64x2.splat(-Infinity);
  let bestIndex = i64x2.splat(-1);
  let index = i64x2.replace_lane(i64x2.splat(0), 1, 1);
  for (let bin = 0; bin < last; bin += 2) {
    const at = histogram + ((<usize>bin) << 4);
    const first = i64x2.add(left, v128.load(at));
    // past the end, the last split point is looked at twice
    left = bin + 1 < last ? i64x2.add(first, v128.load(at, 16)) : first;
    const firstValues = valuesOf(first, mask);
    const secondValues = valuesOf(left, mask);
    const packed = v128.shuffle<i64>(first, left, 1, 3);
    const leftGradient = v128.shuffle<i64>(firstValues, secondValues, 0, 2);
    const leftHessian = v128.shuffle<i64>(firstValues, secondValues, 1, 3);
    const rightHessian = f64x2.sub(allHessian, leftHessian);
    const leftShrunk = f64x2.pmax(zero, f64x2.sub(f64x2.abs(leftGradient), alpha));
    const rightShrunk = f64x2.pmax(
      zero,
      f64x2.sub(f64x2.abs(f64x2.sub(allGradient, leftGradient)), alpha),
    );
    const leftWeight = f64x2.add(leftHessian, lambda);
    const rightWeight = f64x2.add(rightHessian, lambda);
    const gain = f64x2.div(
      f64x2.add(
        f64x2.mul(f64x2.mul(leftShrunk, leftShrunk), rightWeight),
        f64x2.mul(f64x2.mul(rightShrunk, rightShrunk), leftWeight),
      ),
      f64x2.mul(leftWeight, rightWeight),
    );
    const hasWeight = v128.and(f64x2.ge(leftHessian, least), f64x2.ge(rightHessian, least));
    const hasRows = v128.and(
      i64x2.ge_s(packed, leastPacked),
      i64x2.ge_s(i64x2.sub(allPacked, packed), leastPacked),
    );
    const isBetter = v128.and(v128.and(hasWeight, hasRows), f64x2.gt(gain, best));
    best = v128.bitselect(gain, best, isBetter);
    bestIndex = v128.bitselect(index, bestIndex, isBetter);
    index = i64x2.add(index, i64x2.splat(2));
  }
  const gains = f64x2.extract_lane(best, 0);
  const others = f64x2.extract_lane(best, 1);
  const own = <i32>i64x2.extract_lane(bestIndex, 0);
  const other = <i32>i64x2.extract_lane(bestIndex, 1);
  const isFirst = gains > others || (gains == others && own < other);
  keep(isFirst ? gains : others, isFirst ? own : other, isMissingLeft);
}

/** The same one by one, where outputs are bounded or must not fall or rise with the column. */
function scanBounded(
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
  const mask = maskOf(shift);
  const all = v128.load(totals);
  const leastPacked = leastRows << shift;
  let left = i64x2.splat(0);
  if (isMissingLeft) left = v128.load(histogram + ((<usize>bins) << 4));
  for (let bin = 0; bin < last; bin++) {
    left = i64x2.add(left, v128.load(histogram + ((<usize>bin) << 4)));
    const right = i64x2.sub(all, left);
    if (i64x2.extract_lane(left, 1) < leastPacked) continue;
    if (i64x2.extract_lane(right, 1) < leastPacked) break;
    const leftValues = valuesOf(left, mask);
    const rightValues = valuesOf(right, mask);
    const leftHessian = f64x2.extract_lane(leftValues, 1);
    const rightHessian = f64x2.extract_lane(rightValues, 1);
    if (leftHessian < least || rightHessian < least) continue;
    const leftGradient = shrink(f64x2.extract_lane(leftValues, 0), alpha);
    const rightGradient = shrink(f64x2.extract_lane(rightValues, 0), alpha);
    const leftWeight = leftHessian + lambda;
    const rightWeight = rightHessian + lambda;
    const leftOutput = min(max(-leftGradient / leftWeight, lower), upper);
    const rightOutput = min(max(-rightGradient / rightWeight, lower), upper);
    if (<f64>monotone * (rightOutput - leftOutput) < 0) continue;
    const gain =
      decrease(leftGradient, leftWeight, leftOutput) + decrease(rightGradient, rightWeight, rightOutput);
    keep(gain, bin, isMissingLeft);
  }
}

/** Sums of the rows on the left of the best split. */
function sumLeft(histogram: usize, bins: i32): v128 {
  let left = bestMissingLeft ? v128.load(histogram + ((<usize>bins) << 4)) : i64x2.splat(0);
  for (let bin = 0; bin <= bestBin; bin++) {
    left = i64x2.add(left, v128.load(histogram + ((<usize>bin) << 4)));
  }
  return left;
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
  bestMissingLeft = 0;
  const isBounded = monotone != 0 || load<f64>(bounds + LOWER) > -Infinity || load<f64>(bounds + UPPER) < Infinity;
  const hasMissing = load<i64>(histogram + ((<usize>bins) << 4), 8) != 0;
  const rows = <i64>leastRows;
  const wide = <i64>shift;
  // the last value bin is a split point where missing values are on the other side
  const last = hasMissing ? bins : bins - 1;
  if (isBounded) {
    scanBounded(histogram, bins, last, totals, penalties, bounds, rows, wide, monotone, 0);
    if (hasMissing) scanBounded(histogram, bins, bins - 1, totals, penalties, bounds, rows, wide, monotone, 1);
  } else {
    scanOneWay(histogram, bins, last, totals, penalties, rows, wide, 0);
    if (hasMissing) scanOneWay(histogram, bins, bins - 1, totals, penalties, rows, wide, 1);
  }
  const left = sumLeft(histogram, bins);
  if (!hasMissing) {
    const count = i64x2.extract_lane(left, 1) >>> wide;
    bestMissingLeft = <i32>(count * 2 >= load<i64>(totals, 8) >>> wide);
  }
  store<f64>(to, bestGain);
  v128.store(to, left, 8);
  store<i32>(to, bestBin, 24);
  store<i32>(to, bestMissingLeft, 28);
}
