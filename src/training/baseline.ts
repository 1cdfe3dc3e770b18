import { MlxError } from '../errors.js';
import { quantile } from '../stats/quantile.js';
import { outputsOf, type TrainingTask } from './ensemble.js';
import type { FitInput, FittedModel } from './fit.js';
import { meanOf } from './leaf-grid.js';
import { TreeBuffer } from './tree-buffer.js';

const STRATEGIES: Readonly<Record<TrainingTask, readonly string[]>> = {
  classification: ['prior', 'most_frequent'],
  regression: ['mean', 'median', 'quantile'],
};

/**
 * The same prediction for every row, as scikit-learn's DummyClassifier and DummyRegressor make it: one tree of one leaf, and
 * the constant as its base.
 *
 * @throws MlxError PARAM_INVALID for a strategy of the other task
 */
export async function fitBaseline(input: FitInput): Promise<FittedModel> {
  const { task, classes, matrix, params } = input;
  const strategy = params.strategy as string;
  if (!STRATEGIES[task].includes(strategy)) {
    throw new MlxError('PARAM_INVALID', `The strategy ${strategy} is none for ${task}.`, {
      hint: `For ${task} there are: ${STRATEGIES[task].join(', ')}.`,
      details: { parameter: 'strategy', value: strategy },
    });
  }
  const base = task === 'classification' ? sharesOf(input) : Float64Array.of(constantOf(input));
  const outputs = outputsOf(task, classes);
  const leaf = new TreeBuffer(outputs);
  leaf.addNode(input.weights?.reduce((sum, weight) => sum + weight, 0) ?? matrix.rows);
  const trees = [leaf.finish()];
  const scorer = { kind: 'trees', columns: matrix.columns, outputs, trees, base, divisor: 1 } as const;
  return {
    model: { task, classes, scorer, link: 'identity', calibration: null },
    importance: new Float64Array(matrix.columns),
  };
}

function sharesOf({ params, target, weights, classes }: FitInput): Float64Array {
  const counts = new Float64Array(classes);
  target.forEach((label, row) => {
    (counts[label] as number) += weights?.[row] ?? 1;
  });
  const total = counts.reduce((sum, count) => sum + count, 0);
  // the first of equally frequent classes
  const most = counts.indexOf(counts.reduce((a, b) => Math.max(a, b)));
  const shares = counts.map((count, label) =>
    params.strategy === 'prior' ? count / total : Number(label === most),
  );
  return classes === 2 ? shares.subarray(1) : shares;
}

function constantOf({ params, target, weights }: FitInput): number {
  const { strategy, quantile: share } = params;
  if (strategy !== 'mean')
    return quantileOf(target, weights, strategy === 'median' ? 0.5 : (share as number));
  if (weights === undefined) return meanOf(target);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return target.reduce((sum, value, row) => sum + value * (weights[row] as number), 0) / total;
}

/** Unweighted as numpy interpolates; weighted the lowest value up to which that share of the weight lies. */
function quantileOf(target: Float64Array, weights: Float64Array | undefined, share: number): number {
  if (weights === undefined) return quantile(target.slice().sort(), share);
  const order = Array.from(target.keys()).sort((a, b) => (target[a] as number) - (target[b] as number));
  const wanted = share * weights.reduce((sum, weight) => sum + weight, 0);
  let below = 0;
  const found = order.find((row) => {
    below += weights[row] as number;
    return below >= wanted;
  });
  return target[found ?? (order.at(-1) as number)] as number;
}
