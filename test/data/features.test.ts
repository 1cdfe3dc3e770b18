import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it, test } from 'vitest';
import { readTable } from '#mlx/data/read.js';
import type { Column } from '#mlx/data/table.js';
import { openFeatureWriter } from '#mlx/data/write.js';
import { seededRandom } from './random-table.js';
import { failure, temporaryFolder } from './temporary.js';

const { path, put } = temporaryFolder();
const leftovers = () => readdirSync(dirname(path('x'))).filter((name) => name.endsWith('.tmp'));

/** What DuckDB reads: column names, and rows of cells as text. */
async function duckdb(
  file: string,
  order = '',
): Promise<{ names: string[]; types: string[]; rows: unknown[][] }> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const result = await connection.run(`SELECT * FROM '${file.replaceAll("'", "''")}' ${order}`);
    const rows = (await result.getRows()).map((row) =>
      row.map((cell) => (typeof cell === 'number' || cell === null ? cell : String(cell))),
    );
    return { names: result.columnNames(), types: result.columnTypes().map(String), rows };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const EXTRA = [
  { name: 'say "hi", é', kind: 'string' },
  { name: 'y', kind: 'number' },
  { name: 't', kind: 'time' },
] as const;

function extraOf(
  texts: readonly (string | null)[],
  numbers: readonly number[],
  times: readonly number[],
): Column[] {
  const levels = [...new Set(texts.filter((text) => text !== null))];
  const codeOf = new Map(levels.map((level, code) => [level, code]));
  const codes = Int32Array.from(texts, (text) => (text === null ? -1 : (codeOf.get(text) ?? -1)));
  return [
    { kind: 'string', name: EXTRA[0].name, codes, levels },
    { kind: 'number', name: 'y', values: Float64Array.from(numbers) },
    { kind: 'time', name: 't', values: Float64Array.from(times) },
  ];
}

describe('a Parquet file of features', () => {
  it('has the same float32, doubles, texts and times when DuckDB reads it; missing is null', async () => {
    const file = path("it's.parquet");
    const writer = await openFeatureWriter(file, ['f', 'g"'], EXTRA);
    const extra = extraOf(
      ['a,b', null, 'it"s\nso 😀'],
      [0.1, Number.NaN, 1e300],
      [-86_400.0, Number.NaN, 253_402_300_799],
    );
    const matrix = Float32Array.of(0.1, 1, Number.NaN, -2.5, 3e-20, 1e20);
    await writer.write({ matrix, rows: 3, extra });
    await writer.close();
    const { names, types, rows } = await duckdb(file);
    expect(names).toEqual(['f', 'g"', 'say "hi", é', 'y', 't']);
    expect(types).toEqual(['FLOAT', 'FLOAT', 'VARCHAR', 'DOUBLE', 'TIMESTAMP WITH TIME ZONE']);
    expect(rows.map((row) => row.slice(0, 4))).toEqual([
      [matrix[0], 1, 'a,b', 0.1],
      [null, -2.5, null, null],
      [matrix[4], matrix[5], 'it"s\nso 😀', 1e300],
    ]);
    expect(rows.map((row) => row[4])).toEqual([
      expect.stringMatching(/^1969-12-31 00:00:00/),
      null,
      expect.stringMatching(/^9999-12-31 23:59:59/),
    ]);
  });

  it('keeps names that differ in case alone', async () => {
    const file = path('case.parquet');
    const writer = await openFeatureWriter(file, ['a', 'A', 'ä', 'Ä'], [{ name: 'a ', kind: 'number' }]);
    const extra: Column[] = [{ kind: 'number', name: 'a ', values: Float64Array.of(5) }];
    await writer.write({ matrix: Float32Array.of(1, 2, 3, 4), rows: 1, extra });
    await writer.close();
    expect((await duckdb(file)).rows).toEqual([[1, 2, 3, 4, 5]]);
  });

  test.each([1, 1000, 70_000])(
    'is the same in batches of %d rows, over several row groups, with few and with many distinct values',
    async (batchRows) => {
      const rows = batchRows === 70_000 ? 140_000 : 3000;
      const width = batchRows === 70_000 ? 6 : 300;
      const random = seededRandom(batchRows);
      const value = (row: number, column: number) => {
        if (column === 0) return row;
        if (column === 1) return row % 3;
        if (column === 2) return row < 20 ? Number.NaN : random();
        if (column === 3) return Number.NaN;
        if (column === 4) return random() < 0.2 ? Number.NaN : Math.floor(random() * 300) / 7;
        return column === 5 ? -0 : 2.5;
      };
      const matrix = Float32Array.from({ length: rows * width }, (_, i) =>
        value(Math.floor(i / width), i % width),
      );
      const texts = Array.from({ length: rows }, (_, row) => (row % 5 === 0 ? null : `level ${row % 700}`));
      const ids = Array.from({ length: rows }, (_, row) => `id-${row}`);
      const file = path(`batches-${batchRows}.parquet`);
      const names = Array.from({ length: width }, (_, i) => `f${i}`);
      const writer = await openFeatureWriter(file, names, [
        { name: 'text', kind: 'string' },
        { name: 'id', kind: 'string' },
      ]);
      for (let from = 0; from < rows; from += batchRows) {
        const end = Math.min(rows, from + batchRows);
        const column = (name: string, cells: readonly (string | null)[]): Column => ({
          ...(extraOf(cells.slice(from, end), [], [])[0] as Column & { kind: 'string' }),
          name,
        });
        const extra = [column('text', texts), column('id', ids)];
        const batch = matrix.slice(from * width, end * width);
        await writer.write({ matrix: batch, rows: end - from, extra });
        batch.fill(99);
      }
      await writer.close();
      const table = await duckdb(file);
      expect(table.rows.length).toBe(rows);
      const wrong = table.rows.findIndex((row, at) => {
        const floats = names.every((_, i) => {
          const expected = matrix[at * width + i] as number;
          return Number.isNaN(expected) ? row[i] === null : Object.is(row[i], expected);
        });
        return !floats || row[width] !== texts[at] || row[width + 1] !== ids[at];
      });
      expect(wrong).toBe(-1);
    },
  );

  it('of no rows has its columns', async () => {
    const file = path('none.parquet');
    const writer = await openFeatureWriter(file, ['f'], [{ name: 's', kind: 'string' }]);
    await writer.close();
    expect(await duckdb(file)).toMatchObject({ names: ['f', 's'], rows: [] });
  });
});

describe('a CSV file of features', () => {
  const names = ['f', 'F'];
  const rows = 30_000;
  const random = seededRandom(1);
  const matrix = Float32Array.from({ length: rows * 2 }, () =>
    random() < 0.1 ? Number.NaN : random() * 100,
  );
  const texts = Array.from({ length: rows }, (_, row) => (row % 7 === 0 ? null : `a "${row % 9000}", b`));
  const extra = extraOf(
    texts,
    Array.from({ length: rows }, () => random()),
    Array.from({ length: rows }, (_, row) => row * 3600),
  );

  async function write(file: string, batchRows: number): Promise<Buffer> {
    const writer = await openFeatureWriter(file, names, EXTRA);
    for (let from = 0; from < rows; from += batchRows) {
      const end = Math.min(rows, from + batchRows);
      const part = extra.map((column) =>
        column.kind === 'string'
          ? { ...column, codes: column.codes.slice(from, end) }
          : { ...column, values: column.values.slice(from, end) },
      );
      const batch = matrix.slice(from * 2, end * 2);
      await writer.write({ matrix: batch, rows: end - from, extra: part });
      batch.fill(99);
      for (const column of part) if (column.kind === 'string') column.codes.fill(0);
    }
    expect(existsSync(file)).toBe(false);
    await writer.close();
    return readFileSync(file);
  }

  it('reads back as it was, whatever the batches, compressed or not', async () => {
    const whole = await write(path('whole.csv'), rows);
    expect((await write(path('parts.csv'), 777)).equals(whole)).toBe(true);
    expect(gunzipSync(await write(path('parts.csv.gz'), 5000)).equals(whole)).toBe(true);
    const { table } = await readTable(path('whole.csv'));
    expect(table.rows).toBe(rows);
    for (const [at, column] of table.columns.slice(0, 2).entries()) {
      if (column.kind !== 'number') throw new Error('a feature is a number');
      const back = column.values.map(Math.fround);
      expect(back.every((value, row) => Object.is(value, matrix[row * 2 + at]))).toBe(true);
    }
    const text = table.columns[2];
    if (text?.kind !== 'string') throw new Error('it is text');
    expect(Array.from(text.codes, (code) => text.levels[code] ?? null)).toEqual(texts);
    expect(table.columns.slice(3).map((column) => column.kind !== 'string' && column.values)).toEqual(
      extra.slice(1).map((column) => column.kind !== 'string' && column.values),
    );
  });
});

describe('any file of features', () => {
  test.each(['x.csv', 'x.csv.gz', 'x.parquet'])(
    '%s leaves the old file alone when it is given up',
    async (name) => {
      const file = put('old', name);
      const writer = await openFeatureWriter(file, ['a']);
      await writer.write({ matrix: new Float32Array(100_000), rows: 100_000, extra: [] });
      await writer.discard();
      expect(readFileSync(file, 'utf8')).toBe('old');
      expect(leftovers()).toEqual([]);
    },
  );

  test.each(['y.csv', 'y.csv.gz', 'y.parquet'])(
    '%s takes only what was announced, and goes away else',
    async (name) => {
      const file = path(name);
      const column: Column = { kind: 'number', name: 'n', values: Float64Array.of(1) };
      for (const batch of [
        { matrix: Float32Array.of(1, 2), rows: 1, extra: [column] },
        { matrix: Float32Array.of(1), rows: 1, extra: [] },
        { matrix: Float32Array.of(1), rows: 1, extra: [{ ...column, kind: 'time' as const }] },
        { matrix: Float32Array.of(1, 2), rows: 2, extra: [column] },
      ]) {
        const writer = await openFeatureWriter(file, ['a'], [{ name: 'n', kind: 'number' }]);
        await expect(writer.write(batch)).rejects.toThrow(RangeError);
        expect(existsSync(file)).toBe(false);
        expect(leftovers()).toEqual([]);
      }
    },
  );

  it('has each name once', async () => {
    expect(
      await failure(() => openFeatureWriter(path('z.csv'), ['a', 'b'], [{ name: 'b', kind: 'number' }])),
    ).toMatchObject({ code: 'HEADER_INVALID', message: expect.stringContaining('"b"') });
  });
});
