/** What rows of one model version have in common; made once, since rows are told apart by the object. */
export interface JournalVersion {
  readonly model: string;
  readonly version: number;
  /** Names of the input columns, in the order of a row. */
  readonly columns: readonly string[];
  /** Names of the classes, in the order of the probabilities; empty for a regression. */
  readonly classes: readonly string[];
}

/** One answered prediction, as the journal takes it. */
export interface JournalRow {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  readonly version: JournalVersion;
  /** `control` or `treatment` during an A/B test. */
  readonly arm: string | null;
  /** Whom the prediction is about (a user). */
  readonly unit: string | null;
  /** The inputs, in the order of the version's columns; null = missing. */
  readonly row: readonly (number | string | null)[];
  readonly prediction: string | number;
  readonly confidence: number | null;
  /** In the order of the version's classes. Float32 values are logged as their shortest decimals. */
  readonly probabilities: readonly number[] | Float32Array | null;
  readonly latencyMs: number;
  readonly requestId: string | null;
}
