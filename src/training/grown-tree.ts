import type { Tree } from './ensemble.js';
import { type ForestShape, LAYOUTS, NODE_WORDS, type ScratchAddresses } from './forest-memory.js';

export interface GrownTree {
  readonly tree: Tree;
  /** Decrease of weight × impurity by the splits on each column. */
  readonly gains: Float64Array;
}

/** Sums a range of records into `into`: the prediction of a leaf that holds them; gives their weight. */
type Summarize = (start: number, end: number, into: Float64Array) => number;

/** Copies the tree that a kernel has grown out of its scratch memory. */
export function createReadTree(
  memory: WebAssembly.Memory,
  shape: ForestShape,
  scratch: ScratchAddresses,
  outputs: number,
): (size: number) => GrownTree {
  const words = new Int32Array(memory.buffer, scratch.nodes, 2 * NODE_WORDS * shape.treeRows);
  const numbers = new Float32Array(memory.buffer, scratch.nodes, words.length);
  const gains = new Float64Array(memory.buffer, scratch.columns, shape.columns);
  const summarize = createSummarize(memory, shape, scratch);
  const leaf = new Float64Array(outputs);
  return (size) => {
    const tree: Tree = {
      feature: new Int32Array(size),
      threshold: new Float32Array(size),
      left: new Int32Array(size),
      right: new Int32Array(size),
      missingLeft: new Uint8Array(size).fill(1),
      cover: new Float32Array(size),
      value: new Float64Array(size * outputs),
    };
    const weights = new Float64Array(size);
    // children come after their parent, so from the back both are complete when it needs them
    for (let node = size - 1; node >= 0; node--) {
      const at = NODE_WORDS * node;
      const feature = words[at] as number;
      tree.feature[node] = feature;
      if (feature < 0) {
        weights[node] = summarize(words[at + 2] as number, words[at + 3] as number, leaf);
        for (let output = 0; output < outputs; output++) {
          tree.value[node * outputs + output] = leaf[output] as number;
        }
      } else {
        const right = words[at + 4] as number;
        tree.threshold[node] = numbers[at + 1] as number;
        tree.left[node] = node + 1;
        tree.right[node] = right;
        weights[node] = (weights[node + 1] as number) + (weights[right] as number);
      }
    }
    tree.cover.set(weights);
    return { tree, gains: gains.slice() };
  };
}

function createSummarize(
  { buffer }: WebAssembly.Memory,
  { layout, classes, rows }: ForestShape,
  { records }: ScratchAddresses,
): Summarize {
  if (layout === LAYOUTS.values) {
    const weight = new Float32Array(buffer, records, 4 * rows);
    const value = new Float64Array(buffer, records, 2 * rows);
    return (start, end, into) => {
      let sum = 0;
      let total = 0;
      for (let i = start; i < end; i++) {
        const own = weight[4 * i + 1] as number;
        total += own;
        sum += own * (value[2 * i + 1] as number);
      }
      into[0] = sum / total;
      return total;
    };
  }
  if (layout === LAYOUTS.twoClasses) {
    const packed = new Uint32Array(buffer, records, 2 * rows);
    return (start, end, into) => {
      let total = 0;
      let last = 0;
      for (let i = start; i < end; i++) {
        const own = packed[2 * i + 1] as number;
        total += own & 0xffff;
        last += own >>> 16;
      }
      into[0] = last / total;
      return total;
    };
  }
  const weightOf =
    layout === LAYOUTS.classes ? countedClass(buffer, records, rows) : weightedClass(buffer, records, rows);
  const sums = new Float64Array(classes);
  return (start, end, into) => {
    sums.fill(0);
    let total = 0;
    for (let i = start; i < end; i++) total += weightOf(i, sums);
    const first = classes - into.length;
    for (let output = 0; output < into.length; output++)
      into[output] = (sums[first + output] as number) / total;
    return total;
  };
}

/** Adds the weight of a record to its class, and gives it. */
type AddRecord = (record: number, sums: Float64Array) => number;

function countedClass(buffer: SharedArrayBuffer, records: number, rows: number): AddRecord {
  const packed = new Uint32Array(buffer, records, 2 * rows);
  return (record, sums) => {
    const own = packed[2 * record + 1] as number;
    (sums[own >>> 16] as number) += own & 0xffff;
    return own & 0xffff;
  };
}

function weightedClass(buffer: SharedArrayBuffer, records: number, rows: number): AddRecord {
  const weights = new Float32Array(buffer, records, 4 * rows);
  const labels = new Uint32Array(buffer, records, 4 * rows);
  return (record, sums) => {
    const own = weights[4 * record + 1] as number;
    (sums[labels[4 * record + 2] as number] as number) += own;
    return own;
  };
}
