import { outputsOf } from '../ensemble.js';
import type { FitInput } from '../fit.js';
import { curvatureOf } from './curvature.js';
import type { Design } from './design.js';
import type { LinearFit } from './fit-linear.js';
import { minimiseSmooth } from './lbfgs.js';
import { type Loss, logisticLoss, softmaxLoss } from './loss.js';
import type { Problem } from './problem.js';
import { multiply } from './products.js';
import { minimiseProximal } from './proximal.js';
import type { LinearSettings } from './settings.js';

/** Log odds of a class that is never seen, or always: its probability in float32 is 0, or 1. */
const CERTAIN = 200;

/**
 * Fits logistic regression: of two classes the log odds of the last, of more a softmax with weights for each class, which
 * sum to 0 over the classes where l2 alone, or nothing, is penalised. A class without rows gets the probability 0.
 */
export async function fitClasses(
  design: Design,
  { target, classes }: FitInput,
  settings: LinearSettings,
  breathe: () => Promise<void>,
): Promise<LinearFit> {
  const { columns, weights, hasIntercept } = design;
  const shares = new Float64Array(classes);
  target.forEach((label, row) => {
    (shares[label] as number) += (weights[row] as number) / design.totalWeight;
  });
  const present = Array.from(shares.keys()).filter((label) => (shares[label] as number) > 0);
  const outputs = outputsOf('classification', classes);
  if (present.length === 1) {
    const label = present[0] as number;
    const coefficients = new Float64Array(outputs * (columns + 1));
    setConstants(coefficients, columns, (output) =>
      (outputs === 1 ? label === 1 : output === label) ? CERTAIN : -CERTAIN,
    );
    return { coefficients, isConverged: true, notes: [] };
  }
  const labels = target.map((label) => present.indexOf(label));
  const loss = classes === 2 ? logisticLoss(labels, weights) : softmaxLoss(labels, present.length, weights);
  const start = new Float64Array(loss.outputs * (columns + 1));
  const logs = present.map((label) => Math.log(shares[label] as number));
  const middle = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const [first = 0, second = 0] = logs;
  if (hasIntercept)
    setConstants(start, columns, (k) => (classes === 2 ? second - first : (logs[k] as number) - middle));
  const problem: Problem = {
    design,
    loss,
    l1: settings.strength * settings.l1Share,
    l2: settings.strength * (1 - settings.l1Share),
    start,
    maxIterations: settings.maxIterations,
    tolerance: settings.tolerance,
    breathe,
  };
  const curvature = await curvatureOf(design, breathe);
  const { coefficients, isConverged } = await (problem.l1 > 0 ? minimiseProximal : minimiseSmooth)(
    problem,
    curvature,
  );
  const isSeparated = settings.penalty === 'none' && allRight(design, loss, coefficients, labels);
  const notes = isSeparated ? [SEPARATED] : [];
  if (present.length === classes) return { coefficients, isConverged: isConverged || isSeparated, notes };
  return { coefficients: spread(coefficients, columns, present, classes), isConverged, notes };
}

const SEPARATED =
  'A weighted sum of the columns tells the classes apart on every training row: without a penalty, weights grow ' +
  'without end, and these are where the solver stopped. Choose penalty=l2.';

function setConstants(
  coefficients: Float64Array,
  columns: number,
  constant: (output: number) => number,
): void {
  for (let output = 0; output * (columns + 1) < coefficients.length; output++)
    coefficients[output * (columns + 1) + columns] = constant(output);
}

/** Whether every row scores its own class highest. */
function allRight(design: Design, loss: Loss, coefficients: Float64Array, labels: Float64Array): boolean {
  const { outputs } = loss;
  const scores = new Float64Array(design.rows * outputs);
  multiply(design, coefficients, scores);
  return labels.every((label, row) => {
    if (outputs === 1) return label === 1 ? (scores[row] as number) > 0 : (scores[row] as number) < 0;
    const own = scores.subarray(row * outputs, (row + 1) * outputs);
    return own.every((score, k) => k === label || score < (own[label] as number));
  });
}

/** The coefficients of all classes, from those of the present ones. */
function spread(
  coefficients: Float64Array,
  columns: number,
  present: readonly number[],
  classes: number,
): Float64Array {
  const width = columns + 1;
  const all = new Float64Array(classes * width);
  setConstants(all, columns, () => -CERTAIN);
  for (const [k, label] of present.entries())
    all.set(coefficients.subarray(k * width, (k + 1) * width), label * width);
  return all;
}
