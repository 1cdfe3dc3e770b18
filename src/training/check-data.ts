import { MlxError } from '../errors.js';
import type { TrainingSpec } from './fit.js';
import type { Matrix } from './matrix.js';

/**
 * Refuses what no algorithm can learn from, and warns where there is nothing to learn but a constant.
 *
 * @throws MlxError DATA_EMPTY, FEATURES_MISSING, TARGET_UNUSABLE, DATA_INVALID (weights), INTERNAL
 */
export function checkData(spec: TrainingSpec): void {
  const { matrix, target } = spec;
  if (matrix.rows === 0) throw new MlxError('DATA_EMPTY', 'There are no rows to train on.');
  if (matrix.columns === 0) throw new MlxError('FEATURES_MISSING', 'There are no columns to train on.');
  if (matrix.data.length !== matrix.rows * matrix.columns || target.length !== matrix.rows) {
    throw new MlxError('INTERNAL', 'The matrix, its shape and the target do not fit together.');
  }
  checkTarget(spec);
  checkWeights(spec);
  if (target.every((value) => value === target[0])) {
    spec.onProgress?.({ kind: 'warning', message: constantMessage(spec) });
  }
}

function checkTarget({ task, target, classes }: TrainingSpec): void {
  if (task === 'regression') {
    if (target.every(Number.isFinite)) return;
    throw new MlxError('TARGET_UNUSABLE', 'The target has values that are missing or infinite.', {
      hint: 'Drop the rows without a target.',
    });
  }
  if (classes < 2) {
    throw new MlxError('TARGET_UNUSABLE', 'The target has one class only: there is nothing to learn.', {
      hint: 'Give rows of two classes at least.',
    });
  }
  if (!target.every((value) => Number.isInteger(value) && value >= 0 && value < classes)) {
    throw new MlxError('INTERNAL', `The target has values that are no class index below ${classes}.`);
  }
}

function checkWeights({ weights, matrix }: TrainingSpec): void {
  if (weights === undefined) return;
  const hint = 'Give every row a finite weight above 0, and leave out rows that shall not count.';
  if (weights.length !== matrix.rows) {
    throw new MlxError('DATA_INVALID', `There are ${weights.length} weights for ${matrix.rows} rows.`, {
      hint,
    });
  }
  const row = weights.findIndex((weight) => !(weight > 0 && weight < Infinity));
  if (row < 0) return;
  throw new MlxError('DATA_INVALID', `Row ${row + 1} of the training rows has the weight ${weights[row]}.`, {
    hint,
    details: { row: row + 1 },
  });
}

function constantMessage({ task, target, classNames }: TrainingSpec): string {
  const only = target[0] as number;
  const what = task === 'regression' ? `value ${only}` : `class ${classNames?.[only] ?? only}`;
  return `Every training row has the ${what}: the model predicts nothing else.`;
}

/**
 * For algorithms that can order infinite values, but not missing ones.
 * @throws MlxError DATA_INVALID where a value is missing
 */
export function requireKnown({ data }: Matrix, algorithm: string): void {
  if (data.some(Number.isNaN)) throw untrainable(algorithm, 'missing values');
}

/**
 * For algorithms that calculate with values.
 * @throws MlxError DATA_INVALID where a value is missing or infinite
 */
export function requireFinite({ data }: Matrix, algorithm: string): void {
  let isUsable = true;
  for (let i = 0; i < data.length; i++) isUsable &&= Math.abs(data[i] as number) < Infinity;
  if (!isUsable) throw untrainable(algorithm, 'missing or infinite values');
}

function untrainable(algorithm: string, what: string): MlxError {
  return new MlxError('DATA_INVALID', `${algorithm} cannot be trained on ${what}.`, {
    hint: 'Impute them, or use random-forest.',
  });
}
