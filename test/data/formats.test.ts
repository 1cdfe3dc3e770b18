import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it, test } from 'vitest';
import { csvLine } from '#mlx/csv-line.js';
import { readBatches, readTable } from '#mlx/data/read.js';
import type { Schema } from '#mlx/data/schema.js';
import { cellText, type Table } from '#mlx/data/table.js';
import { openFeatureWriter } from '#mlx/data/write.js';
import { failure, temporaryFolder } from './temporary.js';

const { path, put } = temporaryFolder();

type Value = number | boolean | string | null;

const NAMES = ['age', 'fare', 'paid', 'when', 'city', 'note', '__proto__', 'säy "hi", 😀'];
const CITIES = ['Oslo', 'Ås', 'say "hi"', 'two\nlines', 'a,b', 'tab\there', '😀'];
const rows: readonly (readonly Value[])[] = Array.from({ length: 300 }, (_, i) => [
  i % 17 === 0 ? null : (i * 7) % 90,
  i % 13 === 0 ? null : ((i * 31) % 1000) / 8 - 20,
  i % 11 === 0 ? null : i % 3 === 0,
  i % 19 === 0 ? null : `20${String(10 + (i % 20))}-0${1 + (i % 9)}-1${i % 10}T0${i % 10}:30:00Z`,
  i % 9 === 8 ? null : (CITIES[i % CITIES.length] as string),
  `free "text" ${i},\nof row ${i}`,
  i % 2,
  5,
]);

const cell = (value: Value) => (value === null ? '' : String(value));
const asObject = (row: readonly Value[]) =>
  `{${NAMES.map((name, i) => `${JSON.stringify(name)}:${JSON.stringify(row[i])}`).join(',')}}`;

async function parquet(file: string, sql: string): Promise<string> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`COPY (${sql}) TO '${file}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`);
  connection.closeSync();
  instance.closeSync();
  return file;
}

const sqlText = (text: string) => `'${text.replaceAll("'", "''")}'`;
const sqlName = (name: string) => `"${name.replaceAll('"', '""')}"`;

function sqlOf(names: readonly string[], table: readonly (readonly Value[])[]): string {
  const values = table.map(
    (row) =>
      `(${row.map((value) => (typeof value === 'string' ? sqlText(value) : String(value))).join(', ')})`,
  );
  const columns = names.map((name, i) => `${i === 3 ? `c${i}::timestamp` : `c${i}`} AS ${sqlName(name)}`);
  return `SELECT ${columns.join(', ')} FROM (VALUES ${values.join(', ')}) AS t(${names.map((_, i) => `c${i}`).join(', ')})`;
}

/** The same table as a file of each format. */
async function files(): Promise<Record<string, string>> {
  const csv = [NAMES, ...rows.map((row) => row.map(cell))].map((row) => csvLine(row)).join('');
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const tsv = [NAMES, ...rows.map((row) => row.map(cell))]
    .map((row) => `${row.map(quoted).join('\t')}\n`)
    .join('');
  const jsonl = rows.map((row) => `${asObject(row)}\n`).join('');
  const array = `[${rows.map(asObject).join(',\n ')}]`;
  return {
    csv: put(csv, 'same.csv'),
    'csv.gz': put(gzipSync(csv), 'same.csv.gz'),
    tsv: put(tsv, 'same.tsv'),
    jsonl: put(jsonl, 'same.jsonl'),
    'jsonl.gz': put(gzipSync(jsonl), 'same.jsonl.gz'),
    json: put(array, 'same.json'),
    'json in UTF-16': put(Buffer.from(`\ufeff${array}`, 'utf16le'), 'wide.json'),
    'json.gz': put(gzipSync(array), 'same.json.gz'),
    parquet: await parquet(path('same.parquet'), sqlOf(NAMES, rows)),
  };
}

function cells(table: Table): Record<string, string[]> {
  return Object.fromEntries(
    table.columns.map((column) => [
      `${column.kind} ${column.name}`,
      Array.from({ length: table.rows }, (_, row) => cellText(column, row)),
    ]),
  );
}

describe('the same table in every format', async () => {
  const same = await files();
  const expected = await readTable(same.csv as string);

  it('is what it is meant to be', () => {
    expect(expected.schema.columns.map(({ name, type }) => [name, type])).toEqual([
      ['age', 'integer'],
      ['fare', 'number'],
      ['paid', 'boolean'],
      ['when', 'time'],
      ['city', 'category'],
      ['note', 'text'],
      ['__proto__', 'integer'],
      ['säy "hi", 😀', 'integer'],
    ]);
    expect(expected.anomalies).toEqual([]);
  });

  test.each(Object.entries(same))('%s: same cells and schema, inferred', async (_, file) => {
    for (const chunkBytes of [undefined, 700]) {
      const { table, schema, anomalies } = await readTable(file, { chunkBytes });
      expect(schema).toEqual(expected.schema);
      expect(cells(table)).toEqual(cells(expected.table));
      expect(anomalies).toEqual([]);
    }
  });

  test.each(Object.entries(same))('%s: same cells by a schema, whole and in batches', async (_, file) => {
    const { schema } = expected;
    const columns = ['city', 'when', 'age', 'paid'];
    const whole = await readTable(file, { schema, columns });
    expect(cells(whole.table)).toEqual(
      cells((await readTable(same.csv as string, { schema, columns })).table),
    );
    const seen: Record<string, string[]>[] = [];
    const extra: string[] = [];
    const starts: number[] = [];
    for await (const batch of readBatches(file, schema, {
      batchRows: 77,
      columns,
      extra: ['fare', 'city'],
      chunkBytes: 999,
    })) {
      seen.push(cells(batch.table));
      starts.push(batch.firstRow);
      extra.push(...(batch.extra.get('city') ?? []), ...(batch.extra.get('fare') ?? []));
    }
    expect(starts).toEqual([0, 77, 154, 231]);
    expect(seen.flatMap((batch) => batch['string city'] ?? [])).toEqual(cells(whole.table)['string city']);
    expect(seen.flatMap((batch) => batch['time when'] ?? [])).toEqual(cells(whole.table)['time when']);
    expect(extra.slice(0, 77)).toEqual(rows.slice(0, 77).map((row) => cell(row[4] as Value)));
    expect(extra.slice(77, 154)).toEqual(rows.slice(0, 77).map((row) => cell(row[1] as Value)));
  });

  test.each(Object.entries(same))('%s: a cell that does not fit is named', async (_, file) => {
    const schema: Schema = {
      ...expected.schema,
      columns: expected.schema.columns.map((column) =>
        column.name === 'city' ? { ...column, type: 'number' } : column,
      ),
    };
    const error = await failure(() => readTable(file, { schema }));
    expect(error.code).toBe('DATA_INVALID');
    expect(error.message).toMatch(/column "city", row 1 \(line \d+\): expected a number, got "Oslo"/);
    expect(error.message).toContain(file);
  });

  it('is told by its first bytes where the ending does not say, and by the option before all', async () => {
    const { readFileSync } = await import('node:fs');
    for (const [format, file] of Object.entries(same)) {
      if (format.includes('UTF-16')) continue;
      const nameless = put(readFileSync(file), `nameless-${format.replaceAll(/\W/g, '-')}`);
      expect((await readTable(nameless)).schema, format).toEqual(expected.schema);
    }
    const misnamed = put(readFileSync(same.jsonl as string), 'really-json.csv');
    expect((await readTable(misnamed, { format: 'jsonl' })).schema).toEqual(expected.schema);
  });
});

describe('JSON', () => {
  test.each<[string, string, RegExp]>([
    ['an object cut short', '{"a":1}\n{"a":', /line 2.*ends in the middle of a row/],
    ['no object', '{"a":1}\n7\n', /line 2 \(row 2\): expected an object.*found "7"/],
    ['no colon', '{"a":1}\n{"a" 1}\n', /line 2 \(row 2\): expected ":" after a key; found "1}"/],
    ['no value', '{"a":}\n', /expected a string, a number, true, false or null; found "}"/],
    ['two values', '{"a":1 2}\n', /expected "," or "}" after a value; found "2}"/],
    ['a comma too many', '{"a":1,}\n', /expected a key; found "}"/],
    ['a key without quotes', '{a:1}\n', /expected a key or "}"; found "a/],
    ['a number with a plus', '{"a":+1}\n', /expected a string, a number/],
    ['a number with a leading zero', '{"a":01}\n', /expected a string, a number/],
    ['a number without digits', '{"a":1.}\n', /expected a string, a number/],
    ['an exponent without digits', '{"a":1e}\n', /expected a string, a number/],
    ['a hexadecimal number', '{"a":0x1}\n', /expected "," or "}"/],
    ['an unknown word', '{"a":nil}\n', /found "nil}"/],
    ['a raw line end in a string', '{"a":"x\ny"}\n', /control character/],
    ['a wrong escape', '{"a":"\\x41"}\n', /escape that JSON does not know/],
    ['a wrong escape in a key', '{"\\u12":"a"}\n', /escape that JSON does not know/],
    ['a key twice', '{"a":1}\n{"a":1,"b":2,"a":3}\n', /line 2 \(row 2\): the key "a" is there twice/],
    ['a nested object', '{"a":1}\n{"a":{"b":1}}\n', /line 2 \(row 2\): "a" holds an object/],
    ['a nested array', '[{"a":1},\n{"a":[1]}]', /line 2 \(row 2\): "a" holds an array/],
    ['deep nesting', `{"a":${'['.repeat(100_000)}`, /"a" holds an array/],
    ['an array that is not closed', '[{"a":1}', /array is not closed/],
    ['an array without commas', '[{"a":1}{"a":2}]', /expected "," or "]" after an object/],
    ['an array with an end too many', '[{"a":1}]]', /something follows the end of the array/],
    ['an array with a comma at its end', '[{"a":1},]', /expected an object/],
    ['an array of arrays', '[[1,2],[3,4]]', /expected an object/],
    ['bytes that are no UTF-8', '{"a":"\xff"}', /not UTF-8/],
  ])('with %s is refused, saying where', async (_, text, message) => {
    for (const chunkBytes of [undefined, 3]) {
      const file = put(Buffer.from(text, 'latin1'), 'bad.json');
      const error = await failure(() => readTable(file, { chunkBytes }));
      expect(error).toMatchObject({ code: 'DATA_MALFORMED', message: expect.stringMatching(message) });
      expect(error.hint).toBeTruthy();
    }
  });

  test.each([
    ['nothing', '', 'DATA_EMPTY'],
    ['an empty array', ' [ ]\n', 'DATA_EMPTY'],
    ['objects without keys', '{}\n{}\n', 'HEADER_INVALID'],
    ['an empty key', '{"a":1,"":2}\n', 'HEADER_INVALID'],
  ])('of %s is refused', async (_, text, code) => {
    expect(await failure(() => readTable(put(text, 'none.jsonl')))).toMatchObject({ code });
  });

  it('keys may be lacking, come in any order, and turn up late', async () => {
    const late = Array.from({ length: 50 }, (_, i) => `{"b":"x${i % 2}","a":${i}}`);
    const text = `\ufeff{"a":0}\n\n${late.join('\n')}\n{"c":true,"b":null}\n{"a":1,"c":false}`;
    const file = put(text, 'late.jsonl');
    for (const chunkBytes of [undefined, 64]) {
      const { table } = await readTable(file, { chunkBytes });
      const seen = cells(table);
      expect(Object.keys(seen)).toEqual(['number a', 'string b', 'string c']);
      expect(seen['string c']).toEqual([...Array(51).fill(''), 'true', 'false']);
      expect(seen['number a']?.slice(-3)).toEqual(['49', '', '1']);
      const { schema } = await readTable(file);
      const options = { schema, columns: ['c'], chunkBytes };
      expect(cells((await readTable(file, options)).table)['string c']).toEqual(seen['string c']);
      const batches = [];
      for await (const batch of readBatches(file, schema, { batchRows: 20, columns: ['c'], chunkBytes })) {
        batches.push(...(cells(batch.table)['string c'] ?? []));
      }
      expect(batches).toEqual(seen['string c']);
    }
  });

  it('strings count as the text of a CSV cell; numbers that no double holds are odd', async () => {
    const values = Array.from({ length: 40 }, (_, i) => `{"s":"${i}","n":${i}.5,"z":${i}}`);
    const text = `${values.join('\n')}\n{"s":"NA","n":1e999,"z":NaN}\n`;
    const { table, schema, anomalies } = await readTable(put(text, 'odd.jsonl'));
    expect(schema.columns.map(({ type }) => type)).toEqual(['integer', 'number', 'integer']);
    expect(cells(table)['number s']?.at(-1)).toBe('');
    expect(cells(table)['number z']?.at(-1)).toBe('');
    expect(anomalies).toMatchObject([{ column: 'n', kind: 'odd-cells', severity: 'error', count: 1 }]);
    expect(anomalies[0]?.message).toContain('row 41 (line 41): expected a number, got "1e999"');
  });

  it('that is cut short in its gzip file is said to be broken', async () => {
    const whole = gzipSync(`${'{"a":1}\n'.repeat(1000)}`);
    const file = put(whole.subarray(0, whole.length - 12), 'cut.jsonl.gz');
    expect(await failure(() => readTable(file))).toMatchObject({
      code: 'DATA_MALFORMED',
      message: expect.stringMatching(/gzip file that cannot be read to its end/),
    });
  });
});

describe('Parquet', () => {
  it('every plain type is a number, a time, a boolean or text', async () => {
    const file = await parquet(
      path('types.parquet'),
      `SELECT 1::TINYINT AS i8, i::USMALLINT AS u16, i::BIGINT AS i64, i::HUGEINT AS big, (i / 8)::DECIMAL(10, 3) AS dec,
       (i / 7)::FLOAT AS f, i % 2 = 0 AS b, DATE '1969-12-30' + i::INTEGER AS d, TIMESTAMP '2020-01-01 00:00:00.9' + INTERVAL (i) HOUR AS ts,
       TIMESTAMPTZ '2020-01-01 00:00:00+02' AS tz, TIME '04:05:06' AS t, ('v' || (i % 3))::ENUM('v0', 'v1', 'v2') AS e,
       ('v' || (i % 3))::BLOB AS bytes, uuid() AS u, 'infinity'::TIMESTAMP AS never, 'nan'::DOUBLE AS nan
       FROM range(3000) AS r(i)`,
    );
    const { table, schema, anomalies } = await readTable(file);
    const seen = Object.fromEntries(
      table.columns.map((column) => [column.name, [0, 1, 2999].map((row) => cellText(column, row))]),
    );
    expect(seen).toEqual({
      i8: ['1', '1', '1'],
      u16: ['0', '1', '2999'],
      i64: ['0', '1', '2999'],
      big: ['0', '1', '2999'],
      dec: ['0', '0.125', '374.875'],
      f: ['0', String(Math.fround(1 / 7)), String(Math.fround(2999 / 7))],
      b: ['true', 'false', 'false'],
      d: ['1969-12-30T00:00:00Z', '1969-12-31T00:00:00Z', '1978-03-17T00:00:00Z'],
      ts: ['2020-01-01T00:00:00Z', '2020-01-01T01:00:00Z', '2020-05-04T23:00:00Z'],
      tz: Array(3).fill('2019-12-31T22:00:00Z'),
      t: Array(3).fill('04:05:06'),
      e: ['v0', 'v1', 'v2'],
      bytes: ['v0', 'v1', 'v2'],
      u: expect.anything(),
      never: ['', '', ''],
      nan: ['', '', ''],
    });
    const types = Object.fromEntries(schema.columns.map(({ name, type }) => [name, type]));
    expect(types).toMatchObject({
      i8: 'integer',
      dec: 'number',
      b: 'boolean',
      d: 'time',
      ts: 'time',
      tz: 'time',
      e: 'category',
      u: 'identifier',
    });
    expect(anomalies).toEqual([]);
  });

  it('integers of 2^53 or more are rounded, and that is said', async () => {
    const file = await parquet(
      path('wide.parquet'),
      'SELECT 9007199254740992 + i AS id, i AS n FROM range(4) AS r(i)',
    );
    const { anomalies } = await readTable(file);
    expect(anomalies).toMatchObject([{ column: 'id', severity: 'warning', count: 4 }]);
    expect(anomalies[0]?.message).toMatch(/4 integers of 2\^53 or more/);
  });

  it('nested columns are refused where they are wanted, and passed over where not', async () => {
    const sql = "SELECT i AS n, {'a': i} AS st, [i] AS l, MAP {'k': i} AS m FROM range(30) AS r(i)";
    const file = await parquet(path('nested.parquet'), sql);
    expect(await failure(() => readTable(file))).toMatchObject({
      code: 'DATA_MALFORMED',
      message: expect.stringMatching(/the column "st" holds STRUCT/),
    });
    const { table } = await readTable(file, { columns: ['n'] });
    expect(table.columns.map(({ name }) => name)).toEqual(['n']);
  });

  it('keeps names that differ in case alone, and names that look like patterns', async () => {
    const file = path('a[b]*{c}.parquet');
    const writer = await openFeatureWriter(file, ['x', 'X'], [{ name: 'x_1', kind: 'number' }]);
    const extra = [{ kind: 'number' as const, name: 'x_1', values: Float64Array.of(3) }];
    await writer.write({ matrix: Float32Array.of(1, 2), rows: 1, extra });
    await writer.close();
    const { table } = await readTable(file);
    expect(table.columns.map((column) => [column.name, cellText(column, 0)])).toEqual([
      ['x', '1'],
      ['X', '2'],
      ['x_1', '3'],
    ]);
  });

  it('features that were written are read back as they were', async () => {
    const file = path('features.parquet');
    const writer = await openFeatureWriter(
      file,
      ['f'],
      [
        { name: 't', kind: 'time' },
        { name: 's', kind: 'string' },
      ],
    );
    const extra = [
      { kind: 'time' as const, name: 't', values: Float64Array.of(-1, Number.NaN, 4e9) },
      { kind: 'string' as const, name: 's', codes: Int32Array.of(1, 0, -1), levels: ['b', 'a'] },
    ];
    await writer.write({ matrix: Float32Array.of(0.1, Number.NaN, -0), rows: 3, extra });
    await writer.close();
    const { table } = await readTable(file);
    expect(cells(table)).toEqual({
      'number f': [String(Math.fround(0.1)), '', '0'],
      'time t': ['1969-12-31T23:59:59Z', '', '2096-10-02T07:06:40Z'],
      'string s': ['a', 'b', ''],
    });
  });

  it('a file that is no Parquet, or half of one, is refused', async () => {
    const { readFileSync } = await import('node:fs');
    const whole = readFileSync(await parquet(path('whole.parquet'), 'SELECT i FROM range(5000) AS r(i)'));
    const bytes = [
      Buffer.from('a,b\n1,2\n'),
      whole.subarray(0, whole.length / 2),
      Buffer.alloc(0),
      Buffer.from('PAR1PAR1'),
    ];
    for (const [i, content] of bytes.entries()) {
      expect(await failure(() => readTable(put(content, `bad-${i}.parquet`)))).toMatchObject({
        code: 'DATA_MALFORMED',
        message: expect.stringMatching(/cannot be read as Parquet/),
      });
    }
    expect(await failure(() => readTable(path('gone.parquet')))).toMatchObject({ code: 'FILE_NOT_FOUND' });
    const none = await parquet(path('none.parquet'), 'SELECT i FROM range(0) AS r(i)');
    expect(await failure(() => readTable(none))).toMatchObject({ code: 'DATA_EMPTY' });
  });
});
