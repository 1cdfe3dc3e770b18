import type { BinnedMatrix } from './binning.js';
import { type CandidateRange, createLimitCandidates } from './candidate-range.js';
import { BITMAP_WORDS, createListBins } from './occupied-bins.js';
import { createPartition, listDrawnRows } from './partition.js';
import { type BestSplit, clearSplit, createBestSplit, type Scan, type Splitter } from './splitter.js';
import {
  createSumFour,
  createSumOne,
  createVarianceSums,
  LANE_SIZE,
  LANES,
  type VarianceSums,
} from './variance-histogram.js';

/**
 * Splits by squared error. `target` holds a value per row; it should be centred, so that sums keep their
 * precision where the values lie far from zero.
 */
export function createVarianceSplitter(
  matrix: BinnedMatrix,
  target: Float64Array,
  minSamplesLeaf: number,
): Splitter {
  const rows = new Int32Array(matrix.rows);
  const drawsOfRow = new Int32Array(matrix.rows);
  const state = createVarianceSums(matrix.rows);
  const range: CandidateRange = { from: 0, to: 0 };
  const best = createBestSplit();
  const sumOne = createSumOne(matrix.bins, rows, state);
  const sumFour = createSumFour(matrix.bins, rows, state);
  const listBins = createListBins(state.bitmaps, state.binList);
  const limit = createLimitCandidates(matrix.bins, rows, state.binList, minSamplesLeaf, range);
  const scan = createVarianceScan(state, range, best);
  const partition = createPartition(matrix.bins, rows);
  const weigh = createWeighTargets(rows, drawsOfRow, target, state);
  const stride = matrix.rows;
  let start = 0;
  let end = 0;

  function scanLane(lane: number, column: number): number {
    const size = listBins(lane * BITMAP_WORDS);
    limit(column * stride, 0, size, start, end);
    return scan(lane, column, 0, size) > 1 ? 1 : 0;
  }

  return {
    best,
    beginTree(draws) {
      drawsOfRow.set(draws);
      return listDrawnRows(draws, rows);
    },
    beginNode(nodeStart, nodeEnd) {
      start = nodeStart;
      end = nodeEnd;
      clearSplit(best);
      return weigh(start, end);
    },
    tryColumns(columns, from, to) {
      let varying = 0;
      let next = from;
      for (; next + LANES <= to; next += LANES) {
        const first = (columns[next] as number) * stride;
        const second = (columns[next + 1] as number) * stride;
        const third = (columns[next + 2] as number) * stride;
        sumFour(first, second, third, (columns[next + 3] as number) * stride, start, end);
        for (let lane = 0; lane < LANES; lane++) varying += scanLane(lane, columns[next + lane] as number);
      }
      for (; next < to; next++) {
        const column = columns[next] as number;
        sumOne(column * stride, start, end);
        varying += scanLane(0, column);
      }
      return varying;
    },
    nodeWeight: () => state.node[1] as number,
    nodeScore: () => (state.node[0] as number) ** 2 / (state.node[1] as number),
    partition: () => partition(best.column * stride, best.leftBin, start, end),
    leafValues(into) {
      into[0] = (state.node[0] as number) / (state.node[1] as number);
    },
  };
}

/** Gathers the targets of a range of rows and sums them; false where all are equal. */
function createWeighTargets(
  sampledRows: Int32Array,
  drawsOfRow: Int32Array,
  target: Float64Array,
  state: VarianceSums,
): (start: number, end: number) => boolean {
  const values = target;
  const rows = sampledRows;
  const rowDraws = drawsOfRow;
  const { scaled, weights, node } = state;
  return (start, end) => {
    const first = values[rows[start] as number] as number;
    let isMixed = false;
    let sum = 0;
    let weight = 0;
    for (let i = start; i < end; i++) {
      const row = rows[i] as number;
      const value = values[row] as number;
      const draws = rowDraws[row] as number;
      if (value !== first) isMixed = true;
      scaled[i] = draws * value;
      weights[i] = draws;
      sum += draws * value;
      weight += draws;
    }
    node[0] = sum;
    node[1] = weight;
    return isMixed;
  };
}

/** Minimising the squared error of the children is maximising S_left² / W_left + S_right² / W_right. */
function createVarianceScan(state: VarianceSums, range: CandidateRange, best: BestSplit): Scan {
  const { sums, binList, node } = state;
  return (lane, column, first, size) => {
    const { from, to } = range;
    const base = lane * LANE_SIZE;
    const total = node[0] as number;
    const totalWeight = node[1] as number;
    let left = 0;
    let leftWeight = 0;
    let bestScore = best.score;
    let leftAt = -1;
    // small or large, a node lists the bins that it occupies: none is empty
    for (let at = first; at < first + size; at++) {
      const entry = base + 2 * (binList[at] as number);
      left += sums[entry] as number;
      leftWeight += sums[entry + 1] as number;
      sums[entry] = 0;
      sums[entry + 1] = 0;
      const right = total - left;
      const score = (left * left) / leftWeight + (right * right) / (totalWeight - leftWeight);
      if (score > bestScore && at >= from && at < to) {
        bestScore = score;
        leftAt = at;
      }
    }
    if (leftAt >= 0) {
      best.column = column;
      best.leftBin = binList[leftAt] as number;
      best.rightBin = binList[leftAt + 1] as number;
      best.score = bestScore;
    }
    return size;
  };
}
