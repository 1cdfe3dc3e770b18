import { availableParallelism } from 'node:os';
import { MlxError } from '../errors.js';
import { didYouMean } from '../suggest.js';
import { ALGORITHMS, type AlgorithmName } from './algorithms.js';
import { fitBaseline } from './baseline.js';
import { fitGradientBoosting } from './boosting/gradient-boosting.js';
import { checkData } from './check-data.js';
import { weighRows } from './class-weights.js';
import type { FitInput, FittedModel, TrainingSpec } from './fit.js';
import { fitLinear } from './linear/fit-linear.js';
import { fitPackageForest } from './package-forest.js';
import { type Algorithm, type ParameterValue, resolveParameters } from './parameters.js';
import { fitExtraTrees, fitRandomForest } from './random-forest.js';

export interface TrainedModel extends FittedModel {
  /** Every parameter with the value that was used. */
  readonly params: Readonly<Record<string, ParameterValue>>;
  readonly fitMs: number;
}

const FITS: Readonly<Record<AlgorithmName, (input: FitInput) => Promise<FittedModel>>> = {
  'random-forest': fitRandomForest,
  'gradient-boosting': fitGradientBoosting,
  'extra-trees': fitExtraTrees,
  linear: fitLinear,
  baseline: fitBaseline,
  'ml-random-forest': fitPackageForest,
};

/**
 * Trains a model on a feature matrix.
 *
 * @throws MlxError PARAM_INVALID (algorithm, parameter, workers), DATA_EMPTY, FEATURES_MISSING,
 * TARGET_UNUSABLE, DATA_INVALID (weights), TRAINING_FAILED; the signal's reason when it is aborted (INTERRUPTED where it has none of
 * its own)
 */
export async function trainModel(spec: TrainingSpec): Promise<TrainedModel> {
  const algorithm = findAlgorithm(spec.algorithm);
  const params = resolveParameters(algorithm, spec.task, spec.params ?? {});
  const workers = spec.workers ?? availableParallelism();
  if (!Number.isInteger(workers) || workers < 1 || workers > 1024) {
    throw new MlxError('PARAM_INVALID', `workers cannot be ${workers}.`, {
      hint: 'workers takes a whole number from 1.',
    });
  }
  checkData(spec);
  const classes = spec.task === 'regression' ? 0 : spec.classes;
  const weights = weighRows(spec, params.class_weight);
  const startedAt = performance.now();
  try {
    spec.signal?.throwIfAborted();
    const fitted = await FITS[algorithm.name]({ ...spec, classes, params, workers, weights });
    return { ...fitted, params, fitMs: performance.now() - startedAt };
  } catch (error) {
    if (spec.signal?.aborted && !(error instanceof MlxError)) {
      throw new MlxError('INTERRUPTED', 'Training was stopped; nothing was kept.', { cause: error });
    }
    throw error;
  }
}

/** @throws MlxError PARAM_INVALID where there is no algorithm of that name */
export function findAlgorithm(name: string): Algorithm & { readonly name: AlgorithmName } {
  const algorithm = ALGORITHMS.find((known) => known.name === name);
  if (algorithm !== undefined) return algorithm;
  const names = ALGORITHMS.map((known) => known.name);
  throw new MlxError('PARAM_INVALID', `There is no algorithm "${name}".`, {
    hint: didYouMean(name, names),
    details: { parameter: 'algorithm', known: names },
  });
}
