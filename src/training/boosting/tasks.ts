import { type Kernels, loadKernels } from '../kernels.js';
import { MOST_TASKS, type Work } from './crew.js';
import {
  ARGUMENTS,
  binsAt,
  CELL_BYTES,
  type Layout,
  PARTIAL_BYTES,
  SPLIT_BYTES,
  weightsAt,
} from './layout.js';
import { weightedMedian } from './median.js';
import type { Objective } from './objectives.js';
import { precisionOf } from './precision.js';

/** What the threads do together; each phase is cut into tasks by `tasksOf`. */
export const PHASES = {
  logSums: 0,
  loss: 1,
  round: 2,
  gather: 3,
  sort: 4,
  collect: 5,
  build: 6,
  renew: 7,
  update: 8,
  traverse: 9,
} as const;

/** The leader's words to a phase, by place in `words`. */
export const WORDS = {
  /** Positions of rows: first, and after the last. */
  start: 0,
  end: 1,
  /** The class whose scores are meant. */
  output: 2,
  /** A split: column, last bin on the left, whether missing values go left, how many rows go left. */
  column: 3,
  lastBin: 4,
  isMissingLeft: 5,
  lefts: 6,
  /** Tasks that the phase is cut into. */
  tasks: 7,
  /** Slot of the histogram to build, and of the parent's that it is taken from (−1: none). */
  slot: 8,
  parent: 9,
  /** Whether the built child and the other one are scanned for splits. */
  isScanned: 10,
  isOtherScanned: 11,
  /** 1 where the node is the whole table in its order, so that no row numbers are needed. */
  isTable: 12,
  /** 1 at the root, whose sums are not known yet. */
  isRoot: 13,
  leaves: 14,
  /** The child whose gradients are put side by side: 1 the left, 0 the right, −1 none. */
  isLeftGathered: 15,
} as const;

/** What does not change while a model is trained, as every thread needs it. */
export interface TaskSpec {
  readonly layout: Layout;
  readonly objective: Objective;
  readonly leastRows: number;
  readonly monotone: Int32Array;
}

/** The typed arrays over the shared memory that leader and tasks speak through. */
export interface Desk {
  readonly words: Int32Array;
  readonly numbers: Float64Array;
  readonly leftCounts: Int32Array;
  readonly leafStarts: Int32Array;
  readonly leafValues: Float64Array;
  readonly columnsUsed: Uint8Array;
}

export function openDesk({ memory: { buffer }, at, numLeaves, bins }: Layout): Desk {
  return {
    words: new Int32Array(buffer, at.words, ARGUMENTS),
    numbers: new Float64Array(buffer, at.numbers, ARGUMENTS),
    leftCounts: new Int32Array(buffer, at.leftCounts, MOST_TASKS),
    leafStarts: new Int32Array(buffer, at.leafStarts, numLeaves + 1),
    leafValues: new Float64Array(buffer, at.leafValues, numLeaves),
    columnsUsed: new Uint8Array(buffer, at.columnsUsed, bins.length),
  };
}

/** Address of the split of a column in the built child (place 0) or the other one (place 1). */
export function splitAt({ at, bins }: Layout, place: number, column: number): number {
  return at.splits + (place * bins.length + column) * SPLIT_BYTES;
}

/** Number of chunks of the rows to train on, and of those to judge by. */
export function chunksOf({ rows, trainingRows, chunkRows }: Layout): {
  readonly training: number;
  readonly validation: number;
} {
  return {
    training: Math.ceil(trainingRows / chunkRows),
    validation: Math.ceil((rows - trainingRows) / chunkRows),
  };
}

/** Makes the tasks of all phases. */
export function createWork(spec: TaskSpec): Work {
  const { layout } = spec;
  const kernels = loadKernels(layout.memory);
  const desk = openDesk(layout);
  const rowTasks = createRowTasks(spec, kernels, desk);
  const build = createBuild(spec, kernels, desk);
  const tasks: Readonly<Record<number, (task: number) => void>> = {
    ...createLossTasks(spec, kernels, desk),
    ...rowTasks,
    [PHASES.build]: build,
    [PHASES.renew]: createRenew(layout, desk),
  };
  return (phase, task) => (tasks[phase] as (task: number) => void)(task);
}

/** Losses and gradients, chunk by chunk of the rows. */
function createLossTasks({ layout, objective }: TaskSpec, kernels: Kernels, { words, numbers }: Desk) {
  const { at, rows, trainingRows, chunkRows, outputs } = layout;
  const { training } = chunksOf(layout);
  const weights = weightsAt(layout);
  const partials = new Float64Array(layout.memory.buffer, at.partials, 3 * MOST_TASKS);
  const stride = 8 * rows;
  const rangeOf = (chunk: number): readonly [number, number] => {
    if (chunk < training) return [chunk * chunkRows, Math.min((chunk + 1) * chunkRows, trainingRows)];
    const start = trainingRows + (chunk - training) * chunkRows;
    return [start, Math.min(start + chunkRows, rows)];
  };
  return {
    [PHASES.logSums]: (chunk: number) => {
      const [start, end] = rangeOf(chunk);
      const { scores, targets, logSums } = at;
      partials[3 * chunk] = kernels.softmaxTotals(
        scores,
        stride,
        outputs,
        targets,
        weights,
        logSums,
        start,
        end,
      );
    },
    [PHASES.loss]: (chunk: number) => {
      const [start, end] = rangeOf(chunk);
      const output = words[WORDS.output] as number;
      const scores = at.scores + output * stride;
      const peaks = at.partials + PARTIAL_BYTES * chunk + 8;
      if (outputs > 1) {
        const { targets, pairs, logSums } = at;
        kernels.softmax(scores, targets, weights, pairs, start, end, peaks, logSums, output);
        return;
      }
      const kernel = kernels[objective.kernel];
      partials[3 * chunk] = kernel(scores, at.targets, weights, at.pairs, start, end, peaks);
    },
    [PHASES.round]: (chunk: number) => {
      const [start, end] = rangeOf(chunk);
      kernels.roundPairs(at.pairs, start, end, numbers[0] as number, numbers[1] as number);
      // the tree before has sorted them by its leaves
      kernels.countRows(at.ids, start, end);
    },
  };
}

/** Partition of the rows and their scores. */
function createRowTasks({ layout }: TaskSpec, kernels: Kernels, desk: Desk) {
  const { at, rows, chunkRows, bins } = layout;
  const { words, leftCounts, leafStarts, leafValues } = desk;
  const rangeOf = (task: number): readonly [number, number] => {
    const start = (words[WORDS.start] as number) + task * chunkRows;
    return [start, Math.min(start + chunkRows, words[WORDS.end] as number)];
  };
  const scoresOf = () => at.scores + (words[WORDS.output] as number) * 8 * rows;
  return {
    [PHASES.gather]: (task: number) => {
      const [start, end] = rangeOf(task);
      kernels.gatherPairs(at.ids, at.pairs, at.gathered, start, end);
    },
    [PHASES.sort]: (task: number) => {
      const [start, end] = rangeOf(task);
      const column = words[WORDS.column] as number;
      const last = words[WORDS.lastBin] as number;
      const isMissingLeft = words[WORDS.isMissingLeft] as number;
      const missing = bins[column] as number;
      const { ids, lefts, rights } = at;
      leftCounts[task] = kernels.sortRows(
        binsAt(layout, column),
        ids,
        lefts,
        rights,
        start,
        end,
        last,
        missing,
        isMissingLeft,
      );
    },
    [PHASES.collect]: (task: number) => {
      const [start, end] = rangeOf(task);
      let leftsBefore = 0;
      for (let i = 0; i < task; i++) leftsBefore += leftCounts[i] as number;
      const own = leftCounts[task] as number;
      const first = words[WORDS.start] as number;
      const left = first + leftsBefore;
      const right = first + (words[WORDS.lefts] as number) + (start - first - leftsBefore);
      kernels.copyRows(at.lefts + 4 * start, at.ids + 4 * left, own);
      kernels.copyRows(at.rights + 4 * start, at.ids + 4 * right, end - start - own);
      const gathered = words[WORDS.isLeftGathered] as number;
      if (gathered === 1) kernels.gatherPairs(at.ids, at.pairs, at.gathered, left, left + own);
      if (gathered === 0)
        kernels.gatherPairs(at.ids, at.pairs, at.gathered, right, right + end - start - own);
    },
    [PHASES.update]: (task: number) => {
      const [start, end] = rangeOf(task);
      const scores = scoresOf();
      const leaves = words[WORDS.leaves] as number;
      for (let leaf = 0; leaf < leaves; leaf++) {
        const from = Math.max(start, leafStarts[leaf] as number);
        const to = Math.min(end, leafStarts[leaf + 1] as number);
        if (from < to) kernels.addToScores(at.ids, scores, from, to, leafValues[leaf] as number);
      }
    },
    [PHASES.traverse]: (task: number) => {
      const [start, end] = rangeOf(task);
      kernels.addTreeToScores(at.nodes, at.ids, scoresOf(), start, end);
    },
  };
}

/**
 * Builds the histograms of a node, gets those of its sibling by subtraction from the parent's, and looks for the best split
 * in each column of both.
 */
function createBuild({ layout, leastRows, monotone }: TaskSpec, kernels: Kernels, desk: Desk) {
  const { at, bins, rows, trainingRows, histogramOffsets: offsets, histogramBytes } = layout;
  const { words, columnsUsed } = desk;
  const { shift } = precisionOf(trainingRows);
  const pairs = Math.ceil(bins.length / 2);
  const scan = (histogram: number, place: number, column: number, isRoot: boolean): void => {
    const count = bins[column] as number;
    const totals = isRoot ? splitAt(layout, 1, column) : at.totals + place * CELL_BYTES;
    const from = histogram + (offsets[column] as number);
    if (isRoot) kernels.sumCells(from, count + 1, totals);
    const bounds = at.bounds + 16 * place;
    const to = splitAt(layout, place, column);
    const direction = monotone[column] as number;
    kernels.scanColumn(from, count, totals, at.penalties, bounds, leastRows, shift, direction, to);
  };
  return (task: number) => {
    const step = words[WORDS.tasks] as number;
    const start = words[WORDS.start] as number;
    const end = words[WORDS.end] as number;
    const parentSlot = words[WORDS.parent] as number;
    const isTable = words[WORDS.isTable] === 1;
    const isRoot = words[WORDS.isRoot] === 1;
    const own = at.histograms + (words[WORDS.slot] as number) * histogramBytes;
    const parent = at.histograms + parentSlot * histogramBytes;
    for (let pair = task; pair < pairs; pair += step) {
      if (columnsUsed[2 * pair] !== 1 && columnsUsed[2 * pair + 1] !== 1) continue;
      const offset = offsets[2 * pair] as number;
      const bytes = (offsets[Math.min(2 * pair + 2, offsets.length - 1)] as number) - offset;
      const first = own + offset;
      const second = own + (offsets[2 * pair + 1] as number);
      const columnBins = at.bins + pair * 2 * rows;
      kernels.clearBytes(first, bytes);
      if (isTable) kernels.addAllRows(columnBins, at.pairs, first, second, start, end, shift);
      else kernels.addRows(columnBins, at.ids, at.gathered, first, second, start, end, shift);
      if (parentSlot >= 0) kernels.subtractCells(parent + offset, first, bytes);
      for (let column = 2 * pair; column < Math.min(2 * pair + 2, bins.length); column++) {
        if (columnsUsed[column] === 0) continue;
        if (words[WORDS.isScanned] === 1) scan(own, 0, column, isRoot);
        if (words[WORDS.isOtherScanned] === 1) scan(parent, 1, column, false);
      }
    }
  };
}

/** A leaf's value becomes the median of what its rows still miss. */
function createRenew(layout: Layout, { leafStarts, leafValues, words }: Desk) {
  const { at, rows, memory } = layout;
  const ids = new Int32Array(memory.buffer, at.ids, rows);
  const targets = new Float64Array(memory.buffer, at.targets, rows);
  const scores = new Float64Array(memory.buffer, at.scores, rows);
  const weights = layout.isWeighted ? new Float64Array(memory.buffer, at.weights, rows) : null;
  return (task: number) => {
    const leaves = words[WORDS.leaves] as number;
    for (let leaf = task; leaf < leaves; leaf += words[WORDS.tasks] as number) {
      const own = ids.subarray(leafStarts[leaf], leafStarts[leaf + 1]);
      const missing = Float64Array.from(own, (row) => (targets[row] as number) - (scores[row] as number));
      const ownWeights = weights && Float64Array.from(own, (row) => weights[row] as number);
      leafValues[leaf] = weightedMedian(missing, ownWeights);
    }
  };
}
