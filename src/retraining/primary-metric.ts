import { MlxError } from '../errors.js';

const PRIMARY = ['roc_auc', 'accuracy', 'rmse'];

/** The metric that decides: roc_auc where it could be computed, else accuracy; rmse for regression. */
export function primaryMetric(metrics: Readonly<Record<string, number>>): string {
  const found = PRIMARY.find((name) => Number.isFinite(metrics[name]));
  if (found === undefined)
    throw new MlxError('TRAINING_FAILED', 'The candidate has no metric to be judged by.');
  return found;
}
