import type { BinnedMatrix } from './binning.js';
import { type CandidateRange, createLimitCandidates } from './candidate-range.js';
import {
  createFillFour,
  createGiniCounts,
  createMarkFour,
  createMarkOne,
  type GiniCounts,
  LANES,
} from './gini-histogram.js';
import { createManyClassScan, createTwoClassScan } from './gini-scan.js';
import { ALL_BINS, BITMAP_WORDS, createListBins } from './occupied-bins.js';
import { createPartition, listDrawnRows } from './partition.js';
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
  const rows = new Int32Array(matrix.rows);
  const counts = createGiniCounts(matrix.rows, classes);
  const range: CandidateRange = { from: 0, to: 0 };
  const best = createBestSplit();
  const markOne = createMarkOne(matrix.bins, rows, counts);
  const markFour = createMarkFour(matrix.bins, rows, counts);
  const fillFour = createFillFour(matrix.bins, rows, counts);
  const listBins = createListBins(counts.bitmaps, counts.binList);
  const limit = createLimitCandidates(matrix.bins, rows, counts.binList, minSamplesLeaf, range);
  const scan = (classes === 2 ? createTwoClassScan : createManyClassScan)(counts, range, best);
  const partition = createPartition(matrix.bins, rows);
  const weigh = createWeighClasses(rows, counts);
  const { rows: stride, binCounts } = matrix;
  let start = 0;
  let end = 0;

  function scanLane(lane: number, column: number, first: number, size: number): number {
    limit(column * stride, first, size, start, end);
    return scan(lane, column, first, size) > 1 ? 1 : 0;
  }

  return {
    best,
    beginTree(draws) {
      for (let row = 0; row < draws.length; row++) {
        counts.codeOfRow[row] = ((draws[row] as number) << counts.classBits) | (target[row] as number);
      }
      return listDrawnRows(draws, rows);
    },
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
          if (isSmall) varying += scanLane(lane, column, 0, listBins(lane * BITMAP_WORDS));
          else varying += scanLane(lane, column, ALL_BINS, binCounts[column] as number);
        }
      }
      for (; next < to; next++) {
        const column = columns[next] as number;
        markOne(column * stride, start, end);
        varying += scanLane(0, column, 0, listBins(0));
      }
      return varying;
    },
    nodeWeight: () => totalOf(counts.nodeWeights),
    nodeScore: () => leafScore(counts.nodeWeights),
    partition: () => partition(best.column * stride, best.leftBin, start, end),
    leafValues: (into) => classShares(counts.nodeWeights, into),
  };
}

/** Gathers the codes of a range of rows and sums the class weights; gives the number of classes that occur. */
function createWeighClasses(
  sampledRows: Int32Array,
  counts: GiniCounts,
): (start: number, end: number) => number {
  const rows = sampledRows;
  const { classBits, codeOfRow, codes, nodeWeights } = counts;
  const lastClass = nodeWeights.length - 1;
  const classMask = (1 << classBits) - 1;
  return (start, end) => {
    for (let k = 0; k <= lastClass; k++) nodeWeights[k] = 0;
    let total = 0;
    let last = 0;
    for (let i = start; i < end; i++) {
      const code = codeOfRow[rows[i] as number] as number;
      const draws = code >> classBits;
      const label = code & classMask;
      codes[i] = code;
      total += draws;
      // with two classes both sums stay in registers
      if (lastClass === 1) last += label * draws;
      else (nodeWeights[label] as number) += draws;
    }
    if (lastClass === 1) {
      nodeWeights[0] = total - last;
      nodeWeights[1] = last;
    }
    let present = 0;
    for (let k = 0; k <= lastClass; k++) if (nodeWeights[k] !== 0) present++;
    return present;
  };
}

function totalOf(weights: Float64Array): number {
  let total = 0;
  for (let k = 0; k < weights.length; k++) total += weights[k] as number;
  return total;
}

function leafScore(weights: Float64Array): number {
  let total = 0;
  let squares = 0;
  for (let k = 0; k < weights.length; k++) {
    const weight = weights[k] as number;
    total += weight;
    squares += weight * weight;
  }
  return squares / total;
}

/** The share of each class, or of the last one where there are two. */
function classShares(weights: Float64Array, into: Float64Array): void {
  const total = totalOf(weights);
  const first = weights.length - into.length;
  for (let output = 0; output < into.length; output++) {
    into[output] = (weights[first + output] as number) / total;
  }
}
