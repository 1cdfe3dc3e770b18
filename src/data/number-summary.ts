import { countDistinct, type Room } from './distinct.js';

/** What is said of a column of numbers or times; NaN is passed over. */
export interface NumberSummary {
  /** Infinity where there is no value. */
  readonly min: number;
  /** -Infinity where there is no value. */
  readonly max: number;
  /** Number of values that are there. */
  readonly present: number;
  /** Number of distinct values. */
  readonly unique: number;
  /** Whether each value is a whole number below 2^53 in size. */
  readonly isInteger: boolean;
}

/** @param room used again from column to column */
export function summarise(values: Float64Array, room?: Room): NumberSummary {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let present = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < min) min = value;
    if (value > max) max = value;
    if (!Number.isNaN(value)) present++;
  }
  let at = 0;
  while (at < values.length && isIntegerOrMissing(values[at] as number)) at++;
  return { min, max, present, unique: countDistinct(values, room), isInteger: at === values.length };
}

function isIntegerOrMissing(value: number): boolean {
  return Number.isSafeInteger(value) || Number.isNaN(value);
}
