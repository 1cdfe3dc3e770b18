import type { BinnedMatrix } from './binning.js';
import { type CandidateRange, createLimitCandidates } from './candidate-range.js';
import { BITMAP_WORDS, createListBins } from './occupied-bins.js';
import { createPartition, createSampledRows, drawSample, type SampledRows } from './sampled-rows.js';
import {
  type BestSplit,
  clearSplit,
  createBestSplit,
  type Scan,
  type Splitter,
  takeSplit,
} from './splitter.js';
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
  const sample = createSampledRows(matrix.rows);
  const state = createVarianceSums(matrix.rows);
  const range: CandidateRange = { from: 0, to: 0 };
  const best = createBestSplit();
  const sumOne = createSumOne(matrix.bins, sample, state);
  const sumFour = createSumFour(matrix.bins, sample, state);
  const listBins = createListBins(state.bitmaps, state.occupied);
  const limit = createLimitCandidates(matrix.bins, sample, state.occupied, minSamplesLeaf, range);
  const scan = createVarianceScan(state, range, best);
  const partition = createPartition(matrix.bins, sample);
  const weigh = createWeighTargets(sample, state, target);
  const stride = matrix.rows;
  let start = 0;
  let end = 0;

  function scanLane(lane: number, column: number): number {
    const size = listBins(lane * BITMAP_WORDS);
    limit(column * stride, size, start, end);
    scan(lane, column, size);
    return size > 1 ? 1 : 0;
  }

  return {
    best,
    beginTree: (draws) => drawSample(sample, draws, (_row, drawn) => drawn),
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
    nodeScore: () => (state.node[0] as number) ** 2 / (state.node[1] as number),
    partition: () => partition(best.column * stride, best.leftBin, start, end),
    leafValues(into) {
      into[0] = (state.node[0] as number) / (state.node[1] as number);
    },
  };
}

/** Gathers the targets of a range of rows and sums them; false where all are equal. */
function createWeighTargets(
  sample: SampledRows,
  state: VarianceSums,
  target: Float64Array,
): (start: number, end: number) => boolean {
  const values = target;
  const { rows, payload } = sample;
  const { scaled, node } = state;
  return (start, end) => {
    const first = values[rows[start] as number] as number;
    let isMixed = false;
    let sum = 0;
    let weight = 0;
    for (let i = start; i < end; i++) {
      const value = values[rows[i] as number] as number;
      const draws = payload[i] as number;
      if (value !== first) isMixed = true;
      scaled[i] = draws * value;
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
  const { sums, occupied, node } = state;
  return (lane, column, size) => {
    const { from, to } = range;
    const base = lane * LANE_SIZE;
    const total = node[0] as number;
    const totalWeight = node[1] as number;
    let left = 0;
    let leftWeight = 0;
    let bestScore = best.score;
    let bestAt = -1;
    for (let i = 0; i < size; i++) {
      const entry = base + 2 * (occupied[i] as number);
      left += sums[entry] as number;
      leftWeight += sums[entry + 1] as number;
      sums[entry] = 0;
      sums[entry + 1] = 0;
      const right = total - left;
      const score = (left * left) / leftWeight + (right * right) / (totalWeight - leftWeight);
      if (score > bestScore && i >= from && i < to) {
        bestScore = score;
        bestAt = i;
      }
    }
    if (bestAt >= 0) takeSplit(best, column, occupied, bestAt, bestScore);
  };
}
