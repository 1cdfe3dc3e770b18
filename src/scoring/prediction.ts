import { shortest } from '../stats/shortest-float.js';
import type { Manifest } from './manifest.js';
import type { Scores } from './scores.js';

/** One row's prediction as every user sees it: on the command line, over HTTP and in the log. */
export interface Prediction {
  readonly prediction: string | number;
  /** The predicted class's probability; null for regression. */
  readonly confidence: number | null;
  readonly probabilities: Readonly<Record<string, number>> | null;
}

/** The one place where scores become values. */
export function predictionAt(scores: Scores, row: number, manifest: Manifest): Prediction {
  if (scores.task === 'regression') {
    return { prediction: shortest(scores.values[row] as number), confidence: null, probabilities: null };
  }
  const width = scores.classes.length;
  const label = scores.labels[row] as number;
  const probabilities = Object.fromEntries(
    scores.classes.map((name, k) => [name, shortest(scores.probabilities[row * width + k] as number)]),
  );
  return {
    prediction: classValue(scores.classes[label] as string, manifest),
    confidence: shortest(scores.probabilities[row * width + label] as number),
    probabilities,
  };
}

/** What a prediction log keeps of a row. */
export interface Outcome extends Pick<Prediction, 'prediction' | 'confidence'> {
  /** In the order of the classes; float32 as the model gave them, or their shortest decimals. */
  readonly probabilities: Float32Array | readonly number[] | null;
}

/**
 * One row's outcome: as `predictionAt`, at a quarter of its cost.
 * @param values the model's classes, each as `classValue` has it
 */
export function outcomeAt(scores: Scores, row: number, values: readonly (string | number)[]): Outcome {
  if (scores.task === 'regression')
    return { prediction: shortest(scores.values[row] as number), confidence: null, probabilities: null };
  const label = scores.labels[row] as number;
  const first = row * scores.classes.length;
  return {
    prediction: values[label] as string | number,
    confidence: shortest(scores.probabilities[first + label] as number),
    probabilities: scores.probabilities.subarray(first, first + scores.classes.length),
  };
}

/** A class as its type prints: integers as numbers. */
export function classValue(name: string, manifest: Pick<Manifest, 'target'>): string | number {
  return manifest.target?.type === 'string' || manifest.target === null ? name : Number(name);
}
