import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binColumns, cutColumns, midpointThreshold } from '#mlx/training/boosting/bin-columns.js';
import { binsAt, layOut } from '#mlx/training/boosting/layout.js';
import type { Matrix } from '#mlx/training/matrix.js';
import { matrixOf } from './tables.js';

interface Binned {
  /** By column, in the order of the rows. */
  readonly bins: readonly (readonly number[])[];
  readonly cuts: readonly Float32Array[];
  readonly hasMissing: readonly number[];
}

async function binned(matrix: Matrix, mostBins = 255, order: Int32Array | null = null): Promise<Binned> {
  const { rows } = matrix;
  const { cuts, hasMissing } = await cutColumns(matrix, order, rows, mostBins, undefined);
  const layout = layOut({
    rows,
    trainingRows: rows,
    bins: Int32Array.from(cuts, ({ length }) => length),
    hasMissing,
    outputs: 1,
    isWeighted: false,
    numLeaves: 2,
  });
  await binColumns(matrix, order, cuts, layout, undefined);
  const bytes = new Uint8Array(layout.memory.buffer);
  const bins = cuts.map((_, column) =>
    Array.from({ length: rows }, (_, row) => bytes[binsAt(layout, column) + 2 * row]!),
  );
  return { bins, cuts, hasMissing: [...hasMissing] };
}

const column = (values: readonly number[]) => matrixOf(values.map((value) => [value]));

describe('the bins of a column', () => {
  it('are one for every distinct value where there are no more than may be, and 0 is −0', async () => {
    const { bins, cuts } = await binned(column([5, -1, 5, 0, -0, 3.5]));
    expect(bins).toEqual([[3, 0, 3, 1, 1, 2]]);
    expect([...cuts[0]!]).toEqual([-0.5, 1.75, 4.25, Number.POSITIVE_INFINITY]);
  });

  it('hold the values up to their edge and above the edge before, whatever the values', async () => {
    const float = fc.float();
    await fc.assert(
      fc.asyncProperty(fc.array(float, { minLength: 1, maxLength: 900 }), async (values) => {
        const { bins, cuts, hasMissing } = await binned(column(values), 200);
        const edges = cuts[0]!;
        expect(edges.length).toBeLessThanOrEqual(200);
        expect(hasMissing).toEqual([values.some(Number.isNaN) ? 1 : 0]);
        values.forEach((value, row) => {
          const bin = bins[0]![row]!;
          if (Number.isNaN(value)) expect(bin).toBe(edges.length);
          else expect(value <= edges[bin]! && !(value <= (edges[bin - 1] ?? Number.NaN))).toBe(true);
        });
      }),
    );
  });

  it('are about equally full where values are many', async () => {
    const { bins, cuts } = await binned(column(Array.from({ length: 25_500 }, (_, i) => Math.sqrt(i))));
    const sizes = new Float64Array(cuts[0]!.length);
    for (const bin of bins[0]!) sizes[bin]!++;
    expect(sizes.length).toBe(255);
    expect(Math.max(...sizes)).toBeLessThan(250);
  });

  it('are cut by a sample of a big table, and a rare one of few values still has its own', async () => {
    const values = Array.from({ length: 60_000 }, (_, i) => [Math.sqrt(i), i === 77 ? 5 : i % 2]);
    const { bins, cuts } = await binned(matrixOf(values));
    expect(cuts.map(({ length }) => length)).toEqual([255, 3]);
    const sizes = new Float64Array(255);
    for (const bin of bins[0]!) sizes[bin]!++;
    expect(Math.min(...sizes)).toBeGreaterThan(100);
    expect(Math.max(...sizes)).toBeLessThan(500);
    expect(bins[1]!.filter((bin) => bin === 2)).toHaveLength(1);
  });

  it('are none where all values are missing', async () => {
    const { bins, cuts, hasMissing } = await binned(column([Number.NaN, Number.NaN]));
    expect({ bins, cuts: cuts.map(({ length }) => length), hasMissing }).toEqual({
      bins: [[0, 0]],
      cuts: [0],
      hasMissing: [1],
    });
  });

  it('follow the order that rows are trained in', async () => {
    const { bins } = await binned(
      matrixOf([
        [1, 9],
        [2, 9],
        [3, 8],
      ]),
      255,
      Int32Array.of(2, 0, 1),
    );
    expect(bins).toEqual([
      [2, 0, 1],
      [0, 1, 1],
    ]);
  });

  it('are not looked for any longer when training is aborted', async () => {
    const attempt = cutColumns(column([1, 2]), null, 2, 255, AbortSignal.abort());
    await expect(attempt).rejects.toThrow('aborted');
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
