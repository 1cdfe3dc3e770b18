import type { Random } from '../stats/random.js';
import { BIN_STRIDE, type BinnedMatrix, midpointThreshold } from './binning.js';
import type { Tree } from './ensemble.js';
import type { Splitter } from './splitter.js';
import { TreeBuffer } from './tree-buffer.js';

/** When a node is a leaf, and how many columns a split looks at. */
export interface TreeSettings {
  readonly maxDepth: number;
  readonly minSamplesSplit: number;
  readonly minSamplesLeaf: number;
  readonly maxFeatures: number;
}

export interface GrownTree {
  readonly tree: Tree;
  /** Decrease of weight × impurity by the splits on each column. */
  readonly gains: Float64Array;
}

/**
 * Grows trees depth first, with a stack of its own, so that depth is bounded by memory only. Buffers are
 * reused from tree to tree.
 */
export class TreeGrower {
  readonly #matrix: BinnedMatrix;
  readonly #splitter: Splitter;
  readonly #settings: TreeSettings;
  readonly #buffer: TreeBuffer;
  readonly #columnOrder: Int32Array;
  readonly #leaf: Float64Array;

  constructor(matrix: BinnedMatrix, splitter: Splitter, settings: TreeSettings, outputs: number) {
    this.#matrix = matrix;
    this.#splitter = splitter;
    this.#settings = settings;
    this.#buffer = new TreeBuffer(outputs);
    this.#columnOrder = new Int32Array(matrix.columns);
    this.#leaf = new Float64Array(outputs);
  }

  /** Grows a tree on row r drawn `draws[r]` times. */
  grow(draws: Int32Array, random: Random): GrownTree {
    const buffer = this.#buffer;
    const splitter = this.#splitter;
    const gains = new Float64Array(this.#matrix.columns);
    for (let column = 0; column < this.#columnOrder.length; column++) this.#columnOrder[column] = column;
    buffer.clear();
    // pending nodes, four numbers each: start, end, depth, parent * 2 + isLeft
    const stack = [0, splitter.beginTree(draws), 0, -1];
    while (stack.length > 0) {
      const link = stack.pop() as number;
      const depth = stack.pop() as number;
      const end = stack.pop() as number;
      const start = stack.pop() as number;
      const isSplit = this.#findSplit(start, end, depth, random);
      const node = buffer.addNode(splitter.nodeWeight());
      if (link >= 0) buffer.setChild(link >> 1, (link & 1) === 1, node);
      if (!isSplit) {
        this.#writeLeaf(node);
        continue;
      }
      const { column, leftBin, rightBin, score } = splitter.best;
      (gains[column] as number) += Math.max(score - splitter.nodeScore(), 0);
      buffer.setSplit(node, column, this.#threshold(column, leftBin, rightBin));
      const middle = splitter.partition();
      stack.push(middle, end, depth + 1, 2 * node, start, middle, depth + 1, 2 * node + 1);
    }
    return { tree: buffer.finish(), gains };
  }

  #findSplit(start: number, end: number, depth: number, random: Random): boolean {
    const { maxDepth, minSamplesSplit, minSamplesLeaf, maxFeatures } = this.#settings;
    const splitter = this.#splitter;
    const isMixed = splitter.beginNode(start, end);
    const size = end - start;
    if (!isMixed || depth >= maxDepth || size < minSamplesSplit || size < 2 * minSamplesLeaf) return false;
    const columns = this.#columnOrder;
    // two rows are split equally well by every column that tells them apart: the first one is taken
    const atOnce = size === 2 ? 1 : maxFeatures;
    let drawn = 0;
    while (drawn < atOnce) drawColumn(columns, drawn++, random);
    let varying = splitter.tryColumns(columns, 0, drawn);
    // columns that are constant in the node do not count: go on until one varies
    while (varying === 0 && drawn < columns.length) {
      drawColumn(columns, drawn, random);
      varying = splitter.tryColumns(columns, drawn, ++drawn);
    }
    return splitter.best.column >= 0;
  }

  /** Midway between the largest training value on the left and the smallest on the right. */
  #threshold(column: number, leftBin: number, rightBin: number): number {
    const { largest, smallest } = this.#matrix;
    const base = column * BIN_STRIDE;
    return midpointThreshold(largest[base + leftBin] as number, smallest[base + rightBin] as number);
  }

  #writeLeaf(node: number): void {
    const leaf = this.#leaf;
    this.#splitter.leafValues(leaf);
    for (let output = 0; output < leaf.length; output++) {
      this.#buffer.setValue(node, output, leaf[output] as number);
    }
  }
}

/** One step of a Fisher–Yates shuffle: any of the columns from `position` on is put there. */
function drawColumn(columns: Int32Array, position: number, random: Random): void {
  const pick = position + Math.floor(random.next() * (columns.length - position));
  const column = columns[pick] as number;
  columns[pick] = columns[position] as number;
  columns[position] = column;
}
