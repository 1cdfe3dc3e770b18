import type { Explainer, Explanation } from './explain.js';

const DIGITS = 12;

/** A raw score taken apart; `contributions` by raw column sum to `raw_score − expected`. */
export interface ScoreParts {
  /** The base value: the raw score before anything is known of the row. */
  readonly expected: number;
  readonly raw_score: number;
  readonly contributions: Readonly<Record<string, number>>;
}

/** Every raw score of one explained row, by the class or target that it is of. */
export function scoreParts(
  { outputs, columns: names }: Explainer,
  { columns, values, scores, expected }: Explanation,
  row: number,
): Readonly<Record<string, ScoreParts>> {
  const partsOf = (output: number): ScoreParts => {
    const at = row * outputs.length + output;
    const own = names.map(
      (name, column) => [name, roundedScore(values[at * columns + column] as number)] as const,
    );
    return {
      expected: roundedScore(expected[output] as number),
      raw_score: roundedScore(scores[at] as number),
      contributions: Object.fromEntries(own),
    };
  };
  return Object.fromEntries(outputs.map((name, output) => [name, partsOf(output)]));
}

/** To the twelve digits that do not depend on the order of additions. */
export function roundedScore(value: number): number {
  return Number(value.toPrecision(DIGITS));
}
