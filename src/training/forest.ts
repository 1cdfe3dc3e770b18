import { outputsOf, type TrainingTask } from './ensemble.js';
import { type ForestMemory, LAYOUTS, placeScratch, type ScratchAddresses } from './forest-memory.js';
import { createReadTree, type GrownTree } from './grown-tree.js';
import { type Kernels, loadKernels } from './kernels.js';

/** When a node is a leaf, and how a split is found. */
export interface TreeRules {
  readonly maxDepth: number;
  readonly minSamplesSplit: number;
  readonly minSamplesLeaf: number;
  readonly maxFeatures: number;
  /** Share of a tree's weight that a leaf holds at least. */
  readonly minWeightShare: number;
  /** Decrease of the impurity, as a share of the tree's weight, that a split brings at least. */
  readonly minDecrease: number;
  /** Entropy in place of Gini impurity. */
  readonly isEntropy: boolean;
  /** Thresholds are drawn instead of searched. */
  readonly isRandomSplit: boolean;
}

/** Everything that a forest is grown from; plain data on shared memory, so that it can be posted. */
export interface ForestJob {
  readonly kind: 'forest';
  readonly task: TrainingTask;
  readonly forest: ForestMemory;
  readonly rules: TreeRules;
  readonly trees: number;
  readonly seed: number;
  /** Rows are drawn with replacement; otherwise without. */
  readonly isBootstrap: boolean;
  /** Rows drawn for a tree. */
  readonly sampleSize: number;
  /** Two shared cells: the next tree, and the next scratch memory, that nobody has taken yet. */
  readonly taken: Int32Array;
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
  const { memory, shape, table, threads } = job.forest;
  const thread = Atomics.add(job.taken, 1, 1);
  if (thread >= threads) return;
  const scratch = placeScratch(shape, table, thread);
  const kernels = loadKernels(memory);
  prepare(kernels, job, scratch);
  const readTree = createReadTree(memory, shape, scratch, outputsOf(job.task, shape.classes));
  const high = Math.floor(job.seed / 2 ** 32);
  for (;;) {
    const index = Atomics.add(job.taken, 0, 1);
    if (index >= job.trees) return;
    const drawn = kernels.drawTree(shape.layout, job.seed, high, index, job.sampleSize, job.isBootstrap);
    const nodes = kernels.growForestTree(shape.layout, drawn);
    yield { index, ...readTree(nodes) };
  }
}

function prepare(kernels: Kernels, { forest, rules }: ForestJob, scratch: ScratchAddresses): void {
  const { shape, table } = forest;
  kernels.setForestTable(
    shape.rows,
    shape.columns,
    shape.classes,
    table.rowStride,
    table.columnStarts,
    table.rankCounts,
    table.edges,
    table.edgeStride,
    table.targets,
    table.weights,
  );
  kernels.setForestRules(
    Math.min(rules.maxDepth, shape.rows),
    rules.minSamplesSplit,
    rules.minSamplesLeaf,
    rules.maxFeatures,
    rules.minWeightShare,
    rules.minDecrease,
    rules.isEntropy,
    rules.isRandomSplit,
  );
  kernels.setForestScratch(
    scratch.records,
    scratch.spare,
    scratch.histograms,
    scratch.laneBytes,
    scratch.scratch,
    scratch.columns,
    scratch.classSums,
    scratch.nodes,
    scratch.path,
    scratch.gathered,
  );
}

/** The layout for a task: see LAYOUTS. */
export function layoutOf(task: TrainingTask, classes: number, isWeighted: boolean, isEntropy: boolean) {
  if (task === 'regression') return LAYOUTS.values;
  if (isWeighted) return LAYOUTS.weightedClasses;
  return classes === 2 && !isEntropy ? LAYOUTS.twoClasses : LAYOUTS.classes;
}
