import type { ActiveRun } from '../tracking/active-run.js';
import type { CrossValidation, MetricSummary } from './cross-validation.js';

/** A cross-validation as metrics of a run: `cv_roc_auc_mean`, and `cv_roc_auc_sd` where there are two folds. */
export function validationMetrics(
  summary: Readonly<Record<string, MetricSummary>>,
): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(summary).flatMap(([name, { mean, sd, folds }]) => [
      [`cv_${name}_mean`, mean],
      ...(folds < 2 ? [] : [[`cv_${name}_sd`, sd] as const]),
    ]),
  );
}

/** Records a cross-validation: its metrics, and as the history of `cv_roc_auc_fold` the value in each fold. */
export async function logValidation(
  run: ActiveRun,
  { folds, summary }: Pick<CrossValidation, 'folds' | 'summary'>,
): Promise<void> {
  for (const name of Object.keys(summary)) {
    await run.logHistory(
      `cv_${name}_fold`,
      folds.map(({ metrics }) => metrics[name] ?? Number.NaN),
    );
  }
  await run.logMetrics(validationMetrics(summary));
}
