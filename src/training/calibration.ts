import { MlxError } from '../errors.js';
import { isotonicRegression } from '../stats/isotonic-regression.js';
import { fitSigmoid } from '../stats/platt-scaling.js';
import { thinPolyline } from '../stats/thin-polyline.js';
import { bendAt, segmentsOf } from './isotonic-segments.js';
import { linkPairs } from './link.js';

/**
 * A map from scores to probabilities, fitted on rows that the model was not trained on. One curve for two classes (of the
 * last class), else one per class, whose values are then divided by their sum.
 */
export type Calibration =
  | {
      /** Platt's scaling: 1 / (1 + exp(−(slope · raw score + intercept))). */
      readonly method: 'sigmoid';
      readonly curves: readonly { readonly slope: number; readonly intercept: number }[];
    }
  | {
      /** A rising broken line through (x, y) over the uncalibrated probability; level beyond its ends. */
      readonly method: 'isotonic';
      readonly curves: readonly { readonly x: Float32Array; readonly y: Float32Array }[];
    };

/** What a model says of some rows. */
export interface Uncalibrated {
  /** Raw scores, `rows × outputs`: see scoreModel. */
  readonly scores: Float32Array;
  /** `rows × classes`: see linkScores. */
  readonly probabilities: Float32Array;
  readonly classes: number;
}

export interface CalibrationRows extends Uncalibrated {
  /** Class index per row. */
  readonly truth: ArrayLike<number>;
  /** How much each row counts, above 0; each row once when not given. */
  readonly weights?: ArrayLike<number> | undefined;
}

/** A graph holds a curve as a tree: so many points are more than calibration rows can tell apart, over all classes and for one. */
const MOST_POINTS = { all: 4000, one: 200 };

/** Shares are made whole numbers of this unit before they are added, so that the order of adding cannot matter. */
export const SHARE_UNIT = 2 ** -40;

/**
 * Fits a calibration to rows that the model has not learned from. As scikit-learn's `CalibratedClassifierCV(cv='prefit')`,
 * but for what each curve is over: sigmoid over the raw score, isotonic over the uncalibrated probability. Sigmoid keeps the
 * order of scores of two classes; isotonic can make neighbours equal, and gives exact 0 and 1.
 *
 * @throws MlxError TARGET_UNUSABLE where the rows have fewer than two classes
 */
export function fitCalibration(method: Calibration['method'], rows: CalibrationRows): Calibration {
  const { truth, classes } = rows;
  if (new Set(Array.from(truth)).size < 2) {
    throw new MlxError('TARGET_UNUSABLE', 'Probabilities cannot be calibrated on rows of one class.', {
      hint: 'Calibrate on more rows, or leave calibration out.',
    });
  }
  const calibrated = classes === 2 ? [1] : Array.from({ length: classes }, (_, k) => k);
  return method === 'sigmoid'
    ? { method, curves: calibrated.map((k) => fitSigmoidOf(rows, k)) }
    : { method, curves: calibrated.map((k) => fitIsotonicOf(rows, k)) };
}

function fitSigmoidOf({ scores, classes, truth, weights }: CalibrationRows, k: number) {
  const own = classes === 2 ? scores : everyNth(scores, classes, k);
  return fitSigmoid(own, isClass(truth, k), weights);
}

function fitIsotonicOf({ probabilities, classes, truth, weights }: CalibrationRows, k: number) {
  const own = Float64Array.from(everyNth(probabilities, classes, k));
  const { x, y } = isotonicRegression(own, isClass(truth, k), weights);
  const kept = thinPolyline(
    x,
    y,
    Math.max(2, Math.min(MOST_POINTS.one, Math.floor(MOST_POINTS.all / classes))),
  );
  return {
    x: Float32Array.from(kept, (i) => x[i] as number),
    y: Float32Array.from(kept, (i) => y[i] as number),
  };
}

/**
 * Calibrated probabilities, row-major `rows × classes`. A row for which every class gets 0 is uniform.
 */
export function applyCalibration(calibration: Calibration, rows: Uncalibrated): Float32Array {
  const { scores, probabilities, classes } = rows;
  if (calibration.method === 'isotonic') {
    const columns = calibration.curves.map((curve, k) => {
      const segments = segmentsOf(curve);
      return everyNth(probabilities, classes, classes === 2 ? 1 : k).map((p) => bendAt(segments, p));
    });
    return classes === 2 ? linkPairs(columns[0] as Float32Array, 'identity') : normalised(columns);
  }
  const logOdds = calibration.curves.map(({ slope, intercept }, k) =>
    (classes === 2 ? scores : everyNth(scores, classes, k)).map((score) => slope * score + intercept),
  );
  if (classes === 2) return linkPairs(logOdds[0] as Float32Array, 'logistic');
  return normalised(logOdds.map((column) => column.map((value) => 1 / (1 + Math.exp(-value)))));
}

/** Each row's values divided by their sum. */
function normalised(columns: readonly Float32Array[]): Float32Array {
  const classes = columns.length;
  const rows = columns[0]?.length ?? 0;
  const shares = new Float32Array(rows * classes);
  for (let row = 0; row < rows; row++) {
    const units = columns.map((column) => Math.floor((column[row] as number) / SHARE_UNIT));
    const total = units.reduce((a, b) => a + b);
    for (let k = 0; k < classes; k++)
      shares[row * classes + k] = total === 0 ? 1 / classes : (units[k] as number) / total;
  }
  return shares;
}

function everyNth(values: Float32Array, step: number, first: number): Float32Array {
  return Float32Array.from(
    { length: values.length / step },
    (_, row) => values[row * step + first] as number,
  );
}

function isClass(truth: ArrayLike<number>, k: number): Uint8Array {
  return Uint8Array.from(truth, (label) => (label === k ? 1 : 0));
}
