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

/** A class as its type prints: integers as numbers. */
export function classValue(name: string, manifest: Pick<Manifest, 'target'>): string | number {
  return manifest.target?.type === 'string' || manifest.target === null ? name : Number(name);
}
