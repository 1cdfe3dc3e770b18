import type { ColumnRole, ColumnType, Task } from '../schema.js';

/**
 * What a table holds, as plain JSON: null where a figure does not apply or cannot be known (never NaN). Shares
 * are 0..1, times ISO 8601 in UTC.
 */
export interface TableProfile {
  readonly version: 1;
  readonly rows: number;
  /** Bytes of the file, where known. */
  readonly bytes: number | null;
  /** Rows that repeat an earlier one, where they were counted. */
  readonly duplicateRows: number | null;
  readonly missingCells: number;
  readonly missingShare: number;
  readonly target: TargetProfile | null;
  /** Rows by which ranks (Spearman, AUC) were made: all, or an even random sample of a larger table. */
  readonly rankRows: number;
  readonly columns: readonly ColumnProfile[];
  readonly correlations: CorrelationProfile | null;
  readonly alerts: readonly ProfileAlert[];
}

/** The target: what the groups of a column are compared by. */
export interface TargetProfile {
  readonly name: string;
  readonly task: Task;
  /** Regression: the mean. Two classes: the share of the second, `positive`. More classes: null. */
  readonly mean: number | null;
  readonly positive: string | null;
  /** Classes with their rows, the most frequent first; at most MAX_SHOWN_CLASSES, empty for a regression. */
  readonly classes: readonly LevelCount[];
  /** All classes, also those not shown. */
  readonly classCount: number;
  readonly missing: number;
}

/** How the target lies in each group of rows: a bin, a level, an hour. */
export type TargetByGroup =
  /** Its mean, or the share of the positive class; null for a group without a label. */
  | { readonly kind: 'mean'; readonly values: readonly (number | null)[] }
  /** Rows of each of the target's shown `classes`, and of all others together, last. */
  | { readonly kind: 'classes'; readonly counts: readonly (readonly number[])[] };

interface ColumnFacts {
  readonly name: string;
  readonly type: ColumnType;
  readonly role: ColumnRole;
  /** Why it is left out, in words. */
  readonly reason: string | null;
  /** Rows with a value. */
  readonly count: number;
  readonly missing: number;
  readonly missingShare: number;
  /** Distinct values. */
  readonly unique: number;
  /** The target where this column is missing: one group. Null without target or missing value. */
  readonly missingTarget: TargetByGroup | null;
  /** Null without target, for the target itself, and where there is nothing to compare. */
  readonly association: Association | null;
}

export type ColumnProfile = NumberProfile | CategoryProfile | TimeProfile;

export interface NumberProfile extends ColumnFacts {
  readonly kind: 'number';
  readonly mean: number | null;
  /** Sample standard deviation, divisor n − 1 (as pandas' describe). */
  readonly sd: number | null;
  readonly min: number | null;
  readonly max: number | null;
  /** By linear interpolation, numpy's default. */
  readonly quantiles: Readonly<Record<QuantileName, number>> | null;
  readonly zeros: number;
  readonly negatives: number;
  /** Adjusted Fisher–Pearson G₁ and excess kurtosis G₂ (pandas' skew and kurt). */
  readonly skewness: number | null;
  readonly kurtosis: number | null;
  /** Values further than 1.5 interquartile ranges outside the quartiles. */
  readonly outliers: number;
  readonly histogram: Histogram | null;
}

export type QuantileName = 'p1' | 'p5' | 'p25' | 'p50' | 'p75' | 'p95' | 'p99';

/** Categories, booleans, text and identifiers. */
export interface CategoryProfile extends ColumnFacts {
  readonly kind: 'category';
  /** The most frequent levels; equally frequent ones by code unit. */
  readonly levels: readonly LevelCount[];
  readonly otherLevels: number;
  readonly otherCount: number;
  /** Of `levels`, then of all others together where there are any. */
  readonly target: TargetByGroup | null;
  /** In bits; null without a value. */
  readonly entropy: number | null;
  /** Characters (code points) of the shortest and longest level; null without a value. */
  readonly minLength: number | null;
  readonly maxLength: number | null;
}

export interface TimeProfile extends ColumnFacts {
  readonly kind: 'time';
  readonly first: string | null;
  readonly last: string | null;
  /** Edges in epoch seconds. */
  readonly histogram: Histogram | null;
  /** Rows by hour of the day, 0..23 UTC; null where all are of the same hour. */
  readonly hours: CyclicCounts | null;
  /** Rows by day of the week, Monday first; null where all are of the same day. */
  readonly weekdays: CyclicCounts | null;
}

export interface LevelCount {
  readonly level: string;
  readonly count: number;
}

/** Bin i holds edges[i] ≤ value < edges[i + 1]; the last bin its upper edge too. */
export interface Histogram {
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  /** Values beyond the edges: a long tail is cut off, so that the rest can be seen. */
  readonly below: number;
  readonly above: number;
  readonly target: TargetByGroup | null;
}

export interface CyclicCounts {
  readonly counts: readonly number[];
  readonly target: TargetByGroup | null;
}

/** How a column goes with the target, over the rows where both have a value. */
export interface Association {
  /**
   * 0..1, comparable between columns of any kind: the target against the column's levels, or against the twentieths
   * of a number or time. Classes: Cramér's V; a regression: the correlation ratio. Both corrected for the number of groups.
   */
  readonly strength: number | null;
  /** Number or time with a number; with two classes the point-biserial correlation. */
  readonly pearson: number | null;
  readonly spearman: number | null;
  /** Number or time with two classes: the chance that a positive row has the larger value. */
  readonly auc: number | null;
  /** η: of a number over the classes, or of the number to learn over the levels. */
  readonly correlationRatio: number | null;
  /** Category with classes, bias-corrected. */
  readonly cramersV: number | null;
  /** Category with classes, in nats. */
  readonly mutualInformation: number | null;
}

/** Correlations of the number columns, the target among them where it is one. */
export interface CorrelationProfile {
  readonly columns: readonly string[];
  readonly pearson: readonly (readonly (number | null)[])[];
  readonly spearman: readonly (readonly (number | null)[])[];
  /** Rows by which they were made. */
  readonly rows: number;
  /** Number columns beyond MAX_CORRELATED, which are not among them. */
  readonly omitted: number;
}

export type AlertKind =
  | 'all-missing'
  | 'high-missing'
  | 'constant'
  | 'almost-constant'
  | 'high-cardinality'
  | 'skewed'
  | 'many-zeros'
  | 'leak'
  | 'correlated'
  | 'rare-class'
  | 'target-unusable'
  | 'duplicate-rows';

export interface ProfileAlert {
  readonly kind: AlertKind;
  /** One column, a pair, or none for the table. */
  readonly columns: readonly string[];
  /** A sentence without its full stop. */
  readonly message: string;
}
