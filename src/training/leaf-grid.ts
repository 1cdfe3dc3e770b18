import { compensatedSum } from '../stats/sum.js';
import type { Tree } from './ensemble.js';

const FLOAT32_BITS = 24;

/**
 * Rounds all leaf values to multiples of one power of two, so coarse that float32 sums over the trees are
 * exact. Then neither the order of the trees nor the batch size can change a prediction.
 *
 * The unit is 2⁻ᵏ with trees · max|value| < 2²⁴⁻ᵏ (a float32 holds whole numbers below 2²⁴).
 */
export function roundLeavesToGrid(trees: readonly Tree[]): void {
  let largest = 0;
  for (const { value } of trees) {
    for (let i = 0; i < value.length; i++) largest = Math.max(largest, Math.abs(value[i] as number));
  }
  const unit = gridUnit(trees.length, largest);
  for (const { value } of trees) {
    for (let i = 0; i < value.length; i++) value[i] = Math.round((value[i] as number) / unit) * unit;
  }
}

/** The smallest unit for that many trees with leaf values up to `largest`. */
export function gridUnit(trees: number, largest: number): number {
  if (largest === 0) return 1;
  let unit = 2 ** (Math.floor(Math.log2(trees * largest)) - FLOAT32_BITS);
  while (trees * Math.round(largest / unit) >= 2 ** FLOAT32_BITS) unit *= 2;
  return unit;
}

/** The base value of a regression: leaves hold differences from it, so that the grid is as fine as can be. */
export function meanOf(target: Float64Array, weights?: Float64Array): number {
  const rows = target.length;
  if (weights === undefined) return compensatedSum(rows, (row) => target[row] as number) / rows;
  const sum = compensatedSum(rows, (row) => (weights[row] as number) * (target[row] as number));
  return sum / compensatedSum(rows, (row) => weights[row] as number);
}
