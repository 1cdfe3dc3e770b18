import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binColumns, cutColumns, midpointThreshold } from '#mlx/training/boosting/bin-columns.js';
import { binsAt, layOut } from '#mlx/training/boosting/layout.js';
import type { Matrix } from '#mlx/training/matrix.js';
import { matrixOf } from './tables.js';

const MOST_BINS = 255;

const column = (values: readonly number[]) => matrixOf(values.map((value) => [value]));

/** Cuts by the first `trainingRows` in that order, and bins all: the edges and the bin of each row, by column. */
async function binned(matrix: Matrix, trainingRows = matrix.rows, order: Int32Array | null = null) {
  const { rows } = matrix;
  const { cuts, hasMissing } = await cutColumns(matrix, order, trainingRows, MOST_BINS, undefined);
  const layout = layoutFor(cuts, hasMissing, rows, trainingRows);
  await binColumns(matrix, order, cuts, layout, undefined);
  const bytes = new Uint8Array(layout.memory.buffer);
  const bins = cuts.map((_, column) =>
    Array.from({ length: rows }, (_, row) => bytes[binsAt(layout, column) + 2 * row]!),
  );
  return { cuts, bins };
}

function layoutFor(
  cuts: readonly Float32Array[],
  hasMissing: Uint8Array,
  rows: number,
  trainingRows: number,
) {
  const bins = Int32Array.from(cuts, ({ length }) => length);
  return layOut({ rows, trainingRows, bins, hasMissing, outputs: 1, isWeighted: false, numLeaves: 2 });
}

function sizesOf(bins: readonly number[], count: number): number[] {
  const sizes = new Array<number>(count).fill(0);
  for (const bin of bins) sizes[bin]!++;
  return sizes;
}

describe('the bins of a column', () => {
  it('are one per distinct value where there are at most 255, and end midway between two', async () => {
    const { cuts, bins } = await binned(column([5, -1, 5, 0, -0, 3.5]));
    expect(bins).toEqual([[3, 0, 3, 1, 1, 2]]);
    expect([...cuts[0]!]).toEqual([-0.5, 1.75, 4.25, Number.POSITIVE_INFINITY]);
  });

  it('rise with the values, whatever these are', async () => {
    const float = fc.float({ noNaN: true });
    await fc.assert(
      fc.asyncProperty(fc.array(float, { minLength: 1, maxLength: 900 }), async (values) => {
        const { cuts, bins } = await binned(column(values));
        const edges = [Number.NEGATIVE_INFINITY, ...cuts[0]!];
        expect(edges.length).toBeLessThanOrEqual(MOST_BINS + 1);
        values.forEach((value, row) => {
          const bin = bins[0]![row]!;
          expect(value <= edges[bin + 1]! && (bin === 0 || value > edges[bin]!)).toBe(true);
        });
        const used = new Set(bins[0]);
        expect(used.size).toBe(cuts[0]!.length);
      }),
    );
  });

  it('are of about equal size where values are many', async () => {
    const { cuts, bins } = await binned(column(Array.from({ length: 20_400 }, (_, i) => Math.sqrt(i))));
    expect(cuts[0]).toHaveLength(255);
    expect(new Set(sizesOf(bins[0]!, 255))).toEqual(new Set([80]));
  });

  it('come from a sample of a big table, which hides none of few values', async () => {
    const values = Array.from({ length: 60_000 }, (_, i) => [Math.sqrt(i), i === 77 ? 5 : i % 2]);
    const { cuts, bins } = await binned(matrixOf(values));
    expect(cuts.map(({ length }) => length)).toEqual([255, 3]);
    const sizes = sizesOf(bins[0]!, 255);
    expect(Math.min(...sizes)).toBeGreaterThan(100);
    expect(Math.max(...sizes)).toBeLessThan(500);
    expect(bins[1]!.filter((bin) => bin === 2)).toHaveLength(1);
  });

  it('leave a frequent value one of its own among many others', async () => {
    const values = Array.from({ length: 20_000 }, (_, i) => (i % 2 === 0 ? 0 : (i - 10_000) / 7));
    const { cuts, bins } = await binned(column(values));
    const zero = bins[0]![0]!;
    expect(bins[0]!.filter((bin) => bin === zero)).toHaveLength(10_000);
    expect(cuts[0]!.length).toBeGreaterThan(200);
  });

  it('have missing values after them', async () => {
    const { bins } = await binned(column([Number.NaN, -3e38, Number.NEGATIVE_INFINITY, 2]));
    expect(bins).toEqual([[3, 1, 0, 2]]);
  });

  it('are cut by the training rows alone, in whatever order these stand', async () => {
    const matrix = matrixOf([
      [1, 9, Number.NaN],
      [7, 9, 4],
      [3, 8, Number.NaN],
      [2, 9, Number.NaN],
    ]);
    const { cuts, bins } = await binned(matrix, 3, Int32Array.of(3, 0, 2, 1));
    expect(cuts.map((edges) => [...edges])).toEqual([
      [1.5, 2.5, Number.POSITIVE_INFINITY],
      [8.5, Number.POSITIVE_INFINITY],
      [],
    ]);
    expect(bins).toEqual([
      [1, 0, 2, 2],
      [1, 1, 0, 1],
      [0, 0, 0, 0],
    ]);
  });

  it('are not made once training is aborted', async () => {
    const matrix = column([1, 2]);
    const signal = AbortSignal.abort();
    await expect(cutColumns(matrix, null, 2, MOST_BINS, signal)).rejects.toThrow('aborted');
    const cuts = [Float32Array.of(Number.POSITIVE_INFINITY)];
    const layout = layoutFor(cuts, Uint8Array.of(0), 2, 2);
    await expect(binColumns(matrix, null, cuts, layout, signal)).rejects.toThrow('aborted');
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
