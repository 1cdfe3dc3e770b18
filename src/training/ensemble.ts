import type { Matrix } from './matrix.js';

/** What is learned; a multi-class task is `classification` too. */
export type TrainingTask = 'classification' | 'regression';

/**
 * One binary decision tree as parallel arrays, one entry per node; the root is node 0, and children come after their
 * parent. A row goes to `left` where `x[feature] <= threshold`; where `x[feature]` is NaN, it goes as `missingLeft` says.
 */
export interface Tree {
  /** Column of the test, −1 at a leaf. */
  readonly feature: Int32Array;
  readonly threshold: Float32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** 1 where a missing value goes left, else 0. */
  readonly missingLeft: Uint8Array;
  /** Weight of the training rows in each node, as TreeSHAP needs it; above 0. */
  readonly cover: Float32Array;
  /** `nodes × outputs`, row-major; zero at inner nodes. */
  readonly value: Float64Array;
}

/** A sum of trees: the raw score of output o is `base[o] + sum over trees of the leaf's value / divisor`. */
export interface TreeEnsemble {
  readonly kind: 'trees';
  /** Columns of the matrix that the trees read. */
  readonly columns: number;
  readonly outputs: number;
  readonly trees: readonly Tree[];
  /** Added after the division, one per output. */
  readonly base: Float64Array;
  readonly divisor: number;
}

/** Number of tree outputs for a task: one for regression and for two classes, else one per class. */
export function outputsOf(task: TrainingTask, classes: number): number {
  return task === 'regression' || classes === 2 ? 1 : classes;
}

/** Raw scores of every row, row-major `rows × outputs`; exactly what the ONNX form computes, before its cast to float32. */
export function scoreTrees({ trees, outputs, base, divisor }: TreeEnsemble, matrix: Matrix): Float64Array {
  const { rows, columns, data } = matrix;
  const sums = new Float64Array(rows * outputs);
  for (const tree of trees) {
    for (let row = 0; row < rows; row++) {
      const leaf = findLeaf(tree, data, row * columns);
      for (let output = 0; output < outputs; output++) {
        (sums[row * outputs + output] as number) += tree.value[leaf * outputs + output] as number;
      }
    }
  }
  return sums.map((sum, i) => sum / divisor + (base[i % outputs] as number));
}

/** The leaf that the row starting at `data[offset]` falls into. */
export function findLeaf(tree: Tree, data: Float32Array, offset: number): number {
  let node = 0;
  let feature = tree.feature[0] as number;
  while (feature >= 0) {
    node = childOf(tree, node, data[offset + feature] as number);
    feature = tree.feature[node] as number;
  }
  return node;
}

/** The child of an inner node that a value goes to. */
export function childOf(tree: Tree, node: number, value: number): number {
  const threshold = tree.threshold[node] as number;
  const isLeft = value <= threshold || (Number.isNaN(value) && tree.missingLeft[node] === 1);
  return (isLeft ? tree.left[node] : tree.right[node]) as number;
}
