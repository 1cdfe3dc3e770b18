/*
 * Losses of gradient boosting over the rows `start ... end`: gradient and hessian of each row by its raw score, as float32
 * pairs, and the sum of losses. `weights` is 0 where each row counts once. Each writes the largest |gradient| and hessian
 * to `peaks` (two float64).
 */

const LOG2E: f64 = 1.4426950408889634;
const LN2_HIGH: f64 = 0.6931471803691238;
const LN2_LOW: f64 = 1.9082149292705877e-10;
const LARGEST_EXPONENT: f64 = 709;

/** constant + slope · r */
// @ts-ignore: decorator
@inline
function pair(r: v128, constant: f64, slope: f64): v128 {
  return f64x2.add(f64x2.splat(constant), f64x2.mul(r, f64x2.splat(slope)));
}

/** eˣ to 1e-14 of itself: 2ᵏ·eʳ with |r| ≤ ln 2 / 2. The same bits on every machine, unlike the library's. */
// @ts-ignore: decorator
@inline
function exponential(given: v128): v128 {
  const x = f64x2.pmax(f64x2.splat(-LARGEST_EXPONENT), f64x2.pmin(f64x2.splat(LARGEST_EXPONENT), given));
  const k = f64x2.nearest(f64x2.mul(x, f64x2.splat(LOG2E)));
  const rough = f64x2.sub(x, f64x2.mul(k, f64x2.splat(LN2_HIGH)));
  const r = f64x2.sub(rough, f64x2.mul(k, f64x2.splat(LN2_LOW)));
  // Taylor's series to r¹¹ in Estrin's order, whose steps need not wait for one another
  const r2 = f64x2.mul(r, r);
  const r4 = f64x2.mul(r2, r2);
  const low = f64x2.add(pair(r, 1, 1), f64x2.mul(r2, pair(r, 1.0 / 2, 1.0 / 6)));
  const middle = f64x2.add(pair(r, 1.0 / 24, 1.0 / 120), f64x2.mul(r2, pair(r, 1.0 / 720, 1.0 / 5040)));
  const high = f64x2.add(
    pair(r, 1.0 / 40320, 1.0 / 362880),
    f64x2.mul(r2, pair(r, 1.0 / 3628800, 1.0 / 39916800)),
  );
  const p = f64x2.add(low, f64x2.mul(r4, f64x2.add(middle, f64x2.mul(r4, high))));
  const exponent = i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(k));
  return f64x2.mul(p, i64x2.shl(i64x2.add(exponent, i64x2.splat(1023)), 52));
}

// @ts-ignore: decorator
@inline
function exponentialOf(x: f64): f64 {
  return f64x2.extract_lane(exponential(f64x2.splat(x)), 0);
}

let largestGradient: f64 = 0;
let largestHessian: f64 = 0;

// @ts-ignore: decorator
@inline
function writePair(pairs: usize, row: i32, gradient: f64, hessian: f64): void {
  store<f32>(pairs + ((<usize>row) << 3), <f32>gradient);
  store<f32>(pairs + ((<usize>row) << 3), <f32>hessian, 4);
  largestGradient = max(largestGradient, abs(gradient));
  largestHessian = max(largestHessian, hessian);
}

// @ts-ignore: decorator
@inline
function at(numbers: usize, row: i32): f64 {
  return load<f64>(numbers + ((<usize>row) << 3));
}

// @ts-ignore: decorator
@inline
function weightOf(weights: usize, row: i32): f64 {
  return weights == 0 ? 1 : at(weights, row);
}

function writePeaks(peaks: usize): void {
  store<f64>(peaks, largestGradient);
  store<f64>(peaks, largestHessian, 8);
}

/** (target − score)²; its gradient is that of half of it. */
export function squaredError(
  scores: usize,
  targets: usize,
  weights: usize,
  pairs: usize,
  start: i32,
  end: i32,
  peaks: usize,
): f64 {
  let loss: f64 = 0;
  largestGradient = largestHessian = 0;
  for (let row = start; row < end; row++) {
    const weight = weightOf(weights, row);
    const error = at(scores, row) - at(targets, row);
    loss += weight * error * error;
    writePair(pairs, row, weight * error, weight);
  }
  writePeaks(peaks);
  return loss;
}

/** |target − score|, with hessian 1. */
export function absoluteError(
  scores: usize,
  targets: usize,
  weights: usize,
  pairs: usize,
  start: i32,
  end: i32,
  peaks: usize,
): f64 {
  let loss: f64 = 0;
  largestGradient = largestHessian = 0;
  for (let row = start; row < end; row++) {
    const weight = weightOf(weights, row);
    const error = at(scores, row) - at(targets, row);
    loss += weight * abs(error);
    writePair(pairs, row, error == 0 ? 0 : copysign(weight, error), weight);
  }
  writePeaks(peaks);
  return loss;
}

/** e^score − target · score: half of Poisson's deviance but for a constant. */
export function poisson(
  scores: usize,
  targets: usize,
  weights: usize,
  pairs: usize,
  start: i32,
  end: i32,
  peaks: usize,
): f64 {
  let loss: f64 = 0;
  largestGradient = largestHessian = 0;
  for (let row = start; row < end; row++) {
    const weight = weightOf(weights, row);
    const score = at(scores, row);
    const target = at(targets, row);
    const mean = exponentialOf(score);
    loss += weight * (mean - target * score);
    writePair(pairs, row, weight * (mean - target), weight * mean);
  }
  writePeaks(peaks);
  return loss;
}

/** Factors up to 2 whose product a float64 holds. */
const FACTORS: i32 = 512;

/** log(1 + e^score) − target · score with target 0 or 1, two rows at a time. */
export function logistic(
  scores: usize,
  targets: usize,
  weights: usize,
  pairs: usize,
  start: i32,
  end: i32,
  peaks: usize,
): f64 {
  const one = f64x2.splat(1);
  const zero = f64x2.splat(0);
  let losses = zero;
  // without weights the sum of logarithms is that of a product, which takes one logarithm
  let product = one;
  let factors = 0;
  let loss: f64 = 0;
  let gradients = zero;
  let hessians = zero;
  for (let row = start; row < end; row += 2) {
    const place = (<usize>row) << 3;
    const isPair = row + 1 < end;
    const score = isPair ? v128.load(scores + place) : f64x2.splat(load<f64>(scores + place));
    const target = isPair ? v128.load(targets + place) : f64x2.splat(load<f64>(targets + place));
    const e = exponential(f64x2.neg(f64x2.abs(score)));
    const sum = f64x2.add(one, e);
    const share = f64x2.div(one, sum);
    const small = f64x2.mul(e, share);
    const chance = v128.bitselect(share, small, f64x2.ge(score, zero));
    let gradient = f64x2.sub(chance, target);
    let hessian = f64x2.mul(small, share);
    let linear = f64x2.sub(f64x2.pmax(zero, score), f64x2.mul(target, score));
    let factor = sum;
    if (weights != 0) {
      const weight = isPair ? v128.load(weights + place) : f64x2.splat(load<f64>(weights + place));
      gradient = f64x2.mul(gradient, weight);
      hessian = f64x2.mul(hessian, weight);
      linear = f64x2.mul(linear, weight);
      loss += f64x2.extract_lane(weight, 0) * Math.log(f64x2.extract_lane(sum, 0));
      if (isPair) loss += f64x2.extract_lane(weight, 1) * Math.log(f64x2.extract_lane(sum, 1));
      factor = one;
    }
    if (!isPair) {
      linear = f64x2.replace_lane(linear, 1, 0);
      factor = f64x2.replace_lane(factor, 1, 1);
    }
    losses = f64x2.add(losses, linear);
    product = f64x2.mul(product, factor);
    if (++factors == FACTORS) {
      loss += Math.log(f64x2.extract_lane(product, 0)) + Math.log(f64x2.extract_lane(product, 1));
      product = one;
      factors = 0;
    }
    gradients = f64x2.pmax(gradients, f64x2.abs(gradient));
    hessians = f64x2.pmax(hessians, hessian);
    const low = f32x4.demote_f64x2_zero(gradient);
    const high = f32x4.demote_f64x2_zero(hessian);
    const both = v128.shuffle<f32>(low, high, 0, 4, 1, 5);
    if (isPair) v128.store(pairs + place, both);
    else v128.store64_lane(pairs + place, both, 0);
  }
  loss += Math.log(f64x2.extract_lane(product, 0)) + Math.log(f64x2.extract_lane(product, 1));
  store<f64>(peaks, max(f64x2.extract_lane(gradients, 0), f64x2.extract_lane(gradients, 1)));
  store<f64>(peaks, max(f64x2.extract_lane(hessians, 0), f64x2.extract_lane(hessians, 1)), 8);
  return loss + f64x2.extract_lane(losses, 0) + f64x2.extract_lane(losses, 1);
}

/**
 * The logarithm of Σₖ e^scoreₖ of each row, and the sum of losses log Σ − score of the row's class.
 *
 * @param stride bytes from one class's scores to the next's
 * @param targets class index
 */
export function softmaxTotals(
  scores: usize,
  stride: usize,
  classes: i32,
  targets: usize,
  weights: usize,
  totals: usize,
  start: i32,
  end: i32,
): f64 {
  let loss: f64 = 0;
  for (let row = start; row < end; row++) {
    const own = scores + ((<usize>row) << 3);
    let largest = load<f64>(own);
    for (let k = 1; k < classes; k++) largest = max(largest, load<f64>(own + (<usize>k) * stride));
    let sum: f64 = 0;
    for (let k = 0; k < classes; k++) sum += exponentialOf(load<f64>(own + (<usize>k) * stride) - largest);
    const total = largest + Math.log(sum);
    store<f64>(totals + ((<usize>row) << 3), total);
    const score = load<f64>(own + (<usize>at(targets, row)) * stride);
    loss += weightOf(weights, row) * (total - score);
  }
  return loss;
}

/** Gradient p − [own class] and hessian p·(1 − p) of one class's scores. */
export function softmax(
  scores: usize,
  targets: usize,
  weights: usize,
  pairs: usize,
  start: i32,
  end: i32,
  peaks: usize,
  totals: usize,
  own: i32,
): void {
  largestGradient = largestHessian = 0;
  for (let row = start; row < end; row++) {
    const weight = weightOf(weights, row);
    const chance = exponentialOf(at(scores, row) - at(totals, row));
    const target: f64 = at(targets, row) == <f64>own ? 1 : 0;
    writePair(pairs, row, weight * (chance - target), weight * max(chance * (1 - chance), 0));
  }
  writePeaks(peaks);
}

/** Turns float32 pairs into whole numbers on a grid: value times scale, rounded. */
export function roundPairs(pairs: usize, start: i32, end: i32, gradientScale: f32, hessianScale: f32): void {
  const scale = f32x4.replace_lane(
    f32x4.replace_lane(f32x4.splat(gradientScale), 1, hessianScale),
    3,
    hessianScale,
  );
  let row = start;
  for (; row + 1 < end; row += 2) {
    const place = pairs + ((<usize>row) << 3);
    const numbers = f32x4.nearest(f32x4.mul(v128.load(place), scale));
    v128.store(place, i32x4.trunc_sat_f32x4_s(numbers));
  }
  if (row < end) {
    const place = pairs + ((<usize>row) << 3);
    const numbers = f32x4.nearest(f32x4.mul(v128.load64_zero(place), scale));
    v128.store64_lane(place, i32x4.trunc_sat_f32x4_s(numbers), 0);
  }
}
