/** How strongly a column goes with the target. */
export interface Score {
  /** NaN where it is not defined; Infinity where nothing is left unexplained. */
  readonly score: number;
  /** NaN where the score is NaN or has no distribution. */
  readonly pValue: number;
}

export const UNDEFINED: Score = { score: Number.NaN, pValue: Number.NaN };
