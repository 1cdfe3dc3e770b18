import type { TrainingTask } from './ensemble.js';
import type { Matrix } from './matrix.js';
import type { Model } from './model.js';
import type { OutOfBag } from './out-of-bag.js';
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
  /** Names of the classes, for parameters that speak of classes; `0`, `1` … when not given. */
  readonly classNames?: readonly string[] | undefined;
  /** How much each row counts, above 0; each row once when not given. */
  readonly weights?: Float64Array | undefined;
  /** Names of the matrix's columns, for parameters that speak of columns; `f0`, `f1` … when not given. */
  readonly features?: readonly string[] | undefined;
  /**
   * Rows by which early stopping is judged, and which are then not learned from; drawn by the trainer when not given.
   * Only a trainer that stops early looks at them.
   */
  readonly validationRows?: Int32Array | undefined;
  readonly params?: Readonly<Record<string, ParameterValue>> | undefined;
  /** Any safe integer; the same seed gives the same model. */
  readonly seed: number;
  /** Threads; as many as the machine can run at once by default. */
  readonly workers?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /**
   * Whether a forest or a boosting that is aborted after its first tree gives the model of the trees that it has; it is an
   * error otherwise.
   */
  readonly keepsPartial?: boolean | undefined;
  readonly onProgress?: OnTrainingEvent | undefined;
}

/** A metric at each round: `values[i]` after round i + 1. */
export interface TrainingHistory {
  /** Name of a metric, said with what it was measured on: `validation_log_loss`. */
  readonly metric: string;
  readonly values: Float64Array;
}

export interface FittedModel {
  readonly model: Model;
  /** Importance per column, summing to 1, or all 0: impurity or gain of trees, standardised weights of linear models. */
  readonly importance: Float64Array;
  /** What was measured round by round while it was trained; none where there are no rounds. */
  readonly history?: readonly TrainingHistory[];
  /** Of a forest with `oob_score`. */
  readonly outOfBag?: OutOfBag;
  /** Of a training that was aborted: how many trees or rounds it has of those that were asked for; see keepsPartial. */
  readonly partial?: { readonly done: number; readonly total: number };
}

/** A checked spec, as each algorithm gets it: the weights are those of the rows times those of their classes. */
export interface FitInput extends Omit<TrainingSpec, 'params' | 'workers'> {
  readonly params: Readonly<Record<string, ParameterValue>>;
  readonly workers: number;
}
