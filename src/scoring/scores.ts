import { MlxError } from '../errors.js';
import type { TensorData } from '../onnx/session.js';
import { predictedClasses } from '../stats/metrics/predicted-classes.js';
import type { Manifest } from './manifest.js';

/** What a model says of a table, row by row. */
export type Scores = ClassificationScores | RegressionScores;

export interface ClassificationScores {
  readonly task: 'classification';
  readonly rows: number;
  readonly classes: readonly string[];
  /** Index of the predicted class, one per row. */
  readonly labels: Int32Array;
  /** rows × classes, row-major. */
  readonly probabilities: Float32Array;
}

export interface RegressionScores {
  readonly task: 'regression';
  readonly rows: number;
  readonly values: Float32Array;
}

/** The model gave NaN or an infinity. */
export class NotFiniteScore extends MlxError {
  constructor(message: string) {
    super('SCORING_FAILED', message);
  }
}

/**
 * Reads the graph's outputs.
 * @throws MlxError SCORING_FAILED when a score is not finite or an output has another shape than it should
 */
export function readScores(
  manifest: Manifest,
  outputs: Readonly<Record<string, TensorData>>,
  rows: number,
): Scores {
  if (manifest.task === 'regression') {
    const values = floatsOf(outputs, manifest.outputs.values, rows);
    return { task: 'regression', rows, values };
  }
  const { classes } = manifest;
  const probabilities = floatsOf(outputs, manifest.outputs.probabilities, rows * classes.length);
  const labels =
    manifest.outputs.label === null
      ? predictedClasses(probabilities, classes.length, manifest.threshold)
      : labelsOf(outputs[manifest.outputs.label], classes, rows);
  return { task: 'classification', rows, classes, labels, probabilities };
}

/** Probabilities (rows × classes, row-major) or values. */
export function valuesOf(scores: Scores): Float32Array {
  return scores.task === 'regression' ? scores.values : scores.probabilities;
}

/** The graph outputs that readScores needs. */
export function neededOutputs(manifest: Manifest): string[] {
  const { label, probabilities, values } = manifest.outputs;
  return (manifest.task === 'regression' ? [values] : [label, probabilities]).flatMap((name) => name ?? []);
}

/** Rows `start` (inclusive) to `end` (exclusive), without copying. */
export function sliceScores(scores: Scores, start: number, end: number): Scores {
  const rows = end - start;
  if (rows === scores.rows) return scores;
  if (scores.task === 'regression') return { ...scores, rows, values: scores.values.subarray(start, end) };
  const width = scores.classes.length;
  const labels = scores.labels.subarray(start, end);
  return {
    ...scores,
    rows,
    labels,
    probabilities: scores.probabilities.subarray(start * width, end * width),
  };
}

/** Scores of one model, one below the other. */
export function joinScores(parts: readonly Scores[]): Scores {
  const [first] = parts;
  if (first === undefined) throw new MlxError('INTERNAL', 'there are no scores to join');
  if (parts.length === 1) return first;
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  if (first.task === 'regression') {
    const values = new Float32Array(rows);
    let at = 0;
    for (const part of parts as readonly RegressionScores[]) {
      values.set(part.values, at);
      at += part.rows;
    }
    return { ...first, rows, values };
  }
  const width = first.classes.length;
  const labels = new Int32Array(rows);
  const probabilities = new Float32Array(rows * width);
  let at = 0;
  for (const part of parts as readonly ClassificationScores[]) {
    labels.set(part.labels, at);
    probabilities.set(part.probabilities, at * width);
    at += part.rows;
  }
  return { ...first, rows, labels, probabilities };
}

function floatsOf(
  outputs: Readonly<Record<string, TensorData>>,
  name: string | null,
  count: number,
): Float32Array {
  const tensor = name === null ? undefined : outputs[name];
  if (tensor === undefined || (tensor.type !== 'float' && tensor.type !== 'double')) {
    throw new MlxError('SCORING_FAILED', `The model gives no numbers in its output "${name}".`);
  }
  if (tensor.data.length !== count) {
    throw new MlxError(
      'SCORING_FAILED',
      `The model gives ${tensor.data.length} scores where ${count} are needed.`,
    );
  }
  const values = tensor.type === 'float' ? tensor.data : Float32Array.from(tensor.data);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new NotFiniteScore(`The model gives ${values[bad]} as a score.`);
  return values;
}

function labelsOf(tensor: TensorData | undefined, classes: readonly string[], rows: number): Int32Array {
  const position = new Map(classes.map((name, index) => [name, index]));
  const labels = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    const text = String(tensor?.data[row]);
    const index = position.get(text);
    if (index === undefined)
      throw new MlxError('SCORING_FAILED', `The model gives the class "${text}", which it did not declare.`);
    labels[row] = index;
  }
  return labels;
}
