/** One answered prediction. */
export interface LoggedPrediction {
  readonly id: string;
  /** ISO 8601. */
  readonly time: string;
  readonly model: string;
  readonly version: number;
  /** `control` or `treatment` during an A/B test. */
  readonly arm: string | null;
  /** Whom the prediction is about (a user), so that a unit keeps its arm. */
  readonly unit: string | null;
  readonly inputs: Readonly<Record<string, number | string | null>>;
  readonly prediction: string | number;
  readonly confidence: number | null;
  readonly probabilities: Readonly<Record<string, number>> | null;
  readonly latencyMs: number;
  readonly requestId: string | null;
}

/** A logged prediction with what turned out to be true; null while that is not known. */
export interface LabelledPrediction extends LoggedPrediction {
  readonly label: string | number | null;
}

/** A prediction without inputs and probabilities: enough to judge it, and quick to read by the million. */
export type PredictionOutcome = Omit<LabelledPrediction, 'inputs' | 'probabilities' | 'requestId'>;

export interface PredictionQuery {
  readonly model?: string;
  readonly version?: number;
  readonly arm?: string;
  /** From this time on (ISO 8601). */
  readonly since?: string;
  /** Before this time (ISO 8601). */
  readonly until?: string;
  /** True: with a label alone. False: without. */
  readonly labelled?: boolean;
  /** The newest so many; they still come oldest first. */
  readonly limit?: number;
}

export interface PredictionLabel {
  readonly predictionId: string;
  readonly label: string | number;
}

/** What became of a batch of labels. */
export interface LabelCounts {
  readonly added: number;
  /** The prediction had that very label. */
  readonly unchanged: number;
  readonly updated: number;
  /** No such prediction is in the log. */
  readonly unknown: number;
}
