import { applyCalibration, type Calibration } from './calibration.js';
import { scoreTrees, type TrainingTask, type TreeEnsemble } from './ensemble.js';
import { type LinearScorer, scoreLinear } from './linear-scorer.js';
import { type Link, linkPairs, linkShares } from './link.js';
import type { Matrix } from './matrix.js';

export type { Link } from './link.js';

/** A trained model: features → raw scores → predictions → calibrated predictions. */
export interface Model {
  readonly task: TrainingTask;
  /** Number of classes; 0 for regression. */
  readonly classes: number;
  /**
   * Gives one raw score a row for regression and for two classes (of the last class), else one per class.
   */
  readonly scorer: TreeEnsemble | LinearScorer;
  readonly link: Link;
  /** What makes probabilities mean what they say; null where nothing was fitted for it. */
  readonly calibration: Calibration | null;
}

/** Raw scores of every row as float32, row-major `rows × outputs`. */
export function scoreModel({ scorer }: Model, matrix: Matrix): Float32Array {
  const scores = scorer.kind === 'trees' ? scoreTrees(scorer, matrix) : scoreLinear(scorer, matrix);
  return Float32Array.from(scores);
}

/**
 * The reference prediction. With the link `identity` and no calibration it is bit for bit what the ONNX form gives;
 * otherwise ONNX Runtime's exponential may differ in the last bits.
 *
 * @returns row-major probabilities `rows × classes`, or regression values `rows × 1`
 */
export function predictModel(model: Model, matrix: Matrix): Float32Array {
  return linkScores(model, scoreModel(model, matrix));
}

/** Raw scores, `rows × outputs`, to predictions: see predictModel. */
export function linkScores({ task, classes, link, calibration }: Model, scores: Float32Array): Float32Array {
  if (task === 'regression') return link === 'exp' ? scores.map((score) => Math.exp(score)) : scores;
  const probabilities = classes === 2 ? linkPairs(scores, link) : linkShares(scores, classes, link);
  return calibration === null
    ? probabilities
    : applyCalibration(calibration, { scores, probabilities, classes });
}
