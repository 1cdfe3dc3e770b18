import type {
  Confusion,
  ProbabilityHistogram,
  RegressionErrors,
  ThresholdChoice,
} from '../../reports/training/report.js';
import { regressionCurves } from '../../stats/curves-regression.js';
import { confusionMatrix } from '../../stats/metrics/confusion.js';
import { predictedClasses } from '../../stats/metrics/predicted-classes.js';
import { figure } from './figure.js';
import { numberHistogram } from './number-histogram.js';

const PROBABILITY_BINS = 25;
const THRESHOLDS = 50;

/** What a model said of the held-out rows, and what is true. */
export interface HeldOut {
  /** Class index or value per row. */
  readonly truth: Float64Array;
  /** Probabilities, rows × classes row-major, or values. */
  readonly predictions: Float32Array;
  readonly classes: readonly string[];
  /** See Manifest. */
  readonly threshold: number | undefined;
}

export function confusionPart({ truth, predictions, classes, threshold }: HeldOut): Confusion {
  const width = classes.length;
  const cells = confusionMatrix(truth, predictedClasses(predictions, width, threshold), width);
  return {
    classes,
    counts: classes.map((_, actual) => [...cells.subarray(actual * width, (actual + 1) * width)]),
  };
}

/** How the probability of the last of two classes is spread, by the true class. */
export function probabilityPart({ truth, predictions, classes }: HeldOut): ProbabilityHistogram {
  const counts = classes.map(() => new Array<number>(PROBABILITY_BINS).fill(0));
  truth.forEach((label, row) => {
    const bin = Math.floor((predictions[2 * row + 1] as number) * PROBABILITY_BINS);
    const own = counts[label] as number[];
    const at = Math.min(bin, PROBABILITY_BINS - 1);
    own[at] = (own[at] as number) + 1;
  });
  return {
    class: classes[1] as string,
    edges: Array.from({ length: PROBABILITY_BINS + 1 }, (_, i) => i / PROBABILITY_BINS),
    byClass: classes.map((name, k) => ({ class: name, counts: counts[k] as number[] })),
  };
}

/** What other thresholds would have given on the held-out rows of two classes. */
export function thresholdPart(heldOut: HeldOut, rule: string | null): ThresholdChoice {
  const { truth, predictions, threshold = 0.5 } = heldOut;
  const thresholds = Array.from({ length: THRESHOLDS + 1 }, (_, i) => i / THRESHOLDS);
  const cells = thresholds.map((at) => {
    const [tn = 0, fp = 0, fn = 0, tp = 0] = confusionMatrix(truth, predictedClasses(predictions, 2, at), 2);
    return { tn, fp, fn, tp };
  });
  const curve = (name: string, of: (cell: (typeof cells)[number]) => number) => ({
    name,
    values: cells.map((cell) => figure(of(cell))),
  });
  return {
    chosen: threshold,
    metric: rule,
    thresholds,
    curves: [
      curve('precision', ({ tp, fp }) => tp / (tp + fp)),
      curve('recall', ({ tp, fn }) => tp / (tp + fn)),
      curve('f1', ({ tp, fp, fn }) => (2 * tp) / (2 * tp + fp + fn)),
    ],
  };
}

/** Predicted against actual values: a sample of the points, and the residuals of all rows. */
export function regressionPart({ truth, predictions }: HeldOut): RegressionErrors {
  const { sample, deciles } = regressionCurves(truth, predictions);
  return {
    predicted: sample.map(({ predicted }) => predicted),
    actual: sample.map(({ actual }) => actual),
    rows: truth.length,
    residuals: numberHistogram(truth.map((value, row) => value - (predictions[row] as number))),
    byDecile: deciles,
  };
}
