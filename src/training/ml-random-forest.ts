import { RandomForestClassifier, RandomForestRegression } from 'ml-random-forest';
import { outputsOf, type TrainingTask, type Tree } from './ensemble.js';
import type { Matrix } from './matrix.js';
import { TreeBuffer } from './tree-buffer.js';

/** What the package is run with; plain data, so that it can be posted to a thread. */
export interface PackageForestJob {
  readonly kind: 'ml-random-forest';
  readonly task: TrainingTask;
  readonly classes: number;
  readonly matrix: Matrix;
  /** Class index or value per row. */
  readonly target: Float64Array;
  readonly trees: number;
  /** Columns that each tree sees. */
  readonly maxFeatures: number;
  readonly replacement: boolean;
  readonly maxDepth: number;
  readonly minNumSamples: number;
  readonly seed: number;
}

/** A node as the package keeps it. */
interface PackageNode {
  readonly left?: PackageNode;
  readonly right?: PackageNode;
  readonly splitColumn?: number;
  readonly splitValue?: number;
  /** Of a leaf: the mean, or a row vector of class shares. */
  readonly distribution?: number | { getRow(row: number): number[] };
}

interface PackageModel {
  readonly baseModel: {
    /** Per tree, the matrix column behind each of its columns. */
    readonly indexes: readonly (readonly number[])[];
    readonly estimators: readonly { readonly root: PackageNode }[];
  };
}

/** Trains the package's forest and gives its trees, whose covers are 0: the package does not tell them. It blocks its thread until it is done. */
export function growPackageTrees(job: PackageForestJob): Tree[] {
  const model = trainPackage(job).toJSON() as unknown as PackageModel;
  return model.baseModel.estimators.map(({ root }, index) =>
    convertTree(root, model.baseModel.indexes[index] as readonly number[], job),
  );
}

/** The package's own model, trained. */
export function trainPackage(job: PackageForestJob): RandomForestClassifier | RandomForestRegression {
  const options = {
    nEstimators: job.trees,
    maxFeatures: job.maxFeatures,
    replacement: job.replacement,
    seed: job.seed | 0,
    noOOB: true,
    treeOptions: { maxDepth: job.maxDepth, minNumSamples: job.minNumSamples },
  };
  const model =
    job.task === 'regression' ? new RandomForestRegression(options) : new RandomForestClassifier(options);
  model.train(matrixRows(job.matrix), Array.from(job.target));
  return model;
}

export function matrixRows({ rows, columns, data }: Matrix): number[][] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from(data.subarray(row * columns, (row + 1) * columns)),
  );
}

/**
 * One tree. The package goes left where `x < splitValue`; over float32 values that is `x <= t` with t the
 * largest float32 below it. A classification leaf votes for its most frequent class (the first among equals).
 */
function convertTree(root: PackageNode, columns: readonly number[], job: PackageForestJob): Tree {
  const outputs = outputsOf(job.task, job.classes);
  const buffer = new TreeBuffer(outputs);
  const pending: { node: PackageNode; parent: number; isLeft: boolean }[] = [
    { node: root, parent: -1, isLeft: true },
  ];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { left, right, splitColumn, splitValue, distribution } = next.node;
    const at = buffer.addNode(0);
    if (next.parent >= 0) buffer.setChild(next.parent, next.isLeft, at);
    if (left !== undefined && right !== undefined) {
      buffer.setSplit(at, columns[splitColumn as number] as number, float32Below(splitValue as number));
      pending.push({ node: right, parent: at, isLeft: false }, { node: left, parent: at, isLeft: true });
    } else if (typeof distribution === 'object') {
      const shares = distribution.getRow(0);
      const vote = shares.indexOf(Math.max(...shares));
      if (outputs > 1) buffer.setValue(at, vote, 1);
      else buffer.setValue(at, 0, vote === 1 ? 1 : 0);
    } else {
      buffer.setValue(at, 0, distribution as number);
    }
  }
  return buffer.finish();
}

/** The largest float32 that is less than `value`. */
export function float32Below(value: number): number {
  const cell = Float32Array.of(value);
  const rounded = cell[0] as number;
  if (rounded < value) return rounded;
  const bits = new Int32Array(cell.buffer);
  if (rounded === 0) bits[0] = -0x7fffffff;
  else (bits[0] as number) += rounded > 0 ? -1 : 1;
  return cell[0] as number;
}
