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

/** The graph outputs that readScores needs. */
export function neededOutputs(manifest: Manifest): string[] {
  const { label, probabilities, values } = manifest.outputs;
  return (manifest.task === 'regression' ? [values] : [label, probabilities]).flatMap((name) => name ?? []);
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
