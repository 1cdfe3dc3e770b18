import { describe, expect, it } from 'vitest';
import { type NumberColumn, type Table, takeRows } from '#mlx/data/table.js';
import { permutationImportance } from '#mlx/modeling/permutation-importance.js';
import { createRandom } from '#mlx/stats/random.js';
import type { Matrix } from '#mlx/training/matrix.js';
import { numbers, tableOf } from '../features/tables.js';

const TABLE = tableOf([
  numbers('a', [1, 2, 3, 4, 5, 6]),
  numbers('b', [2, 7, 1, 8, 2, 8]),
  numbers('c', [0, 1, 0, 1, 0, 1]),
]);
const COLUMNS = ['a', 'b', 'c'];

/** a, b and their product. */
function features(table: Table): Promise<Matrix> {
  const [a, b] = table.columns as NumberColumn[];
  const data = Float32Array.from({ length: table.rows * 3 }, (_, i) => {
    const row = Math.floor(i / 3);
    return [a!.values[row]!, b!.values[row]!, a!.values[row]! * b!.values[row]!][i % 3]!;
  });
  return Promise.resolve({ rows: table.rows, columns: 3, data });
}

const SOURCES = [[0], [1], [0, 1]];

/** Minus the mean absolute error of a + product against what the whole rows give. */
function scoring(weights: readonly number[], table: Table) {
  const sumAt = (data: ArrayLike<number>, at: number) =>
    weights.reduce((sum, w, k) => sum + w * data[at + k]!, 0);
  const truth = features(table);
  return async () => {
    const { data: known } = await truth;
    return (matrix: Matrix, rows: Int32Array) => {
      let error = 0;
      for (let row = 0; row < matrix.rows; row++)
        error += Math.abs(sumAt(matrix.data, 3 * row) - sumAt(known, 3 * rows[row]!));
      return -error / matrix.rows;
    };
  };
}

describe('permutation importance', () => {
  it('is the mean drop over shuffles of the raw column, as calculated by hand', async () => {
    const score = await scoring([1, 0, 1], TABLE)();
    const result = await permutationImportance({
      table: TABLE,
      columns: COLUMNS,
      sources: SOURCES,
      features,
      score,
      seed: 7,
    });
    expect(result).toMatchObject({ rows: 6, repeats: 5, score: -0 });
    for (const [place, column] of COLUMNS.entries()) {
      const random = createRandom(7, place);
      const drops: number[] = [];
      for (let repeat = 0; repeat < 5; repeat++) {
        const order = Int32Array.from([0, 1, 2, 3, 4, 5]);
        random.shuffle(order);
        const shuffled = takeRows(TABLE, order).columns[place]!;
        const columns = TABLE.columns.map((own, index) => (index === place ? shuffled : own));
        const [a, b] = columns as NumberColumn[];
        const [x, y] = TABLE.columns as NumberColumn[];
        const misses = Array.from({ length: 6 }, (_, row) =>
          Math.abs(a!.values[row]! * (1 + b!.values[row]!) - x!.values[row]! * (1 + y!.values[row]!)),
        );
        drops.push(misses.reduce((sum, miss) => sum + miss, 0) / 6);
      }
      const mean = drops.reduce((sum, drop) => sum + drop, 0) / 5;
      const sd = Math.sqrt(drops.reduce((sum, drop) => sum + (drop - mean) ** 2, 0) / 5);
      const own = result.columns.find((permuted) => permuted.column === column)!;
      expect(own.mean).toBeCloseTo(mean, 5);
      expect(own.sd).toBeCloseTo(sd, 5);
    }
    expect(result.columns.at(-1)).toEqual({ column: 'c', mean: 0, sd: 0 });
  });

  it('shuffles features in place where they are made of one column, which gives the same as computing them anew', async () => {
    const score = await scoring([1, 1, 0], TABLE)();
    const spec = { table: TABLE, columns: COLUMNS, features, score, seed: 3 };
    let computed = 0;
    const counted = (table: Table) => {
      computed++;
      return features(table);
    };
    const fast = await permutationImportance({ ...spec, features: counted, sources: [[0], [1], []] });
    expect(computed).toBe(1);
    expect(
      await permutationImportance({
        ...spec,
        sources: [
          [0, 1],
          [0, 1],
          [0, 1],
        ],
      }),
    ).toEqual(fast);
  });

  it('samples the rows of large tables and tells how many', async () => {
    const values = Array.from({ length: 20_000 }, (_, row) => row);
    const table = tableOf([numbers('a', values), numbers('b', values), numbers('c', values)]);
    const score = await scoring([1, 0, 0], table)();
    const result = await permutationImportance({
      table,
      columns: COLUMNS,
      sources: SOURCES,
      features,
      score,
      seed: 0,
      repeats: 1,
    });
    expect(result).toMatchObject({ rows: 5000, repeats: 1 });
    expect(result.score).toBeCloseTo(0, 12);
  });
});
