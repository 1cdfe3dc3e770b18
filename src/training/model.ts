import type { Calibration } from './calibration.js';
import { scoreTrees, type TrainingTask, type TreeEnsemble } from './ensemble.js';
import { type LinearScorer, scoreLinear } from './linear-scorer.js';
import type { Matrix } from './matrix.js';

/**
 * How raw scores become predictions: `identity` as they are (values, or probabilities), `logistic` and `softmax` log odds
 * to probabilities, `exp` logarithms to values.
 */
export type Link = 'identity' | 'logistic' | 'softmax' | 'exp';

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
export function linkScores(model: Model, scores: Float32Array): Float32Array {
  const { task, classes, link } = model;
  if (task === 'regression') return link === 'exp' ? scores.map((score) => Math.exp(score)) : scores;
  return classes === 2 ? pairs(scores, link) : sharesOf(scores, classes, link);
}

function pairs(scores: Float32Array, link: Link): Float32Array {
  const probabilities = new Float32Array(2 * scores.length);
  scores.forEach((score, row) => {
    if (link === 'identity') {
      probabilities[2 * row] = 1 - score;
      probabilities[2 * row + 1] = score;
    } else {
      probabilities[2 * row] = 1 / (1 + Math.exp(score));
      probabilities[2 * row + 1] = 1 / (1 + Math.exp(-score));
    }
  });
  return probabilities;
}

function sharesOf(scores: Float32Array, classes: number, link: Link): Float32Array {
  if (link === 'identity') return scores;
  const shares = new Float32Array(scores.length);
  for (let start = 0; start < scores.length; start += classes) {
    const own = scores.subarray(start, start + classes);
    const largest = own.reduce((a, b) => Math.max(a, b));
    const weights = Array.from(own, (score) => Math.exp(score - largest));
    const total = weights.reduce((a, b) => a + b);
    for (let k = 0; k < classes; k++) shares[start + k] = (weights[k] as number) / total;
  }
  return shares;
}
