import { BIN_LIST, classes, classSums, isEntropy, scratch } from './forest-state';

/*
 * Scans of the histogram of one column. Splits are compared by a score, the higher the better: weight × impurity of the
 * children is a constant of the node minus it. For Gini it is Σ l² / L + Σ r² / R over the class weights l and r (Breiman et
 * al., CART, 1984, section 4.3), for squared error S_l² / L + S_r² / R with sums S of the target, for entropy
 * Σ l log₂ l − L log₂ L + Σ r log₂ r − R log₂ R.
 */

/** Score of the best split of the node so far. */
export let bestScore: f64 = 0;
/** The same for two classes: score = weight − 2 · top / bottom. */
let bestTop: f64 = 0;
let bestBottom: f64 = 0;

/** Sum (value × weight, or weight of the last of two classes) and weight of the node. */
export let nodeSum: f64 = 0;
export let nodeWeight: f64 = 0;
/** Weight of a side at least. */
let minWeight: f64 = 0;
/** Split points that may be taken: after entries `from … to − 1` of the list of bins. */
let from: i32 = 0;
let to: i32 = 0;

export function startScans(sum: f64, weight: f64, leastWeight: f64): void {
  nodeSum = sum;
  nodeWeight = weight;
  // a side of which rounding leaves nothing is no side
  minWeight = max(leastWeight, f64.MIN_NORMAL_VALUE);
  bestScore = -Infinity;
  bestTop = Infinity;
  bestBottom = 1;
}

export function setCandidates(first: i32, end: i32): void {
  from = first;
  to = end;
}

/**
 * Looks for a better split among the `size` bins of the list and clears the histogram.
 * @returns the entry of the list after which it splits; −1 where none is better
 */
export function scan<T>(histogram: usize, size: i32): i32 {
  if (isVector<T>()) return scanMoments(histogram, size);
  if (isEntropy) return scanEntropy<T>(histogram, size);
  if (sizeof<T>() === 8 && classes === 2) return scanTwoClasses<T>(histogram, size);
  return scanClasses<T>(histogram, size);
}

@inline
function listed(i: i32): usize {
  return <usize>load<i32>(scratch + BIN_LIST + ((<usize>i) << 2));
}

/** Candidates are compared as fractions, without a division for each. */
function scanTwoClasses<T>(histogram: usize, size: i32): i32 {
  const total1 = nodeSum;
  const total = nodeWeight;
  const total0 = total - total1;
  let left: f64 = 0;
  let left1: f64 = 0;
  let lowestTop = bestTop;
  let lowestBottom = bestBottom;
  let found = -1;
  for (let i = 0; i < size; i++) {
    if (isFloat<T>()) {
      const at = histogram + (listed(i) << 4);
      const moved1 = load<f64>(at, 8);
      left += load<f64>(at) + moved1;
      left1 += moved1;
      v128.store(at, i64x2.splat(0));
    } else {
      const at = histogram + (listed(i) << 3);
      left += <f64>load<i32>(at);
      left1 += <f64>load<i32>(at, 4);
      store<u64>(at, 0);
    }
    const right = total - left;
    const top = (left - left1) * left1 * right + (total0 - (left - left1)) * (total1 - left1) * left;
    const bottom = left * right;
    if (top * lowestBottom < lowestTop * bottom && isCandidate(i, left, right)) {
      lowestTop = top;
      lowestBottom = bottom;
      found = i;
    }
  }
  if (found >= 0) {
    bestTop = lowestTop;
    bestBottom = lowestBottom;
    bestScore = total - (2 * lowestTop) / lowestBottom;
  }
  return found;
}

@inline
function isCandidate(i: i32, left: f64, right: f64): bool {
  return i >= from && i < to && min(left, right) >= minWeight;
}

function scanMoments(histogram: usize, size: i32): i32 {
  let left: f64 = 0;
  let sum: f64 = 0;
  let found = -1;
  for (let i = 0; i < size; i++) {
    const at = histogram + (listed(i) << 4);
    sum += load<f64>(at);
    left += load<f64>(at, 8);
    v128.store(at, i64x2.splat(0));
    const right = nodeWeight - left;
    const rest = nodeSum - sum;
    const score = (sum * sum) / left + (rest * rest) / right;
    if (score > bestScore && isCandidate(i, left, right)) {
      bestScore = score;
      found = i;
    }
  }
  return found;
}

function scanClasses<T>(histogram: usize, size: i32): i32 {
  let left: f64 = 0;
  let leftSquares: f64 = 0;
  let rightSquares: f64 = 0;
  for (let k = 0; k < classes; k++) {
    const weight = classSum(k);
    setLeftSum(k, 0);
    rightSquares += weight * weight;
  }
  let found = -1;
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < classes; k++) {
      const moved = takeCount<T>(histogram, listed(i), k);
      if (moved === 0) continue;
      const before = leftSum(k);
      setLeftSum(k, before + moved);
      left += moved;
      leftSquares += moved * (2 * before + moved);
      rightSquares -= moved * (2 * (classSum(k) - before) - moved);
    }
    const right = nodeWeight - left;
    const score = leftSquares / left + rightSquares / right;
    if (score > bestScore && isCandidate(i, left, right)) {
      bestScore = score;
      found = i;
    }
  }
  return found;
}

function scanEntropy<T>(histogram: usize, size: i32): i32 {
  let left: f64 = 0;
  let leftTerms: f64 = 0;
  let rightTerms: f64 = 0;
  for (let k = 0; k < classes; k++) {
    setLeftSum(k, 0);
    rightTerms += timesLog(classSum(k));
  }
  let found = -1;
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < classes; k++) {
      const moved = takeCount<T>(histogram, listed(i), k);
      if (moved === 0) continue;
      const before = leftSum(k);
      const rest = classSum(k) - before;
      setLeftSum(k, before + moved);
      left += moved;
      leftTerms += timesLog(before + moved) - timesLog(before);
      rightTerms += timesLog(rest - moved) - timesLog(rest);
    }
    const right = nodeWeight - left;
    const score = leftTerms - timesLog(left) + rightTerms - timesLog(right);
    if (score > bestScore && isCandidate(i, left, right)) {
      bestScore = score;
      found = i;
    }
  }
  return found;
}

@inline
function takeCount<T>(histogram: usize, bin: usize, k: i32): f64 {
  const at = histogram + (bin * <usize>classes + <usize>k) * sizeof<T>();
  const count = <f64>load<T>(at);
  store<T>(at, 0);
  return count;
}

@inline
function classSum(k: i32): f64 {
  return load<f64>(classSums + ((<usize>k) << 3));
}

@inline
function leftSum(k: i32): f64 {
  return load<f64>(classSums + ((<usize>(classes + k)) << 3));
}

@inline
function setLeftSum(k: i32, sum: f64): void {
  store<f64>(classSums + ((<usize>(classes + k)) << 3), sum);
}

/** x log₂ x, and 0 at 0. */
function timesLog(x: f64): f64 {
  return x > 0 ? x * logarithm(x) : 0;
}

/**
 * log₂ x of a normal number: x = m · 2ᵉ with m from √½ to √2, and ln m = 2 artanh((m − 1) / (m + 1)) as a series. The library's
 * own logarithm would put a table into the memory that belongs to the caller.
 */
function logarithm(x: f64): f64 {
  const bits = reinterpret<u64>(x);
  const low = (bits & 0xf_ffff_ffff_ffff) > 0x6_a09e_667f_3bcd;
  const exponent = <i32>(bits >>> 52) - 1023 + <i32>low;
  const m = reinterpret<f64>((bits & 0xf_ffff_ffff_ffff) | (<u64>(low ? 1022 : 1023) << 52));
  const s = (m - 1) / (m + 1);
  const square = s * s;
  let sum: f64 = 0;
  // the terms fall by 1/34 each: the last one is below the precision of the sum
  for (let k: f64 = 23; k > 0; k -= 2) sum = sum * square + 1 / k;
  return <f64>exponent + 2 * s * sum * 1.4426950408889634;
}

/** The score of the node as a leaf: what a split's score is better than. */
export function nodeScore<T>(): f64 {
  if (isVector<T>()) return (nodeSum * nodeSum) / nodeWeight;
  let terms: f64 = 0;
  if (sizeof<T>() === 8 && !isFloat<T>()) {
    const first = nodeWeight - nodeSum;
    return (first * first + nodeSum * nodeSum) / nodeWeight;
  }
  for (let k = 0; k < classes; k++) {
    const weight = classSum(k);
    terms += isEntropy ? timesLog(weight) : weight * weight;
  }
  return isEntropy ? terms - timesLog(nodeWeight) : terms / nodeWeight;
}
