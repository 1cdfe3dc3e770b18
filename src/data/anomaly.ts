/** What is wrong, or worth a look, in a table. */
export type AnomalyKind =
  | 'missing-column'
  | 'new-column'
  | 'wrong-type'
  | 'odd-cells'
  | 'ambiguous-time'
  | 'mixed-time-zones'
  | 'number-format'
  | 'all-missing'
  | 'mostly-missing'
  | 'too-many-missing'
  | 'constant'
  | 'not-unique'
  | 'unseen-levels'
  | 'many-levels'
  | 'out-of-range'
  | 'bad-weight'
  | 'leakage'
  | 'leakage-suspect'
  | 'duplicate-column';

/**
 * The same problem in the words of TensorFlow Data Validation, where it has one: a name of `AnomalyInfo.Type`
 * (tensorflow/metadata, anomalies.proto), so that alerts written for TFDV go on working.
 */
export type TfdvReason =
  | 'SCHEMA_MISSING_COLUMN'
  | 'SCHEMA_NEW_COLUMN'
  | 'UNEXPECTED_DATA_TYPE'
  | 'BOOL_TYPE_UNEXPECTED_STRING'
  | 'ENUM_TYPE_UNEXPECTED_STRING_VALUES'
  | 'FLOAT_TYPE_STRING_NOT_FLOAT'
  | 'FLOAT_TYPE_BIG_FLOAT'
  | 'FLOAT_TYPE_SMALL_FLOAT'
  | 'INT_TYPE_INT_EXPECTED'
  | 'INT_TYPE_BIG_INT'
  | 'INT_TYPE_SMALL_INT'
  | 'FEATURE_TYPE_NOT_PRESENT'
  | 'FEATURE_TYPE_LOW_FRACTION_PRESENT'
  | 'FEATURE_TYPE_LOW_UNIQUE';

/** An `error` means that the table must not be used as it is; a `warning` that somebody should know. */
export interface Anomaly {
  readonly column: string;
  readonly kind: AnomalyKind;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly tfdv?: TfdvReason;
  /** How many cells it concerns, where that can be counted. */
  readonly count?: number;
  /** The first few of the rows it concerns, from 1: the first below the header. */
  readonly rows?: readonly number[];
}

/** So many rows of an anomaly are named. */
export const NAMED_ROWS = 5;

/** `1 cell`, `2 cells`. */
export function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}
