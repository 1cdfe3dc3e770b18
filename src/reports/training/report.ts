import type { ResidualDecile } from '../../stats/curves-regression.js';

/**
 * All that is said of a training run, as plain JSON. A figure that does not apply or could not be computed is null,
 * never NaN; a part that a run lacks is absent. Probabilities and shares are 0..1, times ISO 8601 in UTC, durations
 * seconds.
 */
export interface TrainingReport {
  readonly version: 1;
  readonly run: ReportedRun;
  /** Measured on the held-out rows; the first one is the primary metric, by which models are compared. */
  readonly metrics: readonly ReportedMetric[];
  /** How the intervals of {@link metrics} were found; absent where there are none. */
  readonly intervals?: { readonly level: number; readonly method: string };
  /** What a reader must know, one sentence each. */
  readonly warnings?: readonly string[];
  readonly crossValidation?: CrossValidation;
  /** Of the training rows, each by the trees of a forest that did not see it: `oob_score` (accuracy or R²) and others. */
  readonly outOfBag?: {
    readonly rows: number;
    readonly metrics: readonly { readonly name: string; readonly value: Figure }[];
  };
  /** One curve of two classes (of the positive one), one against the rest for each of more. */
  readonly roc?: readonly RocCurve[];
  readonly precisionRecall?: readonly PrecisionRecallCurve[];
  readonly calibration?: Calibration;
  readonly confusion?: Confusion;
  readonly threshold?: ThresholdChoice;
  /** Of two classes: how the probability of the positive one is spread, by the true class. */
  readonly probabilities?: ProbabilityHistogram;
  readonly regression?: RegressionErrors;
  readonly importance?: readonly FeatureImportance[];
  readonly shap?: ShapSummary;
  readonly learning?: LearningCurve;
  readonly slices?: Slices;
  readonly leaderboard?: Leaderboard;
  readonly search?: Search;
  readonly data?: ReportedData;
  /** The preprocessing in words, one step each. */
  readonly steps?: readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly environment?: readonly Named[];
  /** The command line that makes this run again. */
  readonly command?: string;
  readonly timings?: readonly { readonly name: string; readonly seconds: number }[];
}

/** A number that may not be known. */
export type Figure = number | null;

/** Whether more or less of a metric is better. */
export type Better = 'higher' | 'lower';

export interface Named {
  readonly name: string;
  readonly value: string;
}

/** The run, and the model that it made. */
export interface ReportedRun {
  readonly id: string;
  readonly name: string;
  readonly algorithm: string;
  readonly task: 'classification' | 'regression';
  readonly target: string;
  /** In the order of the probabilities; the last of two is the positive one. None in regression. */
  readonly classes: readonly string[];
  readonly createdAt: string;
  readonly mlxVersion: string;
  readonly model?: { readonly bytes: number; readonly sha256: string };
  /** Absent where scores were not certified. */
  readonly certificate?: ReportedCertificate;
}

/** See onnx/certificate.ts. */
export interface ReportedCertificate {
  readonly passed: boolean;
  readonly rows: number;
  readonly batchSizes: readonly number[];
  readonly threads: readonly number[];
  readonly rowOrders: readonly string[];
}

export interface ReportedMetric {
  /** A standard name: `roc_auc`. */
  readonly name: string;
  readonly value: Figure;
  readonly low?: Figure;
  readonly high?: Figure;
  /** The metric of a model that knows the target's spread alone (`baseline`), on the same rows. */
  readonly baseline?: Figure;
  readonly better?: Better | null;
}

export interface CrossValidation {
  /** In words: `5 folds, stratified`. */
  readonly scheme: string;
  /** A metric's value in each fold. */
  readonly metrics: readonly { readonly name: string; readonly folds: readonly Figure[] }[];
}

/** Points in order; both arrays are of one length. */
export interface RocCurve {
  readonly class: string;
  readonly fpr: readonly number[];
  readonly tpr: readonly number[];
  readonly auc: Figure;
  readonly low?: Figure;
  readonly high?: Figure;
}

/** Points in order; both arrays are of one length. */
export interface PrecisionRecallCurve {
  readonly class: string;
  readonly recall: readonly number[];
  readonly precision: readonly number[];
  readonly averagePrecision: Figure;
  /** The share of the class, which is the precision of guessing. */
  readonly prevalence: Figure;
}

export interface Calibration {
  /** What was done to the scores. */
  readonly method: 'none' | 'sigmoid' | 'isotonic';
  /** Of the model as it is. */
  readonly after: CalibrationCurve;
  /** Of the scores before they were calibrated. */
  readonly before?: CalibrationCurve;
}

export interface CalibrationCurve {
  /** The expected calibration error. */
  readonly error: Figure;
  readonly bins: readonly CalibrationBin[];
}

/** Rows of like probability. */
export interface CalibrationBin {
  readonly meanPredicted: number;
  /** The share of them that are of the class. */
  readonly observed: number;
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

export interface Confusion {
  readonly classes: readonly string[];
  /** Rows of the true class (first index) that were predicted as the other (second). */
  readonly counts: readonly (readonly number[])[];
}

/** Of two classes: the probability from which on the positive one is predicted. */
export interface ThresholdChoice {
  readonly chosen: number;
  /** What it was chosen by: `f1`, `cost`; null where it is the default. */
  readonly metric: string | null;
  readonly thresholds: readonly number[];
  /** What each threshold would have given: one value for each. */
  readonly curves: readonly { readonly name: string; readonly values: readonly Figure[] }[];
}

export interface ProbabilityHistogram {
  /** The class whose probability it is. */
  readonly class: string;
  /** One more than there are bins. */
  readonly edges: readonly number[];
  readonly byClass: readonly { readonly class: string; readonly counts: readonly number[] }[];
}

export interface RegressionErrors {
  /** A sample of the held-out rows, or all; the arrays are of one length. */
  readonly predicted: readonly number[];
  readonly actual: readonly number[];
  /** How many rows were held out. */
  readonly rows: number;
  /** Residuals (actual − predicted). */
  readonly residuals?: NumberHistogram;
  /** Residuals by tenths of the predicted value, lowest first. */
  readonly byDecile?: readonly ResidualDecile[];
}

export interface NumberHistogram {
  /** One more than there are bins. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  /** Rows that lie beyond the edges. */
  readonly below?: number;
  readonly above?: number;
}

export interface FeatureImportance {
  readonly feature: string;
  /** The trees' own gain or the coefficients' size; they sum to 1. */
  readonly own?: Figure;
  /** How much the metric worsens when the column is shuffled. */
  readonly permutation?: { readonly mean: Figure; readonly sd: Figure };
}

export interface ShapSummary {
  /** What the contributions are measured in: `log-odds of yes`. */
  readonly unit: string;
  /** Rows that were explained. */
  readonly rows: number;
  readonly columns: readonly ShapColumn[];
}

export interface ShapColumn {
  readonly name: string;
  readonly meanAbs: number;
  /** The value's rank 0..1, null where it is missing or has no order, and what it did to the score. */
  readonly points: readonly { readonly value: Figure; readonly shap: number }[];
}

export interface LearningCurve {
  readonly metric: string;
  /** What a step is: `round`, `tree`. */
  readonly step: string;
  /** One value for each step, from the first. */
  readonly train?: readonly Figure[];
  readonly validation?: readonly Figure[];
  /** The step that was kept, from 1; null where it is the last. */
  readonly best: number | null;
}

export interface Slices {
  readonly metric: string;
  readonly better: Better;
  /** Over all held-out rows. */
  readonly overall: Figure;
  readonly columns: readonly { readonly column: string; readonly slices: readonly Slice[] }[];
}

export interface Slice {
  /** A level, or a range in words. */
  readonly name: string;
  readonly rows: number;
  readonly value: Figure;
  readonly low?: Figure;
  readonly high?: Figure;
  /** Whether it is worse than the rest by more than chance, in the eyes of whoever measured it. */
  readonly isWorse?: boolean;
}

export interface Leaderboard {
  readonly metric: string;
  readonly better: Better;
  /** Best first. */
  readonly entries: readonly LeaderboardEntry[];
}

export interface LeaderboardEntry {
  readonly algorithm: string;
  readonly score: Figure;
  readonly low?: Figure;
  readonly high?: Figure;
  readonly fitSeconds?: Figure;
  /** Of the exported model. */
  readonly rowsPerSecond?: Figure;
  readonly bytes?: Figure;
  readonly isChosen?: boolean;
  /** Why there is no score. */
  readonly note?: string;
}

export interface Search {
  readonly metric: string;
  readonly better: Better;
  /** In the order in which they were tried. */
  readonly trials: readonly SearchTrial[];
}

export interface SearchTrial {
  readonly score: Figure;
  readonly parameters: readonly Named[];
}

export interface ReportedData {
  readonly source: string;
  /** SHA-256 of the bytes. */
  readonly digest?: string;
  readonly rows: number;
  readonly columns: number;
  readonly trainRows?: number;
  readonly testRows?: number;
  /** How rows were held out, in words. */
  readonly split?: string;
  readonly usedColumns?: number;
  readonly leftOut?: readonly { readonly column: string; readonly reason: string }[];
  /** What is odd about the table, one sentence each. */
  readonly anomalies?: readonly string[];
  /** Rows of each class, in the order of `run.classes`. */
  readonly classCounts?: readonly { readonly class: string; readonly count: number }[];
  /** Of a target that is a number. */
  readonly targetHistogram?: NumberHistogram;
}

export interface Parameter {
  readonly name: string;
  readonly value: string;
  /** Whether somebody chose it, rather than the default. */
  readonly isChosen?: boolean;
}
