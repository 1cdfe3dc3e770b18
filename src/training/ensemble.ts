import type { Matrix } from './matrix.js';

/** What is learned; a multi-class task is `classification` too. */
export type TrainingTask = 'classification' | 'regression';

/**
 * One binary decision tree as parallel arrays, one entry per node; the root is node 0. A row goes to
 * `left` where `x[feature] <= threshold` or `x[feature]` is NaN.
 */
export interface Tree {
  /** Column of the test, −1 at a leaf. */
  readonly feature: Int32Array;
  readonly threshold: Float32Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** `nodes × outputs`, row-major; zero at inner nodes. */
  readonly value: Float64Array;
}

/**
 * A sum of trees. The prediction of output o is `float32(base[o] + sum over trees of the leaf's value / divisor)`.
 *
 * Classification with two classes has one output, the probability of the last class; with K > 2 classes it
 * has K outputs, their probabilities. Regression has one.
 */
export interface TreeEnsemble {
  readonly task: TrainingTask;
  /** Number of classes; 0 for regression. */
  readonly classes: number;
  /** Columns of the matrix that the trees read. */
  readonly columns: number;
  readonly outputs: number;
  readonly trees: readonly Tree[];
  /** Added after the division, one per output. */
  readonly base: Float64Array;
  readonly divisor: number;
}

/** Number of tree outputs for a task. */
export function outputsOf(task: TrainingTask, classes: number): number {
  return task === 'regression' || classes === 2 ? 1 : classes;
}

/**
 * The reference prediction: exactly what the ONNX form computes.
 *
 * @returns row-major probabilities `rows × classes`, or regression values `rows × 1`
 */
export function predictEnsemble(ensemble: TreeEnsemble, matrix: Matrix): Float32Array {
  const { outputs, classes } = ensemble;
  const sums = sumTrees(ensemble, matrix);
  const isBinary = ensemble.task === 'classification' && outputs === 1;
  const predictions = new Float32Array(matrix.rows * (isBinary ? classes : outputs));
  for (let i = 0; i < sums.length; i++) {
    const output = i % outputs;
    const value = Math.fround((ensemble.base[output] as number) + (sums[i] as number) / ensemble.divisor);
    if (isBinary) {
      predictions[2 * i] = 1 - value;
      predictions[2 * i + 1] = value;
    } else {
      predictions[i] = value;
    }
  }
  return predictions;
}

function sumTrees({ trees, outputs }: TreeEnsemble, { rows, columns, data }: Matrix): Float64Array {
  const sums = new Float64Array(rows * outputs);
  for (const tree of trees) {
    for (let row = 0; row < rows; row++) {
      const leaf = findLeaf(tree, data, row * columns);
      for (let output = 0; output < outputs; output++) {
        (sums[row * outputs + output] as number) += tree.value[leaf * outputs + output] as number;
      }
    }
  }
  return sums;
}

/** The leaf that the row starting at `data[offset]` falls into. */
export function findLeaf(tree: Tree, data: Float32Array, offset: number): number {
  let node = 0;
  let feature = tree.feature[0] as number;
  while (feature >= 0) {
    const goesRight = (data[offset + feature] as number) > (tree.threshold[node] as number);
    node = (goesRight ? tree.right[node] : tree.left[node]) as number;
    feature = tree.feature[node] as number;
  }
  return node;
}
