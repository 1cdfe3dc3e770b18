import { describe, expect, it, test } from 'vitest';
import { readChecked } from '#mlx/data/checked-table.js';
import { readByRules } from '#mlx/data/read-by-rules.js';
import type { ColumnRole, ColumnType, TimeFormat } from '#mlx/data/schema.js';
import { parseSchemaText } from '#mlx/data/schema-file-parse.js';
import { cellText } from '#mlx/data/table.js';
import { failure, temporaryFolder } from './temporary.js';

const { put } = temporaryFolder();

async function readAs(cells: readonly string[], type: ColumnType, format?: TimeFormat, given?: ColumnRole) {
  const role = given ?? (type === 'text' || type === 'identifier' ? 'ignore' : 'feature');
  const entry = { name: 'x', type, role, ...(format === undefined ? {} : { time_format: format }) };
  const rules = parseSchemaText(JSON.stringify({ version: 1, columns: [entry] }), 'schema.json');
  const read = await readByRules(put(`x,other\n${cells.map((cell) => `${cell},1`).join('\n')}\n`), rules);
  const column = read.table.columns[0];
  if (column === undefined) throw new Error('there is no column');
  return { ...read, cells: cells.map((_, row) => cellText(column, row)), column: read.schema.columns[0] };
}

describe('the type that a person gives goes before what the cells look like', () => {
  test.each<[string, string[], ColumnType, TimeFormat | undefined, string[]]>([
    [
      'numbers as categories keep their text',
      ['01', '1', '1.0', '2e1'],
      'category',
      undefined,
      ['01', '1', '1.0', '2e1'],
    ],
    ['numbers as identifiers too', ['007', '042', ''], 'identifier', undefined, ['007', '042', '']],
    [
      'booleans as categories too',
      ['TRUE', 'false', 'True'],
      'category',
      undefined,
      ['TRUE', 'false', 'True'],
    ],
    ['dates as text too', ['2020-01-02', '2020-01-03'], 'text', undefined, ['2020-01-02', '2020-01-03']],
    [
      'dates that could be either',
      ['01/02/2020', '03/04/2020'],
      'time',
      'dmy',
      ['2020-02-01T00:00:00Z', '2020-04-03T00:00:00Z'],
    ],
    [
      'and the other way',
      ['01/02/2020', '03/04/2020'],
      'time',
      'mdy',
      ['2020-01-02T00:00:00Z', '2020-03-04T00:00:00Z'],
    ],
    [
      'seconds as times',
      ['0', '86400', ''],
      'time',
      'epoch',
      ['1970-01-01T00:00:00Z', '1970-01-02T00:00:00Z', ''],
    ],
    ['a few words as numbers', ['a', 'b', '3', '4'], 'number', undefined, ['', '', '3', '4']],
    ['booleans spelt in capitals', ['TRUE', 'False', ''], 'boolean', undefined, ['true', 'false', '']],
    ['whole numbers as numbers', ['1', '2'], 'number', undefined, ['1', '2']],
    ['nothing at all', ['', 'NA'], 'number', undefined, ['', '']],
    ['nothing at all as a time', ['', 'NA'], 'time', 'dmy', ['', '']],
  ])('%s', async (_, given, type, format, expected) => {
    const { cells, column } = await readAs(given, type, format);
    expect(cells).toEqual(expected);
    expect(column).toMatchObject({ name: 'x', type });
  });

  it('a row number that is a number to the person is one', async () => {
    const counting = Array.from({ length: 200 }, (_, i) => String(i + 1));
    const { cells, column } = await readAs(counting, 'integer');
    expect(column).toMatchObject({ type: 'integer', role: 'feature', min: 1, max: 200, unique: 200 });
    expect(cells).toEqual(counting);
  });
});

describe('cells that do not fit are missing and all of them are said', () => {
  test.each<[string, string[], ColumnType, TimeFormat | undefined, object]>([
    [
      'few',
      ['1', '2', '3', 'x', '4', 'x', '5'],
      'number',
      undefined,
      {
        kind: 'odd-cells',
        count: 2,
        rows: [4, 6],
        message: expect.stringMatching(
          /2 cells that cannot be read as number; row 4: expected a number, got "x"/,
        ),
      },
    ],
    ['most', ['1', 'x', 'y'], 'integer', undefined, { kind: 'wrong-type', count: 2, rows: [2, 3] }],
    ['numbers for booleans', ['1', '0', '1'], 'boolean', undefined, { kind: 'wrong-type', count: 3 }],
    [
      'the wrong order of a date',
      ['31/12/2020', '01/02/2020'],
      'time',
      'mdy',
      { kind: 'odd-cells', count: 1, rows: [1] },
    ],
    [
      'dates for numbers',
      ['2020-01-01', '2020-01-02'],
      'number',
      undefined,
      { kind: 'wrong-type', count: 2 },
    ],
  ])('%s', async (_, given, type, format, expected) => {
    const { anomalies } = await readAs(given, type, format);
    expect(anomalies).toMatchObject([{ column: 'x', severity: 'error', ...expected }]);
  });

  it('the few words in a long column of numbers, with row and line', async () => {
    const given = Array.from({ length: 500 }, (_, i) => (i === 300 ? 'oops' : String(i / 3)));
    const { anomalies } = await readAs(given, 'number');
    expect(anomalies).toMatchObject([{ kind: 'odd-cells', count: 1, rows: [301] }]);
  });
});

it('columns that the file does not name are ignored, and a missing one is no matter of reading', async () => {
  const { schema, table } = await readAs(['1', '2'], 'integer');
  expect(schema.columns[1]).toMatchObject({
    name: 'other',
    role: 'ignore',
    reason: 'not in the schema file',
  });
  expect(table.columns).toHaveLength(2);
});

describe('more levels than are listed', () => {
  const values = Array.from({ length: 10_001 }, (_, i) => `w${i}`);

  it('are said of a feature, which keeps them', async () => {
    const { anomalies, schema, table } = await readAs(values, 'category');
    expect(anomalies).toMatchObject([
      {
        column: 'x',
        kind: 'many-levels',
        severity: 'warning',
        message:
          '"x" has 10001 levels: more than 10000 are not listed, and it is hashed unless a recipe says otherwise',
      },
    ]);
    expect(schema.columns[0]).toMatchObject({ type: 'category', role: 'feature', unique: 10_001 });
    expect(schema.columns[0]?.levels).toBeUndefined();
    expect(table.columns[0]).toMatchObject({ kind: 'string', levels: { length: 10_001 } });
  });

  it('are too many for a target', async () => {
    const { anomalies } = await readAs(values, 'category', undefined, 'target');
    expect(anomalies).toMatchObject([
      {
        kind: 'many-levels',
        severity: 'error',
        message: '"x" has 10001 levels; a target has 10000 at most',
      },
    ]);
  });
});

describe('a table that is read, given its roles and checked', () => {
  const rules = (text: object) =>
    parseSchemaText(JSON.stringify({ version: 1, columns: [text] }), 'schema.json');

  it('a time format that is named goes before the file, and must be of a column in it', async () => {
    const path = put('day\n01/02/2020\n03/04/2020\n');
    const day = rules({ name: 'day', type: 'category' });
    const { schema } = await readChecked({ input: path, rules: day, timeFormats: { day: 'mdy' } });
    expect(schema.columns[0]).toMatchObject({
      type: 'time',
      timeFormat: 'mdy',
      min: Date.UTC(2020, 0, 2) / 1000,
    });
    expect(
      await failure(() => readChecked({ input: path, rules: day, timeFormats: { dya: 'mdy' } })),
    ).toMatchObject({
      code: 'COLUMN_NOT_FOUND',
      hint: 'Did you mean "day"?',
    });
  });

  it('a feature without a value is no feature, and that it is missing is said', async () => {
    const path = put('x,y\n,1\nNA,2\n');
    const checked = await readChecked({
      input: path,
      rules: rules({ name: 'x', type: 'number', max_missing: 0.5 }),
    });
    expect(checked.schema.columns[0]).toMatchObject({ role: 'ignore', reason: 'every value is missing' });
    expect(checked.anomalies).toMatchObject([
      { kind: 'too-many-missing', tfdv: 'FEATURE_TYPE_NOT_PRESENT' },
      { kind: 'new-column' },
    ]);
  });
});
