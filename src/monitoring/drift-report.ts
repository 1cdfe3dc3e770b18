import type { ColumnType } from '../data/schema.js';
import type { Column } from '../data/table.js';

export interface DriftOptions {
  /** Chance of any false alarm in a report, 0..1. */
  readonly alpha?: number;
  /** Numbers and times: smallest Kolmogorov–Smirnov distance that matters. */
  readonly minDistance?: number;
  /** Categories: smallest Cramér's V (at equal sample sizes) that matters. */
  readonly minCramersV?: number;
  /** Smallest change of the share of missing values that matters. */
  readonly minMissingChange?: number;
  /** With fewer rows, on either side, nothing is concluded. */
  readonly minRows?: number;
  /** Columns that are left out, such as a date that moves on by itself. */
  readonly ignore?: readonly string[];
  /** The model's answers on the same rows. */
  readonly prediction?: Column;
}

export const DRIFT_DEFAULTS = {
  alpha: 0.01,
  minDistance: 0.1,
  minCramersV: 0.1,
  minMissingChange: 0.05,
  minRows: 50,
} as const;

/** The drift verdict of one column. Null = the test could not be made (nothing to compare). */
export interface ColumnDrift {
  readonly name: string;
  readonly type: ColumnType;
  readonly test: 'ks' | 'chi-square';
  readonly statistic: number | null;
  readonly p_value: number | null;
  /** After Holm's correction over all tests of the report. */
  readonly p_adjusted: number | null;
  /** KS distance, or Cramér's V at equal sample sizes; 0..1. */
  readonly effect: number | null;
  /** Population stability index over up to 10 quantile bins, or over the levels. */
  readonly psi: number | null;
  /** Jensen–Shannon distance over the same bins or levels, 0..1. */
  readonly js_distance: number | null;
  /** Change of the mean in standard deviations of the baseline; null for categories. */
  readonly mean_shift_sd: number | null;
  /** Shares of rows without a value, 0..1. */
  readonly missing_baseline: number;
  readonly missing_current: number;
  readonly missing_p_value: number | null;
  readonly missing_p_adjusted: number | null;
  /** Levels that the baseline never saw, most frequent first; at most five. */
  readonly new_levels: readonly string[];
  readonly drifted: boolean;
  /** Why it drifted, in words; null when it did not. */
  readonly reason: string | null;
}

export interface DriftReport {
  readonly verdict: 'drift' | 'no-drift' | 'insufficient';
  /** The verdict in words. */
  readonly summary: string;
  readonly rows: number;
  readonly baseline_rows: number;
  readonly alpha: number;
  readonly correction: 'holm';
  readonly thresholds: {
    readonly ks_distance: number;
    readonly cramers_v: number;
    readonly missing_change: number;
    readonly min_rows: number;
  };
  /** Names of the columns that drifted. */
  readonly drifted_columns: readonly string[];
  /** Empty when the verdict is 'insufficient'. */
  readonly columns: readonly ColumnDrift[];
  /** Drift of the model's answers; null where either side does not have them. */
  readonly prediction: ColumnDrift | null;
}
