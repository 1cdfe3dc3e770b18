import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gridUnit } from '#mlx/training/leaf-grid.js';

const largest = fc.double({ min: 1e-30, max: 1e30, noNaN: true });
const trees = fc.integer({ min: 1, max: 100_000 });

describe('the leaf grid', () => {
  it('has a power of two as unit, the smallest on which float32 sums of all trees are exact', () => {
    fc.assert(
      fc.property(trees, largest, (count, value) => {
        const unit = gridUnit(count, value);
        expect(Number.isInteger(Math.log2(unit))).toBe(true);
        const worst = (size: number) => count * Math.round(value / size);
        expect(worst(unit)).toBeLessThan(2 ** 24);
        expect(worst(unit / 2)).toBeGreaterThanOrEqual(2 ** 24);
      }),
    );
  });

  it.each([
    [100, 1, 2 ** -17],
    [128, 1, 2 ** -16],
    [1, 0, 1],
  ])('for %d trees with values up to %d is %d', (count, value, unit) => {
    expect(gridUnit(count, value)).toBe(unit);
  });
});
