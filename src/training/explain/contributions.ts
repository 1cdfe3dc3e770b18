import type { Matrix } from '../matrix.js';
import type { Model } from '../model.js';
import { linearContributions } from './linear-contributions.js';
import { treeContributions } from './tree-shap.js';

/** How each column moved the raw scores of some rows away from what the model expects of any row. */
export interface Contributions {
  readonly rows: number;
  readonly outputs: number;
  readonly columns: number;
  /** Row-major `rows × outputs × columns`, in units of the raw score. */
  readonly values: Float64Array;
  /** Expected raw score of each output; with a row's values it sums to the row's raw score. */
  readonly expected: Float64Array;
}

/**
 * Shapley values of the raw scores (before link and calibration). Of trees: path-dependent TreeSHAP, a column that is
 * left out being averaged by the covers; of linear models: weight × (value − mean).
 */
export function contributionsOf({ scorer }: Pick<Model, 'scorer'>, matrix: Matrix): Contributions {
  return scorer.kind === 'trees' ? treeContributions(scorer, matrix) : linearContributions(scorer, matrix);
}
