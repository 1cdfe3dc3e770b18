/** What is wrong, or worth a look, in a table. */
export type AnomalyKind =
  | 'missing-column'
  | 'wrong-type'
  | 'odd-cells'
  | 'ambiguous-time'
  | 'mixed-time-zones'
  | 'number-format'
  | 'all-missing'
  | 'mostly-missing'
  | 'constant'
  | 'unseen-levels'
  | 'out-of-range';

/** An `error` means that the table must not be used as it is; a `warning` that somebody should know. */
export interface Anomaly {
  readonly column: string;
  readonly kind: AnomalyKind;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** How many cells it concerns, where that can be counted. */
  readonly count?: number;
}
