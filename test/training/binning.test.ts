import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BIN_STRIDE, binMatrix, midpointThreshold } from '#mlx/training/binning.js';
import { MAX_BINS } from '#mlx/training/quantile-cut.js';
import { matrixOf } from './tables.js';

const column = (values: readonly number[]) => matrixOf(values.map((value) => [value]));

describe('binMatrix', () => {
  it('gives every distinct value its own bin where there are at most 255', async () => {
    const binned = await binMatrix(column([5, -1, 5, 0, -0, 3.5]));
    expect([...binned.bins]).toEqual([3, 0, 3, 1, 1, 2]);
    expect(binned.binCounts[0]).toBe(4);
  });

  it('keeps the order of the values, overlaps nowhere and covers the values of each bin', async () => {
    const float = fc.float({ noNaN: true });
    await fc.assert(
      fc.asyncProperty(fc.array(float, { minLength: 1, maxLength: 900 }), async (values) => {
        const { bins, binCounts, smallest, largest } = await binMatrix(column(values));
        expect(binCounts[0]).toBeLessThanOrEqual(MAX_BINS);
        values.forEach((value, row) => {
          const bin = bins[row]!;
          expect(value >= smallest[bin]! && value <= largest[bin]!).toBe(true);
        });
        for (let bin = 1; bin < binCounts[0]!; bin++) expect(smallest[bin]! > largest[bin - 1]!).toBe(true);
      }),
    );
  });

  it('cuts many distinct values into bins of about equal size', async () => {
    const { bins, binCounts } = await binMatrix(
      column(Array.from({ length: 25_500 }, (_, i) => Math.sqrt(i))),
    );
    const sizes = new Float64Array(binCounts[0]!);
    for (const bin of bins) sizes[bin]!++;
    expect(binCounts[0]).toBe(255);
    expect([...sizes].every((size) => size === 100)).toBe(true);
  });

  it('cuts a big table by a sample, and still gives each of few values its own bin', async () => {
    const values = Array.from({ length: 60_000 }, (_, i) => [Math.sqrt(i), i === 77 ? 5 : i % 2]);
    const { bins, binCounts, smallest, largest } = await binMatrix(matrixOf(values));
    expect([...binCounts]).toEqual([255, 3]);
    const sizes = new Float64Array(255);
    let misplaced = 0;
    for (let row = 0; row < 60_000; row++) {
      const bin = bins[row]!;
      sizes[bin]!++;
      const value = Math.fround(Math.sqrt(row));
      if (!(value >= smallest[bin]! && value <= largest[bin]!)) misplaced++;
    }
    expect(misplaced).toBe(0);
    expect(Math.min(...sizes)).toBeGreaterThan(100);
    expect(Math.max(...sizes)).toBeLessThan(500);
    expect(bins.subarray(60_000).filter((bin) => bin === 2)).toHaveLength(1);
  });

  it('gives a frequent value a bin of its own among many others', async () => {
    const values = Array.from({ length: 20_000 }, (_, i) => (i % 2 === 0 ? 0 : (i - 10_000) / 7));
    const { bins, binCounts, smallest, largest } = await binMatrix(column(values));
    const zero = bins[0]!;
    expect([smallest[zero], largest[zero]]).toEqual([0, 0]);
    expect(binCounts[0]).toBeGreaterThan(200);
  });

  it('treats NaN as smaller than every value', async () => {
    const { bins } = await binMatrix(column([Number.NaN, -3e38, Number.NEGATIVE_INFINITY, 2]));
    expect([...bins]).toEqual([0, 1, 0, 2]);
  });

  it('bins each column by itself', async () => {
    const { bins, binCounts, largest } = await binMatrix(
      matrixOf([
        [1, 9],
        [2, 9],
        [3, 8],
      ]),
    );
    expect([...bins]).toEqual([0, 1, 2, 1, 1, 0]);
    expect([...binCounts]).toEqual([3, 2]);
    expect(largest[BIN_STRIDE + 1]).toBe(9);
  });

  it('stops when it is aborted', async () => {
    await expect(binMatrix(column([1, 2]), AbortSignal.abort())).rejects.toThrow('aborted');
  });
});

describe('midpointThreshold', () => {
  it('lies at or above the left and below the right value, as a float32', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true }), fc.float({ noNaN: true }), (x, y) => {
        fc.pre(x < y);
        const threshold = midpointThreshold(x, y);
        expect(threshold >= x && threshold < y).toBe(true);
        expect(Math.fround(threshold)).toBe(threshold);
      }),
    );
  });

  it.each([
    [1, 2, 1.5],
    [1, 1 + 2 ** -23, 1],
    [Number.NEGATIVE_INFINITY, 3, Number.NEGATIVE_INFINITY],
    [3, Number.POSITIVE_INFINITY, 3],
    [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ])('between %d and %d is %d', (a, b, expected) => {
    expect(midpointThreshold(a, b)).toBe(expected);
  });
});
