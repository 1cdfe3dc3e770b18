import type { Manifest } from '../../scoring/manifest.js';
import { classValue } from '../../scoring/prediction.js';
import type { ClassificationScores, Scores } from '../../scoring/scores.js';
import { invalidField } from '../decode.js';
import { type OutputSpec, outputSpecs } from './specs.js';
import type { InferenceRequest, OutputTensor, RequestedOutput } from './tensor.js';

/** Digits after the point of a score in a classification, as C++ prints floats. */
const SCORE_DIGITS = 6;

/** To be called before scoring. @throws MlxError REQUEST_INVALID for an output that the model does not have */
export function checkOutputs(outputs: readonly RequestedOutput[], manifest: Manifest): void {
  const known = outputSpecs(manifest).map(({ name }) => name);
  for (const { name, topClasses, field } of outputs) {
    if (!known.includes(name)) {
      throw invalidField(
        `${field}.name`,
        `The model has no output ${JSON.stringify(name.slice(0, 80))}; it has ${known.join(', ')}.`,
      );
    }
    if (topClasses !== null && name !== 'probabilities') {
      throw invalidField(`${field}.parameters.classification`, `${name} is no tensor of class scores.`, {
        hint: 'Only the output probabilities of a classifier can be given as a classification.',
      });
    }
  }
}

/** The tensors that were asked for, or all. */
export function outputTensors(
  scores: Scores,
  manifest: Manifest,
  { outputs, isBinary }: Pick<InferenceRequest, 'outputs' | 'isBinary'>,
): readonly OutputTensor[] {
  const specs = outputSpecs(manifest);
  if (outputs.length === 0) return specs.map((spec) => ({ ...tensorOf(spec, scores, manifest), isBinary }));
  return outputs.flatMap((asked) => {
    const spec = specs.find(({ name }) => name === asked.name);
    if (spec === undefined) return [];
    const tensor =
      asked.topClasses === null || scores.task === 'regression'
        ? tensorOf(spec, scores, manifest)
        : classification(spec.name, scores, asked.topClasses);
    return [{ ...tensor, isBinary: asked.isBinary }];
  });
}

function tensorOf(spec: OutputSpec, scores: Scores, manifest: Manifest): Omit<OutputTensor, 'isBinary'> {
  const shape = [scores.rows, ...spec.shape.slice(1)];
  if (scores.task === 'regression') return { ...spec, shape, data: scores.values };
  if (spec.name === 'probabilities') return { ...spec, shape, data: scores.probabilities };
  const values = scores.classes.map((name) => classValue(name, manifest));
  const data = Array.from(scores.labels, (label) => values[label] as string | number);
  return { ...spec, shape, data };
}

/** The classification extension: `score:index:label` of the most likely classes, best first. */
function classification(
  name: string,
  { rows, classes, probabilities }: ClassificationScores,
  topClasses: number,
): Omit<OutputTensor, 'isBinary'> {
  const width = classes.length;
  const count = Math.min(topClasses, width);
  const data: string[] = [];
  for (let row = 0; row < rows; row++) {
    const scores = probabilities.subarray(row * width, (row + 1) * width);
    const order = classes.map((_, index) => index);
    order.sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
    for (const index of order.slice(0, count))
      data.push(`${(scores[index] as number).toFixed(SCORE_DIGITS)}:${index}:${classes[index]}`);
  }
  return { name, datatype: 'BYTES', shape: [rows, count], data };
}
