import { setImmediate as nextTurn } from 'node:timers/promises';
import { requireFinite } from '../check-data.js';
import { outputsOf } from '../ensemble.js';
import type { FitInput, FittedModel } from '../fit.js';
import { gridUnits, type LinearScorer } from '../linear-scorer.js';
import type { Link } from '../model.js';
import { fitClasses } from './classes.js';
import { type Design, designOf } from './design.js';
import { readSettings } from './settings.js';
import { fitValues } from './values.js';

/** Coefficients of every output of the model, over the centred columns: `outputs × (columns + 1)`, the intercept last. */
export interface LinearFit {
  readonly coefficients: Float64Array;
  readonly isConverged: boolean;
  /** What a user should know of the fit. */
  readonly notes: readonly string[];
}

/**
 * Fits ridge, lasso and elastic-net regression, or logistic regression of two and more classes. It draws nothing and runs
 * on one thread: neither the seed nor the number of workers is looked at.
 *
 * @throws MlxError PARAM_INVALID for an l1_ratio beside another penalty than elasticnet; DATA_INVALID for values of the
 * matrix that are missing or infinite
 */
export async function fitLinear(input: FitInput): Promise<FittedModel> {
  const { matrix, task, classes, signal, onProgress } = input;
  const settings = readSettings(input.params, task);
  requireFinite(matrix, 'linear');
  const breathe = async (): Promise<void> => {
    await nextTurn();
    signal?.throwIfAborted();
  };
  const design = designOf(matrix, input.weights, settings.hasIntercept);
  const fitTask = task === 'regression' ? fitValues : fitClasses;
  const { coefficients, isConverged, notes } = await fitTask(design, input, settings, breathe);
  for (const message of notes) onProgress?.({ kind: 'warning', message });
  if (!isConverged) {
    const message =
      `linear has not converged after ${settings.maxIterations} iterations: its weights are not the best there are. ` +
      'Raise max_iter, scale the columns, or make the penalty stronger.';
    onProgress?.({ kind: 'warning', message });
  }
  const scorer = scorerOf(design, outputsOf(task, classes), coefficients);
  const link: Link = task === 'regression' ? 'identity' : classes === 2 ? 'logistic' : 'softmax';
  return {
    model: { task, classes, scorer, link, calibration: null },
    importance: weightImportance(scorer, design),
  };
}

function scorerOf(design: Design, outputs: number, coefficients: Float64Array): LinearScorer {
  const { columns, centre, mean, largest } = design;
  const weights = new Float64Array(outputs * columns);
  const intercept = new Float64Array(outputs);
  for (let output = 0; output < outputs; output++) {
    const at = output * (columns + 1);
    let constant = coefficients[at + columns] as number;
    for (let j = 0; j < columns; j++) {
      const weight = coefficients[at + j] as number;
      weights[output * columns + j] = weight;
      constant -= weight * (centre[j] as number);
    }
    intercept[output] = constant;
  }
  const units = gridUnits(weights, largest, outputs);
  return { kind: 'linear', columns, outputs, weights, intercept, units, means: mean };
}

/** |weight| × standard deviation of the column, averaged over the outputs, normalised to a sum of 1; 0s where all are 0. */
function weightImportance({ outputs, columns, weights }: LinearScorer, { deviation }: Design): Float64Array {
  const importance = new Float64Array(columns);
  for (let output = 0; output < outputs; output++) {
    for (let j = 0; j < columns; j++)
      (importance[j] as number) +=
        Math.abs(weights[output * columns + j] as number) * (deviation[j] as number);
  }
  const total = importance.reduce((sum, value) => sum + value, 0);
  return total === 0 ? importance : importance.map((value) => value / total);
}
