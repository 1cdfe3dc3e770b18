import type { Tree } from './ensemble.js';

const FLOAT32_BITS = 24;

/**
 * Rounds all leaf values to multiples of one power of two, so coarse that float32 sums over the trees are
 * exact. Then neither the order of the trees nor the batch size can change a prediction.
 *
 * The unit is 2⁻ᵏ with trees · max|value| < 2²⁴⁻ᵏ (a float32 holds whole numbers below 2²⁴).
 */
export function roundLeavesToGrid(trees: readonly Tree[]): void {
  const largest = trees.reduce((max, tree) => tree.value.reduce((m, v) => Math.max(m, Math.abs(v)), max), 0);
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
