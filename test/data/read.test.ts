import { describe, expect, it, test } from 'vitest';
import { decodeText } from '#mlx/data/cell.js';
import { parseTableText, readBatches, readTable, type TableBatch } from '#mlx/data/read.js';
import type { ColumnSchema, Schema } from '#mlx/data/schema.js';
import { cellText, type Table } from '#mlx/data/table.js';
import { failure, temporaryFolder } from './temporary.js';

const { put } = temporaryFolder();

const column = (
  name: string,
  type: ColumnSchema['type'],
  rest: Partial<ColumnSchema> = {},
): ColumnSchema => ({
  name,
  type,
  role: 'feature',
  missing: 0,
  unique: 2,
  ...rest,
});
const schema: Schema = {
  version: 1,
  rows: 2,
  columns: [
    column('age', 'integer'),
    column('city', 'category'),
    column('paid', 'boolean'),
    column('when', 'time', { timeFormat: 'dmy' }),
    column('note', 'text', { role: 'ignore' }),
    column('y', 'category', { role: 'target' }),
  ],
};

function rowsOf(table: Table): string[][] {
  return Array.from({ length: table.rows }, (_, row) => table.columns.map((cells) => cellText(cells, row)));
}

describe('a table read by a schema', () => {
  it('has the columns of the schema in its order, whatever the order and the rest of the file', async () => {
    const text = 'extra,y,when,paid,city,age\n?,no,31/12/11,TRUE,Oslo,39\n?,,,,,\n';
    const { table, anomalies } = await readTable(put(text), { schema });
    expect(table.columns.map(({ name }) => name)).toEqual(['age', 'city', 'paid', 'when', 'y']);
    expect(rowsOf(table)).toEqual([
      ['39', 'Oslo', 'true', '2011-12-31T00:00:00Z', 'no'],
      ['', '', '', '', ''],
    ]);
    expect(anomalies).toEqual([]);
    expect(rowsOf(parseTableText(text, schema))).toEqual(rowsOf(table));
  });

  it('may lack the target and what is ignored, but no feature', async () => {
    expect((await readTable(put('age,city,paid,when\n1,a,true,1/1/20\n'), { schema })).table.rows).toBe(1);
    const error = await failure(() => readTable(put('age,ctiy,paid\n1,a,true\n'), { schema }));
    expect(error.code).toBe('DATA_INVALID');
    expect(error.message).toMatch(/lacks the columns "city", "when"/);
    expect(error.hint).toBe('Did you mean "ctiy"?');
  });

  it('must have each column that is asked for', async () => {
    const { table } = await readTable(put('age,y\n1,a\n'), { schema, columns: ['y', 'age'] });
    expect(table.columns.map(({ name }) => name)).toEqual(['age', 'y']);
    expect(await failure(() => readTable(put('age\n1\n'), { schema, columns: ['y', 'age'] }))).toMatchObject({
      code: 'DATA_INVALID',
    });
    expect(await failure(() => readTable(put('age\n1\n'), { schema, columns: ['agee'] }))).toMatchObject({
      code: 'COLUMN_NOT_FOUND',
      hint: 'Did you mean "age"?',
    });
  });

  it('names the first cells that do not decode, in row order, and counts the rest', async () => {
    const bad =
      'age,city,paid,when\n1,a,true,1/1/20\nx,a,maybe,1/1/20\n2,"new\nline",false,13/13/20\n12abc,a,maybe,\n0x1,,yes,\n';
    const error = await failure(() => readTable(put(bad), { schema }));
    expect(error.code).toBe('DATA_INVALID');
    expect(error.message).toMatch(/7 cells do not fit/);
    expect(error.message).toContain('column "age", row 2 (line 3): expected a number, got "x"');
    expect(error.message).toContain(
      'column "when", row 3 (line 4): expected a date written day/month/year, got "13/13/20"',
    );
    expect(error.message).toContain('column "age", row 4 (line 6): expected a number, got "12abc"');
    expect(error.message).toMatch(/and 2 more/);
    expect(error.details).toMatchObject({ count: 7 });
    expect((await failure(() => parseTableText(bad, schema))).message).toContain('row 2 (line 3)');
  });

  test.each<[string, string, string]>([
    ['an empty body', '', 'DATA_EMPTY'],
    ['a header only', 'age,city,paid,when\n', 'DATA_EMPTY'],
    ['a short row', 'age,city,paid,when\n1,2\n', 'DATA_MALFORMED'],
    ['an empty name', 'age,city,paid,when,\n1,2,true,1/1/20,\n', 'HEADER_INVALID'],
  ])('a request body that is %s is refused', async (_, text, code) => {
    expect(await failure(() => parseTableText(text, schema))).toMatchObject({ code });
  });

  it('decodes each cell as the one decoder does, quoted or not', async () => {
    const cells = [
      '1',
      ' 2.5',
      '1e3',
      '1e-7',
      '.5',
      '',
      'NA',
      '+7',
      '-0.0',
      '123456789.123456789',
      '1e22',
      '1e23',
      '4e-23',
    ];
    for (const quote of ['', '"']) {
      const text = `age,z\n${cells.map((cell) => `${quote}${cell}${quote},0`).join('\n')}\n`;
      const { table } = await readTable(put(text), { schema, columns: ['age'] });
      const [age] = table.columns;
      if (age?.kind !== 'number') throw new Error('age is a number');
      expect([...age.values]).toEqual(
        cells.map((cell) => decodeText({ type: 'number' }, cell) ?? Number.NaN),
      );
    }
  });
});

describe('a table read in batches', () => {
  const rows = Array.from({ length: 25 }, (_, i) => [String(i), `c${i % 3}`, `id ${i}`] as const);
  const file = () => put(`age,city,key\n${rows.map(([a, b, c]) => `${a},${b},"${c}"`).join('\n')}\n`);
  const plain = () => put(`age,city,key\n${rows.map((row) => row.join(',')).join('\n')}\n`);

  async function collect(path: string, options: Parameters<typeof readBatches>[2]): Promise<TableBatch[]> {
    const batches = [];
    for await (const batch of readBatches(path, schema, options)) batches.push(batch);
    return batches;
  }

  test.each([1, 4, 5, 24, 25, 26, 1_000_000_000])(
    'of %d rows, has every row once and in order',
    async (batchRows) => {
      for (const path of [file(), plain()]) {
        for (const chunkBytes of [undefined, 13]) {
          const batches = await collect(path, {
            batchRows,
            columns: ['age', 'city'],
            extra: ['key', 'age'],
            chunkBytes,
          });
          expect(batches.map(({ table }) => table.rows).reduce((a, b) => a + b)).toBe(25);
          expect(batches.slice(0, -1).every(({ table }) => table.rows === batchRows)).toBe(true);
          expect(batches.map(({ firstRow }) => firstRow)).toEqual(batches.map((_, i) => i * batchRows));
          expect(batches.flatMap(({ table }) => rowsOf(table))).toEqual(rows.map(([a, b]) => [a, b]));
          expect(batches.flatMap(({ extra }) => extra.get('key') ?? [])).toEqual(
            rows.map(([, , key]) => key),
          );
          expect(batches.flatMap(({ extra }) => extra.get('age') ?? [])).toEqual(rows.map(([age]) => age));
        }
      }
    },
  );

  it('names a bad cell by its row in the file', async () => {
    const path = put('age,city\n1,a\n2,a\n3,a\nx,a\n');
    const error = await failure(() => collect(path, { batchRows: 3, columns: ['age'] }));
    expect(error.message).toContain('column "age", row 4 (line 5): expected a number, got "x"');
  });

  it('refuses what is not there', async () => {
    expect(await failure(() => collect(put('age\n1\n'), { batchRows: 3, columns: ['city'] }))).toMatchObject({
      code: 'DATA_INVALID',
    });
    expect(
      await failure(() => collect(put('age\n1\n'), { batchRows: 3, columns: ['age'], extra: ['id'] })),
    ).toMatchObject({ code: 'COLUMN_NOT_FOUND' });
    expect(await failure(() => collect(put('age\n'), { batchRows: 3, columns: ['age'] }))).toMatchObject({
      code: 'DATA_EMPTY',
    });
  });
});
