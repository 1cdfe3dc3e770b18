import type { TrainingTask, TreeEnsemble } from './ensemble.js';
import type { Matrix } from './matrix.js';
import type { ParameterValue } from './parameters.js';
import type { OnTrainingEvent } from './progress.js';

export interface TrainingSpec {
  /** Name of one of ALGORITHMS. */
  readonly algorithm: string;
  readonly task: TrainingTask;
  readonly matrix: Matrix;
  /** One per row: a class index 0 ... classes − 1, or a finite value. */
  readonly target: Float64Array;
  /** Number of classes; not looked at for regression. */
  readonly classes: number;
  readonly params?: Readonly<Record<string, ParameterValue>> | undefined;
  /** Any safe integer; the same seed gives the same model. */
  readonly seed: number;
  /** Threads; as many as the machine can run at once by default. */
  readonly workers?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: OnTrainingEvent | undefined;
}

export interface FittedModel {
  readonly ensemble: TreeEnsemble;
  /** Impurity importance per column, summing to 1. */
  readonly importance: Float64Array;
}

/** A checked spec, as each algorithm gets it. */
export interface FitInput extends Omit<TrainingSpec, 'params' | 'workers'> {
  readonly params: Readonly<Record<string, ParameterValue>>;
  readonly workers: number;
}
