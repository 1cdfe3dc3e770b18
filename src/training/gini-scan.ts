import type { CandidateRange } from './candidate-range.js';
import type { GiniCounts } from './gini-histogram.js';
import type { BestSplit, Scan } from './splitter.js';

/*
 * Minimising the weighted Gini impurity of the children is maximising
 * Σ l_k² / W_left + Σ r_k² / W_right over the class weights l and r (Breiman et al., CART, 1984, section 4.3).
 * Weights are whole numbers, so the sums are exact.
 */

/**
 * For two classes the score is W − 2 (l₀l₁ / W_left + r₀r₁ / W_right). Candidates are compared as fractions,
 * without a division for each.
 */
export function createTwoClassScan(counts: GiniCounts, range: CandidateRange, best: BestSplit): Scan {
  const { laneSize, weights, binList, nodeWeights } = counts;
  return (lane, column, first, size) => {
    const { from, to } = range;
    const base = lane * laneSize;
    const total0 = nodeWeights[0] as number;
    const total1 = nodeWeights[1] as number;
    const total = total0 + total1;
    let left0 = 0;
    let left1 = 0;
    let lowestTop = (total - best.score) / 2;
    let lowestBottom = 1;
    let occupied = 0;
    let previous = -1;
    let leftAt = -2;
    let rightAt = -2;
    for (let at = first; at < first + size; at++) {
      const entry = base + ((binList[at] as number) << 1);
      const moved0 = weights[entry] as number;
      const moved1 = weights[entry + 1] as number;
      if ((moved0 | moved1) === 0) continue;
      weights[entry] = 0;
      weights[entry + 1] = 0;
      if (leftAt === previous) rightAt = at;
      occupied++;
      left0 += moved0;
      left1 += moved1;
      const leftWeight = left0 + left1;
      const rightWeight = total - leftWeight;
      const top = left0 * left1 * rightWeight + (total0 - left0) * (total1 - left1) * leftWeight;
      const bottom = leftWeight * rightWeight;
      if (top * lowestBottom < lowestTop * bottom && at >= from && at < to) {
        lowestTop = top;
        lowestBottom = bottom;
        leftAt = at;
      }
      previous = at;
    }
    if (leftAt >= 0) {
      best.column = column;
      best.leftBin = binList[leftAt] as number;
      best.rightBin = binList[rightAt] as number;
      best.score = total - (2 * lowestTop) / lowestBottom;
    }
    return occupied;
  };
}

export function createManyClassScan(counts: GiniCounts, range: CandidateRange, best: BestSplit): Scan {
  const { classes, laneSize, weights, binList, nodeWeights } = counts;
  const left = new Float64Array(classes);
  return (lane, column, first, size) => {
    const { from, to } = range;
    const base = lane * laneSize;
    let leftWeight = 0;
    let rightWeight = 0;
    let leftSquares = 0;
    let rightSquares = 0;
    for (let k = 0; k < classes; k++) {
      const weight = nodeWeights[k] as number;
      left[k] = 0;
      rightWeight += weight;
      rightSquares += weight * weight;
    }
    let bestScore = best.score;
    let occupied = 0;
    let previous = -1;
    let leftAt = -2;
    let rightAt = -2;
    for (let at = first; at < first + size; at++) {
      const entry = base + (binList[at] as number) * classes;
      const weightBefore = leftWeight;
      for (let k = 0; k < classes; k++) {
        const moved = weights[entry + k] as number;
        if (moved === 0) continue;
        weights[entry + k] = 0;
        const before = left[k] as number;
        left[k] = before + moved;
        leftWeight += moved;
        rightWeight -= moved;
        leftSquares += moved * (2 * before + moved);
        rightSquares -= moved * (2 * ((nodeWeights[k] as number) - before) - moved);
      }
      if (leftWeight === weightBefore) continue;
      if (leftAt === previous) rightAt = at;
      occupied++;
      const score = leftSquares / leftWeight + rightSquares / rightWeight;
      if (score > bestScore && at >= from && at < to) {
        bestScore = score;
        leftAt = at;
      }
      previous = at;
    }
    if (leftAt >= 0) {
      best.column = column;
      best.leftBin = binList[leftAt] as number;
      best.rightBin = binList[rightAt] as number;
      best.score = bestScore;
    }
    return occupied;
  };
}
