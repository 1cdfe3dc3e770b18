import type { Design } from './design.js';
import type { Loss } from './loss.js';

/**
 * What is minimised over the coefficients, `outputs × (columns + 1)` with the intercept last in each row:
 * loss(design × coefficients) + l1 · Σ|w| + ½ l2 · Σw², where w is the coefficients without the intercepts.
 */
export interface Problem {
  readonly design: Design;
  readonly loss: Loss;
  readonly l1: number;
  readonly l2: number;
  /** Where the search begins. */
  readonly start: Float64Array;
  readonly maxIterations: number;
  readonly tolerance: number;
  /** Awaited once an iteration: lets other work in, and throws when training is to stop. */
  readonly breathe: () => Promise<void>;
}

export interface Solution {
  readonly coefficients: Float64Array;
  readonly isConverged: boolean;
}

/** Calls with each coefficient that is penalised. */
export function forEachWeight(
  coefficients: Float64Array,
  columns: number,
  visit: (value: number, index: number) => void,
): void {
  for (let i = 0; i < coefficients.length; i++) {
    if (i % (columns + 1) !== columns) visit(coefficients[i] as number, i);
  }
}

/** l1 · Σ|w| + ½ l2 · Σw². */
export function penaltyOf({ design, l1, l2 }: Problem, coefficients: Float64Array): number {
  let [absolute, squares] = [0, 0];
  forEachWeight(coefficients, design.columns, (value) => {
    absolute += Math.abs(value);
    squares += value * value;
  });
  return l1 * absolute + 0.5 * l2 * squares;
}
