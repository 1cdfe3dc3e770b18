import type { ParameterValue } from '../training/parameters.js';
import type { CrossValidation, FoldScore } from './cross-validation.js';
import type { FileFigures } from './file-figures.js';

/** One set of parameters, judged; as it is recorded. */
export interface TrialRecord {
  readonly algorithm: string;
  /** Every parameter with its value. */
  readonly params: Readonly<Record<string, ParameterValue>>;
  /** Share of the rows that were learned from: below 1 in the early rounds of successive halving. */
  readonly share: number;
  /** `stopped`: the time was over. */
  readonly status: 'finished' | 'failed' | 'stopped';
  readonly error: string | null;
  readonly metric: string;
  /** Mean of the metric over the folds; null unless finished. */
  readonly score: number | null;
  /** Empty unless finished. */
  readonly folds: readonly FoldScore[];
  readonly seconds: number;
  /** Null where it was not measured. */
  readonly file: FileFigures | null;
  /** Id of the trial's own run. */
  readonly runId: string;
}

export interface Trial {
  readonly record: TrialRecord;
  /** Null for what did not finish here and now. */
  readonly validation: CrossValidation | null;
}
