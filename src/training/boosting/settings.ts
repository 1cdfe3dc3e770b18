import type { Objective } from './objectives.js';

/** What a model is boosted by; names of the parameters in brackets. */
export interface BoostingSettings {
  readonly objective: Objective;
  /** Rounds [n_estimators]. */
  readonly rounds: number;
  readonly learningRate: number;
  readonly numLeaves: number;
  readonly maxDepth: number;
  /** Fewest rows of a leaf [min_child_samples]. */
  readonly leastRows: number;
  /** Least sum of hessians of a leaf [min_child_weight]. */
  readonly leastHessian: number;
  /** L2 penalty of a leaf's value [reg_lambda]. */
  readonly lambda: number;
  /** L1 penalty of a leaf's value [reg_alpha]. */
  readonly alpha: number;
  /** What a split must gain more than [min_split_gain]. */
  readonly leastGain: number;
  /** Share of the rows that each tree sees. */
  readonly subsample: number;
  /** Share of the columns that each tree sees [colsample_bytree]. */
  readonly colsample: number;
  /** Per column 1 where predictions must not fall with it, −1 where they must not rise, else 0. */
  readonly monotone: Int32Array;
  /** Rounds without a better validation loss after which training ends [early_stopping_rounds]. */
  readonly patience: number;
  readonly seed: number;
}
