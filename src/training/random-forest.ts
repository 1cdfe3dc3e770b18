import { setImmediate as nextTurn } from 'node:timers/promises';
import { MlxError } from '../errors.js';
import { outputsOf, type TrainingTask, type TreeEnsemble } from './ensemble.js';
import type { FitInput, FittedModel } from './fit.js';
import { type ForestJob, growTrees, type IndexedTree, layoutOf, type TreeRules } from './forest.js';
import { allocateForest, type ForestMemory } from './forest-memory.js';
import { impurityImportance } from './importance.js';
import { meanOf, roundLeavesToGrid } from './leaf-grid.js';
import type { Model } from './model.js';
import { predictOutOfBag } from './out-of-bag.js';
import { readCount } from './parameters.js';
import { rankMatrix } from './ranked-table.js';
import { WorkerPool } from './worker-pool.js';

/** Below this many cell visits a forest is grown sooner than threads are started. */
const SMALL_WORK = 2_000_000;

/** Impurities of each task; entropy and log_loss are the same. */
const CRITERIA: Readonly<Record<TrainingTask, readonly string[]>> = {
  classification: ['gini', 'entropy', 'log_loss'],
  regression: ['squared_error'],
};

/**
 * Grows a random forest, in parallel by tree. The result depends on the data, the parameters and the seed; the
 * number of workers changes no byte of it.
 */
export function fitRandomForest(input: FitInput): Promise<FittedModel> {
  return fitForest(input, false);
}

/** Grows extremely randomized trees: as a random forest, with thresholds that are drawn. */
export function fitExtraTrees(input: FitInput): Promise<FittedModel> {
  return fitForest(input, true);
}

async function fitForest(input: FitInput, isRandomSplit: boolean): Promise<FittedModel> {
  const { matrix, task, params, signal } = input;
  requireBootstrap(params);
  const rules = readRules(input, isRandomSplit);
  const trees = params.n_estimators as number;
  const sampleSize = readCount('max_samples', params.max_samples, matrix.rows);
  const visits = trees * sampleSize * Math.log2(1 + matrix.rows) * rules.maxFeatures;
  const shape = {
    rows: matrix.rows,
    columns: matrix.columns,
    classes: Math.max(1, input.classes),
    layout: layoutOf(task, input.classes, input.weights !== undefined, rules.isEntropy),
    isWeighted: input.weights !== undefined,
    treeRows: sampleSize,
  };
  const forest = allocateForest(shape, Math.min(input.workers, trees));
  const pool = visits < SMALL_WORK ? undefined : new WorkerPool(forest.threads);
  try {
    const base = task === 'regression' ? meanOf(input.target, input.weights) : 0;
    writeTargets(forest, input, base);
    await rankMatrix(forest, matrix, signal);
    const job: ForestJob = {
      kind: 'forest',
      task,
      forest,
      rules,
      trees,
      seed: input.seed,
      isBootstrap: params.bootstrap as boolean,
      sampleSize,
      taken: new Int32Array(new SharedArrayBuffer(8)),
    };
    const grown = await collectTrees(job, pool, input);
    const fitted = assemble(grown, input, base);
    if (grown.length < trees || signal?.aborted === true)
      return { ...fitted, partial: { done: grown.length, total: trees } };
    if (params.oob_score !== true) return fitted;
    const draws = { seed: input.seed, trees: grown.map(({ index }) => index), sampleSize };
    return { ...fitted, outOfBag: await predictOutOfBag(fitted.model, matrix, draws, signal) };
  } finally {
    await pool?.close();
  }
}

/** @throws MlxError PARAM_INVALID where every tree sees every row, and out-of-bag rows are asked for */
function requireBootstrap({ oob_score, bootstrap }: FitInput['params']): void {
  if (oob_score !== true || bootstrap === true) return;
  throw new MlxError('PARAM_INVALID', 'oob_score needs bootstrap: otherwise no row is out of bag.', {
    hint: 'Add --param bootstrap=true, or leave oob_score out.',
    details: { parameter: 'oob_score' },
  });
}

function assemble(grown: readonly IndexedTree[], input: FitInput, base: number): FittedModel {
  const { matrix, task, classes } = input;
  const trees = grown.map(({ tree }) => tree);
  roundLeavesToGrid(trees);
  const outputs = outputsOf(task, classes);
  const scorer: TreeEnsemble = {
    kind: 'trees',
    columns: matrix.columns,
    outputs,
    trees,
    base: new Float64Array(outputs).fill(base),
    divisor: trees.length,
  };
  const model: Model = { task, classes, scorer, link: 'identity', calibration: null };
  const gains = grown.map((tree) => tree.gains);
  return { model, importance: impurityImportance(gains, matrix.columns) };
}

/** The trees by their number: all, or those that were grown before the signal where that is enough. */
async function collectTrees(
  job: ForestJob,
  pool: WorkerPool | undefined,
  input: FitInput,
): Promise<readonly IndexedTree[]> {
  const grown = new Array<IndexedTree | undefined>(job.trees).fill(undefined);
  try {
    await growAll(job, pool, input, grown);
  } catch (error) {
    const isKept = input.keepsPartial === true && input.signal?.aborted === true;
    if (!isKept || grown.every((tree) => tree === undefined)) throw error;
  }
  return grown.filter((tree) => tree !== undefined);
}

async function growAll(
  job: ForestJob,
  pool: WorkerPool | undefined,
  { onProgress, signal }: FitInput,
  grown: (IndexedTree | undefined)[],
): Promise<void> {
  let done = 0;
  const take = (tree: IndexedTree): void => {
    grown[tree.index] = tree;
    onProgress?.({ kind: 'trees', done: ++done, total: job.trees });
  };
  if (pool !== undefined) {
    await pool.run(job, take, signal);
    return;
  }
  for (const tree of growTrees(job)) {
    take(tree);
    if (done % 16 === 0) await nextTurn();
    signal?.throwIfAborted();
  }
}

function readRules({ params, matrix, task }: FitInput, isRandomSplit: boolean): TreeRules {
  const maxDepth = params.max_depth;
  return {
    maxDepth: maxDepth === 'none' ? matrix.rows : (maxDepth as number),
    minSamplesSplit: params.min_samples_split as number,
    minSamplesLeaf: params.min_samples_leaf as number,
    maxFeatures: readCount('max_features', params.max_features, matrix.columns),
    minWeightShare: params.min_weight_fraction_leaf as number,
    minDecrease: params.min_impurity_decrease as number,
    isEntropy: readCriterion(task, params.criterion as string) !== 'gini' && task === 'classification',
    isRandomSplit,
  };
}

/** Writes the targets less `base`, and the weights where there are any. */
function writeTargets({ memory, table }: ForestMemory, { target, weights }: FitInput, base: number): void {
  const own = new Float64Array(memory.buffer, table.targets, target.length);
  for (let i = 0; i < target.length; i++) own[i] = (target[i] as number) - base;
  if (weights !== undefined) new Float32Array(memory.buffer, table.weights, weights.length).set(weights);
}

/** @throws MlxError PARAM_INVALID where the criterion is one of the other task */
function readCriterion(task: TrainingTask, criterion: string): string {
  const fitting = CRITERIA[task];
  if (fitting.includes(criterion)) return criterion;
  throw new MlxError('PARAM_INVALID', `criterion cannot be ${criterion}: this is ${task}.`, {
    hint: `For ${task}, criterion takes: ${fitting.join(', ')}.`,
    details: { parameter: 'criterion', value: criterion },
  });
}
