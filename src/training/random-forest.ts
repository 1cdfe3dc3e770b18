import { setImmediate as nextTurn } from 'node:timers/promises';
import { binMatrix } from './binning.js';
import { outputsOf, type TreeEnsemble } from './ensemble.js';
import type { FitInput, FittedModel } from './fit.js';
import { type ForestJob, growTrees, type IndexedTree } from './forest.js';
import { impurityImportance } from './importance.js';
import { meanOf, roundLeavesToGrid } from './leaf-grid.js';
import type { Model } from './model.js';
import { type ParameterValue, readCount } from './parameters.js';
import { WorkerPool } from './worker-pool.js';

/** Below this many cell visits a forest is grown sooner than threads are started. */
const SMALL_WORK = 2_000_000;

/**
 * Grows a random forest, in parallel by tree. The result depends on the data, the parameters and the seed; the
 * number of workers changes no byte of it.
 */
export async function fitRandomForest(input: FitInput): Promise<FittedModel> {
  const { matrix, task, signal } = input;
  const settings = readSettings(input.params, matrix.rows, matrix.columns);
  const visits = settings.trees * settings.sampleSize * Math.log2(1 + matrix.rows) * settings.maxFeatures;
  const pool = visits < SMALL_WORK ? undefined : new WorkerPool(Math.min(input.workers, settings.trees));
  const base = task === 'regression' ? meanOf(input.target) : 0;
  try {
    const job: ForestJob = {
      kind: 'forest',
      task,
      classes: input.classes,
      matrix: await binMatrix(matrix, signal),
      target: sharedCopy(input.target, base),
      settings,
      trees: settings.trees,
      seed: input.seed,
      isBootstrap: settings.isBootstrap,
      sampleSize: settings.sampleSize,
      nextTree: new Int32Array(new SharedArrayBuffer(4)),
    };
    const grown = await collectTrees(job, pool, input);
    const trees = grown.map(({ tree }) => tree);
    roundLeavesToGrid(trees);
    const outputs = outputsOf(task, input.classes);
    const scorer: TreeEnsemble = {
      kind: 'trees',
      columns: matrix.columns,
      outputs,
      trees,
      base: new Float64Array(outputs).fill(base),
      divisor: trees.length,
    };
    const gains = grown.map((tree) => tree.gains);
    const model: Model = { task, classes: input.classes, scorer, link: 'identity', calibration: null };
    return { model, importance: impurityImportance(gains, matrix.columns) };
  } finally {
    await pool?.close();
  }
}

async function collectTrees(
  job: ForestJob,
  pool: WorkerPool | undefined,
  { onProgress, signal }: FitInput,
): Promise<IndexedTree[]> {
  const grown = new Array<IndexedTree>(job.trees);
  let done = 0;
  const take = (tree: IndexedTree): void => {
    grown[tree.index] = tree;
    onProgress?.({ kind: 'trees', done: ++done, total: job.trees });
  };
  if (pool !== undefined) {
    await pool.run(job, take, signal);
    return grown;
  }
  for (const tree of growTrees(job)) {
    take(tree);
    if (done % 16 === 0) await nextTurn();
    signal?.throwIfAborted();
  }
  return grown;
}

function readSettings(params: Readonly<Record<string, ParameterValue>>, rows: number, columns: number) {
  const maxDepth = params.max_depth;
  return {
    trees: params.n_estimators as number,
    maxDepth: maxDepth === 'none' ? Number.POSITIVE_INFINITY : (maxDepth as number),
    minSamplesSplit: params.min_samples_split as number,
    minSamplesLeaf: params.min_samples_leaf as number,
    maxFeatures: readCount('max_features', params.max_features, columns),
    isBootstrap: params.bootstrap as boolean,
    sampleSize: readCount('max_samples', params.max_samples, rows),
  };
}

function sharedCopy(values: Float64Array, minus: number): Float64Array {
  const copy = new Float64Array(new SharedArrayBuffer(8 * values.length));
  for (let i = 0; i < values.length; i++) copy[i] = (values[i] as number) - minus;
  return copy;
}
