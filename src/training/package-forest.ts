import { requireKnown } from './check-data.js';
import { outputsOf, type Tree, type TreeEnsemble } from './ensemble.js';
import type { FitInput, FittedModel } from './fit.js';
import { impurityImportance, measureGains } from './importance.js';
import { meanOf, roundLeavesToGrid } from './leaf-grid.js';
import type { PackageForestJob } from './ml-random-forest.js';
import { readCount } from './parameters.js';
import { WorkerPool } from './worker-pool.js';

const MANY_ROWS = 2000;

/**
 * Trains the npm package ml-random-forest in a thread of its own and takes its trees over.
 *
 * Probabilities are shares of votes over all trees (the package's own `predictProbability` loses the first
 * tree's vote). Where classes tie for the most votes, the first class is taken; the package takes the one that
 * got there first in the order of the trees.
 *
 * @throws MlxError DATA_INVALID where the matrix has a missing value, which the package cannot order
 */
export async function fitPackageForest(input: FitInput): Promise<FittedModel> {
  const { task, classes, matrix, target, params } = input;
  requireKnown(matrix, 'ml-random-forest');
  if (matrix.rows > MANY_ROWS) {
    const message =
      `ml-random-forest takes time that grows with the square of the rows, and there are ${matrix.rows}; ` +
      'random-forest is made for tables of this size.';
    input.onProgress?.({ kind: 'warning', message });
  }
  const job: PackageForestJob = {
    kind: 'ml-random-forest',
    task,
    classes,
    matrix,
    target,
    trees: params.n_estimators as number,
    maxFeatures: packageFeatures(params.max_features as number, matrix.columns),
    replacement: params.replacement as boolean,
    maxDepth: params.max_depth === 'none' ? Number.POSITIVE_INFINITY : (params.max_depth as number),
    minNumSamples: params.min_num_samples as number,
    seed: input.seed,
  };
  const trees: Tree[] = [];
  await new WorkerPool(1).run<Tree[]>(job, (grown) => trees.push(...grown), input.signal);
  input.onProgress?.({ kind: 'trees', done: trees.length, total: trees.length });
  const ensemble = assemble(trees, input);
  const gains = trees.map((tree) => measureGains(tree, task, classes, matrix, target));
  return {
    model: { task, classes, scorer: ensemble, link: 'identity', calibration: null },
    importance: impurityImportance(gains, matrix.columns),
  };
}

/** The package reads 1 as a share; a number of columns that comes to one is given as a share, too. */
function packageFeatures(value: number, columns: number): number {
  const count = readCount('max_features', value, columns);
  return count === 1 ? 1 / columns : count;
}

function assemble(trees: Tree[], { task, classes, matrix, target }: FitInput): TreeEnsemble {
  const outputs = outputsOf(task, classes);
  const base = new Float64Array(outputs);
  if (task === 'regression') {
    base[0] = meanOf(target);
    for (const { feature, value } of trees) {
      for (let node = 0; node < value.length; node++) {
        if ((feature[node] as number) < 0) (value[node] as number) -= base[0];
      }
    }
  }
  roundLeavesToGrid(trees);
  return { kind: 'trees', columns: matrix.columns, outputs, trees, base, divisor: trees.length };
}
