import { MlxError } from '../../errors.js';
import { compensatedSum } from '../../stats/sum.js';
import type { TrainingTask } from '../ensemble.js';
import type { Link } from '../model.js';
import { weightedMedian } from './median.js';

/** A loss that is minimised, as plain data that can be posted; the losses themselves are kernels/boosting-loss.ts. */
export interface Objective {
  readonly name: ObjectiveName;
  readonly kernel: 'squaredError' | 'absoluteError' | 'poisson' | 'logistic';
  readonly link: Link;
  /** What the loss is called in histories. */
  readonly metric: string;
}

/** By scikit-learn's names. */
export type ObjectiveName = 'squared_error' | 'absolute_error' | 'poisson' | 'log_loss';

/**
 * The objective of that name for the task.
 * @throws MlxError PARAM_INVALID where it is none of the task's
 */
export function objectiveOf(name: string, task: TrainingTask, classes: number): Objective {
  if ((name === 'log_loss') !== (task === 'classification')) {
    throw new MlxError('PARAM_INVALID', `objective cannot be ${name} for a ${task}.`, {
      hint:
        task === 'classification'
          ? 'A classification takes log_loss.'
          : 'A regression takes squared_error, absolute_error or poisson.',
      details: { parameter: 'objective', value: name, task },
    });
  }
  switch (name as ObjectiveName) {
    case 'squared_error':
      return { name: 'squared_error', kernel: 'squaredError', link: 'identity', metric: 'rmse' };
    case 'absolute_error':
      return { name: 'absolute_error', kernel: 'absoluteError', link: 'identity', metric: 'mae' };
    case 'poisson':
      return { name: 'poisson', kernel: 'poisson', link: 'exp', metric: 'poisson_deviance' };
    case 'log_loss':
      return {
        name: 'log_loss',
        kernel: 'logistic',
        link: classes === 2 ? 'logistic' : 'softmax',
        metric: 'log_loss',
      };
  }
}

/** A target made ready: scores start at `start`, and mean `base + unit · (score − start)`. */
export interface PreparedTarget {
  readonly values: Float64Array;
  readonly start: Float64Array;
  readonly base: Float64Array;
  /** A power of two. */
  readonly unit: number;
}

/** Of a class without rows: its log odds are finite, and its probability in float32 is 0. */
const LEAST_CHANCE = 2 ** -160;

/**
 * The constant raw scores of least loss, from which boosting starts. Errors are measured from it and in units of their
 * largest, so that neither place nor size of the target cost precision.
 *
 * @param target of the rows to train on
 * @throws MlxError TARGET_UNUSABLE for Poisson's loss with values below 0, or with zeros alone
 */
export function prepareTarget(
  { name }: Objective,
  target: Float64Array,
  weights: Float64Array | null,
  trainingRows: number,
  classes: number,
): PreparedTarget {
  const known = target.subarray(0, trainingRows);
  const weight = (row: number) => (weights === null ? 1 : (weights[row] as number));
  const total = compensatedSum(trainingRows, weight);
  const meanOf = (value: (row: number) => number) =>
    compensatedSum(trainingRows, (row) => weight(row) * value(row)) / total;
  if (name === 'log_loss') {
    const share = (k: number) =>
      Math.max(
        meanOf((row) => +(known[row] === k)),
        LEAST_CHANCE,
      );
    const start =
      classes === 2
        ? Float64Array.of(Math.log(share(1) / share(0)))
        : Float64Array.from({ length: classes }, (_, k) => Math.log(share(k)));
    return { values: target, start, base: start, unit: 1 };
  }
  const mean = name === 'absolute_error' ? Number.NaN : meanOf((row) => known[row] as number);
  if (name === 'poisson') {
    if (!target.every((value) => value >= 0) || !(mean > 0)) {
      throw new MlxError('TARGET_UNUSABLE', "Poisson's loss takes counts: no value below 0, and not all 0.", {
        hint: 'Use the objective squared_error or absolute_error.',
      });
    }
    const start = Float64Array.of(Math.log(mean));
    return { values: target, start, base: start, unit: 1 };
  }
  const ownWeights = weights === null ? null : weights.subarray(0, trainingRows);
  const base = name === 'absolute_error' ? weightedMedian(known, ownWeights) : mean;
  const largest = target.reduce((most, value) => Math.max(most, Math.abs(value - base)), 0);
  const unit = largest === 0 ? 1 : 2 ** Math.ceil(Math.log2(largest));
  return {
    values: target.map((value) => (value - base) / unit),
    start: Float64Array.of(0),
    base: Float64Array.of(base),
    unit,
  };
}

/** What a mean of the kernel's losses is in words of the metric: root, deviance or itself. */
export function createMeasure(
  { name }: Objective,
  unit: number,
): (meanLoss: number, constant: number) => number {
  switch (name) {
    case 'squared_error':
      return (mean) => unit * Math.sqrt(mean);
    case 'absolute_error':
      return (mean) => unit * mean;
    case 'poisson':
      return (mean, constant) => 2 * (mean + constant);
    case 'log_loss':
      return (mean) => mean;
  }
}
