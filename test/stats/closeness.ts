import { readFileSync } from 'node:fs';
import { expect } from 'vitest';

/** The answers of an oracle, `test/golden/<name>.json`. */
export function golden<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), 'utf8')) as T;
}

/** Asserts |actual − expected| ≤ relative·|expected| (or absolute); NaN, ±∞ and 0 must be equal. */
export function expectClose(actual: number, expected: number, relative = 1e-12, absolute = 1e-300): void {
  const isClose =
    Object.is(actual, expected) ||
    Math.abs(actual - expected) <= Math.max(absolute, relative * Math.abs(expected));
  if (!isClose) expect.fail(`expected ${actual} to be within ${relative} of ${expected}`);
}
