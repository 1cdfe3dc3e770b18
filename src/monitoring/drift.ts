import type { Table } from '../data/table.js';
import { adjustHolm } from '../stats/adjust.js';
import { type Baseline, columnFor } from './baseline.js';
import { type ColumnComparison, compareColumn } from './column-comparison.js';
import { type Adjusted, driftReason, driftSummary, insufficientSummary } from './drift-reason.js';
import { type ColumnDrift, DRIFT_DEFAULTS, type DriftOptions, type DriftReport } from './drift-report.js';

/**
 * Compares a window of data with a model's baseline, column by column: Kolmogorov–Smirnov for numbers
 * and times, chi-square for categories, and a two-proportion test of the missing shares for all.
 *
 * A column drifts only if a test is significant at `alpha` after correction *and* the effect is at
 * least its threshold: with many rows a difference that matters to nobody is significant, with few a
 * large one is chance. The correction is Holm's over all tests of the report, because `alpha` is then
 * the chance that a quiet day raises any alarm, however the columns depend on each other;
 * Benjamini–Hochberg would only bound the share of false alarms among alarms. With fewer than
 * `minRows` rows on either side the verdict is 'insufficient'.
 *
 * @throws DATA_INVALID when the table lacks a column of the baseline
 */
export function detectDrift(baseline: Baseline, table: Table, options: DriftOptions = {}): DriftReport {
  const settings = { ...DRIFT_DEFAULTS, ...options };
  const ignored = new Set(settings.ignore ?? []);
  const monitored = baseline.columns
    .filter(({ name }) => !ignored.has(name))
    .map((column) => ({ column, current: columnFor(table, column.name, column.kind) }));
  const shared = {
    rows: table.rows,
    baseline_rows: baseline.rows,
    alpha: settings.alpha,
    correction: 'holm',
    thresholds: {
      ks_distance: settings.minDistance,
      cramers_v: settings.minCramersV,
      missing_change: settings.minMissingChange,
      min_rows: settings.minRows,
    },
  } as const;
  if (Math.min(table.rows, baseline.rows) < settings.minRows) {
    const summary = insufficientSummary(table.rows, baseline.rows, settings.minRows);
    return {
      verdict: 'insufficient',
      summary,
      ...shared,
      drifted_columns: [],
      columns: [],
      prediction: null,
    };
  }
  const answers = options.prediction;
  const hasAnswers = baseline.prediction !== null && answers?.kind === baseline.prediction.kind;
  const pairs = hasAnswers ? [...monitored, { column: baseline.prediction, current: answers }] : monitored;
  const judged = judge(
    pairs.map(({ column, current }) => compareColumn(column, current)),
    settings,
  );
  const columns = judged.slice(0, monitored.length);
  const prediction = judged[monitored.length] ?? null;
  const drifted = columns.filter((column) => column.drifted).map(({ name }) => name);
  return {
    verdict: drifted.length > 0 || prediction?.drifted === true ? 'drift' : 'no-drift',
    summary: driftSummary(drifted, columns.length, prediction),
    ...shared,
    drifted_columns: drifted,
    columns,
    prediction,
  };
}

type Settings = Required<Pick<DriftOptions, keyof typeof DRIFT_DEFAULTS>>;

/** Corrects all p-values together, then applies the thresholds. */
function judge(comparisons: readonly ColumnComparison[], settings: Settings): ColumnDrift[] {
  const adjusted = adjustHolm(comparisons.flatMap(({ pValue, missingPValue }) => [pValue, missingPValue]));
  return comparisons.map((comparison, index) =>
    judgeColumn(
      comparison,
      { value: adjusted[2 * index] as number, missing: adjusted[2 * index + 1] as number },
      settings,
    ),
  );
}

function judgeColumn(comparison: ColumnComparison, adjusted: Adjusted, settings: Settings): ColumnDrift {
  const minEffect = comparison.test === 'ks' ? settings.minDistance : settings.minCramersV;
  const missingChange = Math.abs(comparison.missingCurrent - comparison.missingBaseline);
  const moved = {
    value: adjusted.value < settings.alpha && comparison.effect >= minEffect,
    missing: adjusted.missing < settings.alpha && missingChange >= settings.minMissingChange,
  };
  return {
    name: comparison.name,
    type: comparison.type,
    test: comparison.test,
    statistic: nanToNull(comparison.statistic),
    p_value: nanToNull(comparison.pValue),
    p_adjusted: nanToNull(adjusted.value),
    effect: nanToNull(comparison.effect),
    psi: nanToNull(comparison.psi),
    js_distance: nanToNull(comparison.jsDistance),
    mean_shift_sd: comparison.meanShiftSd,
    missing_baseline: comparison.missingBaseline,
    missing_current: comparison.missingCurrent,
    missing_p_value: nanToNull(comparison.missingPValue),
    missing_p_adjusted: nanToNull(adjusted.missing),
    new_levels: comparison.newLevels,
    drifted: moved.value || moved.missing,
    reason: driftReason(comparison, adjusted, moved),
  };
}

function nanToNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
