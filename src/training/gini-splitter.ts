import type { BinnedMatrix } from './binning.js';
import { type CandidateRange, createLimitCandidates } from './candidate-range.js';
import {
  createFillFour,
  createGiniCounts,
  createListLane,
  createMarkFour,
  createMarkOne,
  type GiniCounts,
  LANES,
} from './gini-histogram.js';
import { createManyClassScan, createTwoClassScan } from './gini-scan.js';
import { BITMAP_WORDS, createListBins } from './occupied-bins.js';
import { createPartition, createSampledRows, drawSample, type SampledRows } from './sampled-rows.js';
import { clearSplit, createBestSplit, type Splitter } from './splitter.js';

/** From this many rows on, a node is likely to have rows in most bins. */
const MANY_ROWS = 512;

/** Splits by Gini impurity; any number of classes from 2. `target` holds a class index per row. */
export function createGiniSplitter(
  matrix: BinnedMatrix,
  target: Int32Array,
  classes: number,
  minSamplesLeaf: number,
): Splitter {
  const sample = createSampledRows(matrix.rows);
  const counts = createGiniCounts(classes);
  const range: CandidateRange = { from: 0, to: 0 };
  const best = createBestSplit();
  const markOne = createMarkOne(matrix.bins, sample, counts);
  const markFour = createMarkFour(matrix.bins, sample, counts);
  const fillFour = createFillFour(matrix.bins, sample, counts);
  const listBins = createListBins(counts.bitmaps, counts.occupied);
  const listLane = createListLane(counts);
  const limit = createLimitCandidates(matrix.bins, sample, counts.occupied, minSamplesLeaf, range);
  const scan = (classes === 2 ? createTwoClassScan : createManyClassScan)(counts, range, best);
  const partition = createPartition(matrix.bins, sample);
  const weigh = createWeighClasses(sample, counts);
  const stride = matrix.rows;
  let start = 0;
  let end = 0;

  function scanLane(lane: number, column: number, size: number): number {
    limit(column * stride, size, start, end);
    scan(lane, column, size);
    return size > 1 ? 1 : 0;
  }

  return {
    best,
    beginTree: (draws) =>
      drawSample(sample, draws, (row, drawn) => (drawn << counts.classBits) | (target[row] as number)),
    beginNode(nodeStart, nodeEnd) {
      start = nodeStart;
      end = nodeEnd;
      clearSplit(best);
      return weigh(start, end) > 1;
    },
    tryColumns(columns, from, to) {
      const isSmall = end - start < MANY_ROWS;
      let varying = 0;
      let next = from;
      for (; next + LANES <= to; next += LANES) {
        const first = (columns[next] as number) * stride;
        const second = (columns[next + 1] as number) * stride;
        const third = (columns[next + 2] as number) * stride;
        const fourth = (columns[next + 3] as number) * stride;
        if (isSmall) markFour(first, second, third, fourth, start, end);
        else fillFour(first, second, third, fourth, start, end);
        for (let lane = 0; lane < LANES; lane++) {
          const column = columns[next + lane] as number;
          const binCount = matrix.binCounts[column] as number;
          const size = isSmall ? listBins(lane * BITMAP_WORDS) : listLane(lane, binCount);
          varying += scanLane(lane, column, size);
        }
      }
      for (; next < to; next++) {
        const column = columns[next] as number;
        markOne(column * stride, start, end);
        varying += scanLane(0, column, listBins(0));
      }
      return varying;
    },
    nodeScore: () => leafScore(counts.nodeWeights),
    partition: () => partition(best.column * stride, best.leftBin, start, end),
    leafValues: (into) => classShares(counts.nodeWeights, into),
  };
}

/** Sums the weight of each class in a range of rows; gives the number of classes that occur. */
function createWeighClasses(sample: SampledRows, counts: GiniCounts): (start: number, end: number) => number {
  const { payload } = sample;
  const { classBits, nodeWeights } = counts;
  const sums = new Int32Array(nodeWeights.length);
  const classMask = (1 << classBits) - 1;
  return (start, end) => {
    sums.fill(0);
    for (let i = start; i < end; i++) {
      const code = payload[i] as number;
      (sums[code & classMask] as number) += code >> classBits;
    }
    let present = 0;
    for (let k = 0; k < sums.length; k++) {
      nodeWeights[k] = sums[k] as number;
      if (sums[k] !== 0) present++;
    }
    return present;
  };
}

function leafScore(weights: Float64Array): number {
  let total = 0;
  let squares = 0;
  for (const weight of weights) {
    total += weight;
    squares += weight * weight;
  }
  return squares / total;
}

/** The share of each class, or of the last one where there are two. */
function classShares(weights: Float64Array, into: Float64Array): void {
  let total = 0;
  for (const weight of weights) total += weight;
  const first = weights.length - into.length;
  for (let output = 0; output < into.length; output++) {
    into[output] = (weights[first + output] as number) / total;
  }
}
