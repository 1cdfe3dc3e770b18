import { countDistinct } from './distinct.js';

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

export function summarise(values: Float64Array): NumberSummary {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let missing = 0;
  for (const value of values) {
    if (value < min) min = value;
    if (value > max) max = value;
    if (Number.isNaN(value)) missing++;
  }
  const isInteger = values.every((value) => Number.isNaN(value) || Number.isSafeInteger(value));
  return { min, max, present: values.length - missing, unique: countDistinct(values), isInteger };
}
