import { createRandom, type Random } from '../stats/random.js';
import type { BinnedMatrix } from './binning.js';
import { outputsOf, type TrainingTask } from './ensemble.js';
import { createGiniSplitter } from './gini-splitter.js';
import { type GrownTree, TreeGrower, type TreeSettings } from './tree-growth.js';
import { createVarianceSplitter } from './variance-splitter.js';

/** Everything that a random forest is grown from; plain data on shared memory, so that it can be posted. */
export interface ForestJob {
  readonly kind: 'forest';
  readonly task: TrainingTask;
  readonly classes: number;
  readonly matrix: BinnedMatrix;
  /** Class index or centred value per row. */
  readonly target: Float64Array;
  readonly settings: TreeSettings;
  readonly trees: number;
  readonly seed: number;
  /** Rows are drawn with replacement; otherwise without. */
  readonly isBootstrap: boolean;
  /** Rows drawn for a tree. */
  readonly sampleSize: number;
  /** One shared cell: the next tree that nobody has taken yet. */
  readonly nextTree: Int32Array;
}

export interface IndexedTree extends GrownTree {
  readonly index: number;
}

/**
 * Grows trees until none is left to take. Any number of these may run at once on one job: each tree depends on
 * the job and its own index alone.
 *
 * A random forest (L. Breiman, Machine Learning 45, 2001) with the conventions of scikit-learn: the columns of
 * a split are drawn anew in each node, and class shares of the leaves are averaged.
 */
export function* growTrees(job: ForestJob): Generator<IndexedTree> {
  const { matrix, target, classes, settings, task } = job;
  const splitter =
    task === 'regression'
      ? createVarianceSplitter(matrix, target, settings.minSamplesLeaf)
      : createGiniSplitter(matrix, Int32Array.from(target), classes, settings.minSamplesLeaf);
  const grower = new TreeGrower(matrix, splitter, settings, outputsOf(task, classes));
  const draws = new Int32Array(matrix.rows);
  for (;;) {
    const index = Atomics.add(job.nextTree, 0, 1);
    if (index >= job.trees) return;
    const random = createRandom(job.seed, index);
    drawRows(draws, job.sampleSize, job.isBootstrap, random);
    yield { index, ...grower.grow(draws, random) };
  }
}

/** Counts how often each row is drawn. */
function drawRows(draws: Int32Array, size: number, isBootstrap: boolean, random: Random): void {
  const rows = draws.length;
  if (isBootstrap) {
    draws.fill(0);
    for (let i = 0; i < size; i++) (draws[Math.floor(random.next() * rows)] as number)++;
    return;
  }
  draws.fill(1);
  if (size === rows) return;
  // selection sampling: row r is kept with the probability that the rows still wanted leave it
  let wanted = size;
  for (let row = 0; row < rows; row++) {
    if (random.next() * (rows - row) < wanted) wanted--;
    else draws[row] = 0;
  }
}
