import type { MetricSummary } from '../modeling/cross-validation.js';
import type { LeaderboardRow } from '../modeling/leaderboard.js';
import type { Selection } from '../modeling/select.js';
import { metricsDocument } from './documents.js';

/** How a model was judged on training rows, as `--json` shows it; null where it was not. */
export function validationDocument({ validation }: Selection) {
  if (validation === null) return null;
  const { method, column, metric, folds, summary } = validation;
  return {
    method,
    column,
    metric,
    folds: folds.map((fold) => ({
      train_rows: fold.trainRows,
      test_rows: fold.testRows,
      fit_ms: fold.fitMs,
      metrics: metricsDocument(fold.metrics),
    })),
    metrics: Object.fromEntries(
      Object.entries(summary).map(([name, value]) => [name, summaryDocument(value)]),
    ),
  };
}

/** The trials of a search; null without one. */
export function searchDocument({ trials, choice }: Selection) {
  if (trials === null) return null;
  return {
    chosen: choice.params,
    trials: trials.map(({ runId, ...trial }) => ({
      run_id: runId,
      algorithm: trial.algorithm,
      params: trial.params,
      share: trial.share,
      status: trial.status,
      error: trial.error,
      metric: trial.metric,
      score: trial.score,
      seconds: trial.seconds,
    })),
  };
}

export function leaderboardDocument(row: LeaderboardRow) {
  return {
    algorithm: row.algorithm,
    status: row.status,
    error: row.error,
    metric: row.metric,
    score: row.score === null ? null : summaryDocument(row.score),
    fit_seconds: row.fitSeconds,
    rows_per_second: row.file?.rowsPerSecond ?? null,
    bytes: row.file?.bytes ?? null,
    trials: row.trials,
    params: row.params,
  };
}

export type ValidationDocument = NonNullable<ReturnType<typeof validationDocument>>;
export type SearchDocument = NonNullable<ReturnType<typeof searchDocument>>;
export type LeaderboardRowDocument = ReturnType<typeof leaderboardDocument>;

/** What could not be computed is null. */
function summaryDocument({ folds, ...values }: MetricSummary) {
  const { mean = null, sd = null, low = null, high = null } = metricsDocument(values);
  return { folds, mean, sd, low, high };
}
