import { MlxError } from '../errors.js';

/** The metrics that decide, the first that there is before the others; a regression has the last one alone. */
export const PRIMARY_METRICS = ['roc_auc', 'accuracy', 'f1', 'rmse'] as const;

/**
 * The metric that decides: roc_auc where it could be computed, else accuracy; rmse for regression.
 * @throws MlxError TRAINING_FAILED where there is none of them
 */
export function primaryMetric(metrics: Readonly<Record<string, number>>): string {
  const found = PRIMARY_METRICS.find((name) => Number.isFinite(metrics[name]));
  if (found === undefined) throw new MlxError('TRAINING_FAILED', 'The model has no metric to be judged by.');
  return found;
}
