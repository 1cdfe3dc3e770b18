import { describe, expect, it, test } from 'vitest';
import { countDistinct } from '#mlx/data/distinct.js';
import { readTable } from '#mlx/data/read.js';
import type { ColumnSchema } from '#mlx/data/schema.js';
import { columnKind } from '#mlx/data/schema.js';
import { cellText } from '#mlx/data/table.js';
import { failure, temporaryFolder } from './temporary.js';

const { put } = temporaryFolder();
const utc = (text: string) => Date.parse(text) / 1000;
const cells = (count: number, cellOf: (i: number) => unknown) =>
  Array.from({ length: count }, (_, i) => String(cellOf(i)));

/** Reads one column, beside another that keeps lines from being blank. */
async function infer(column: readonly string[], options = {}, name = 'x') {
  const text = `${name},other\n${column.map((text, i) => `${text},${i % 2}`).join('\n')}\n`;
  const read = await readTable(put(text), options);
  const [schema] = read.schema.columns as [ColumnSchema];
  const [values] = read.table.columns;
  if (values === undefined) throw new Error('no column');
  expect(values.kind).toBe(columnKind(schema.type));
  return {
    schema,
    anomalies: read.anomalies,
    cells: column.map((_, row) => cellText(values, row)),
    table: read.table,
  };
}

describe('the type and role of a column come from all its rows', () => {
  test.each<[string, string[], Partial<ColumnSchema>]>([
    [
      'numbers',
      ['1.5', '2', '', '3'],
      { type: 'number', role: 'feature', missing: 0.25, unique: 3, min: 1.5, max: 3 },
    ],
    ['whole numbers', ['1', '2', 'NA', '2.0'], { type: 'integer', missing: 0.25, unique: 2, min: 1, max: 2 }],
    ['zero and minus zero', ['0', '-0', '1', '0.0'], { type: 'integer', unique: 2 }],
    ['beyond 2^53', ['9007199254740993', '1', '2'], { type: 'number' }],
    [
      'true and false',
      ['True', 'false', 'TRUE', ''],
      { type: 'boolean', levels: ['false', 'true'], unique: 2 },
    ],
    ['yes and no', ['yes', 'no', 'yes'], { type: 'category', levels: ['no', 'yes'] }],
    ['numbers among words', ['1', '2', 'many', '1'], { type: 'category', levels: ['1', '2', 'many'] }],
    [
      'ISO dates',
      ['2012-01-02', '2012-01-01', ''],
      { type: 'time', timeFormat: 'iso', min: utc('2012-01-01'), max: utc('2012-01-02'), unique: 2 },
    ],
    [
      'date-times with a zone',
      ['2012-01-02T03:00+01:00', '2012-01-02T03:00:00+01:00'],
      { type: 'time', unique: 1, role: 'ignore' },
    ],
    [
      'days first, proven',
      ['01/02/2012', '13/02/2012'],
      { type: 'time', timeFormat: 'dmy', min: utc('2012-02-01'), max: utc('2012-02-13') },
    ],
    [
      'months first, proven',
      ['01/02/2012', '01/13/2012'],
      { type: 'time', timeFormat: 'mdy', min: utc('2012-01-02') },
    ],
    [
      'nothing at all',
      ['', 'NA', 'null'],
      { type: 'category', role: 'ignore', missing: 1, unique: 0, reason: 'every value is missing' },
    ],
    [
      'one number',
      ['7', '7', '7'],
      { type: 'integer', role: 'ignore', unique: 1, reason: expect.stringMatching('constant') },
    ],
    [
      'one word',
      ['a', 'a', 'a'],
      { type: 'category', role: 'ignore', reason: expect.stringMatching('constant') },
    ],
    ['one word or nothing', ['a', '', 'a'], { type: 'category', role: 'feature' }],
    [
      'a row number',
      cells(30, (i) => i + 1),
      { type: 'identifier', role: 'ignore', reason: expect.stringMatching('identifier') },
    ],
    ['a row number that falls', cells(30, (i) => 100 - i), { type: 'identifier' }],
    ['a row number, shuffled', cells(101, (i) => (i * 37) % 101), { type: 'identifier' }],
    ['too few to call a row number', cells(20, (i) => i), { type: 'integer', role: 'feature' }],
    ['rising with a gap', cells(30, (i) => (i < 15 ? i : i + 1)), { type: 'integer', role: 'feature' }],
    ['rising by two', cells(30, (i) => i * 2), { type: 'integer', role: 'feature' }],
    ['rising by one tenth', cells(30, (i) => i / 10), { type: 'number', role: 'feature' }],
    ['distinct and in no order', cells(60, (i) => (i * 7919) % 6007), { type: 'integer', role: 'feature' }],
    ['codes, all different', cells(30, (i) => `K-${i}`), { type: 'identifier', role: 'ignore' }],
    [
      'sentences, all different',
      cells(30, (i) => `this is ${i}`),
      { type: 'text', role: 'ignore', reason: expect.stringMatching('text') },
    ],
    ['names, seldom repeated', cells(300, (i) => `name ${i % 200}`), { type: 'text', role: 'ignore' }],
    [
      '42 levels of many rows',
      cells(1000, (i) => `level ${i % 42}`),
      { type: 'category', role: 'feature', unique: 42 },
    ],
    ['200 levels of many rows', cells(4000, (i) => `zip${i % 200}`), { type: 'category', unique: 200 }],
    ['200 levels of few rows', cells(1000, (i) => `zip${i % 200}`), { type: 'text', unique: 200 }],
  ])('%s', async (_, column, expected) => {
    const { schema, anomalies } = await infer(column);
    expect(schema).toMatchObject(expected);
    expect(anomalies).toEqual([]);
  });

  it('whole numbers that are all different are an identifier when they are called one', async () => {
    const column = cells(40, (i) => (i * 7919) % 6007);
    for (const [name, type] of [
      ['user_id', 'identifier'],
      ['customerID', 'identifier'],
      ['ID', 'identifier'],
      ['paid', 'integer'],
      ['humid', 'integer'],
    ] as const) {
      expect((await infer(column, {}, name)).schema).toMatchObject({ name, type });
    }
  });

  it('an identifier of numbers keeps its text', async () => {
    const column = cells(30, (i) => i + 1);
    expect((await infer(column)).cells).toEqual(column);
  });

  it('a change far down is seen: the column is read again as what it is', async () => {
    const numbersThenWords = [
      ...cells(5000, (i) => (i < 10 ? `0${i}` : i)),
      ...cells(200, (i) => `w${i % 3}`),
    ];
    const { schema, cells: read } = await infer(numbersThenWords, { chunkBytes: 1000 });
    expect(schema).toMatchObject({ type: 'text', unique: 5003 });
    expect(read).toEqual(numbersThenWords);
    const datesThenWords = [...cells(400, (i) => `2020-01-${10 + (i % 20)}`), ...cells(100, () => 'never')];
    expect((await infer(datesThenWords, { chunkBytes: 500 })).schema).toMatchObject({
      type: 'category',
      unique: 21,
    });
    const emptyThenNumbers = [...cells(400, () => ''), ...cells(100, (i) => i / 2)];
    expect((await infer(emptyThenNumbers, { chunkBytes: 500 })).schema).toMatchObject({
      type: 'number',
      missing: 0.8,
    });
  });
});

describe('a few odd cells', () => {
  test.each([undefined, 700])(
    'in a column of numbers are an error that names the first (chunks of %s)',
    async (chunkBytes) => {
      const column = cells(1000, (i) => (i === 500 || i === 700 ? `oops${i}` : i / 4));
      const { schema, anomalies, cells: read } = await infer(column, { chunkBytes });
      expect(schema).toMatchObject({ type: 'number', role: 'feature', missing: 0.002 });
      expect(read[500]).toBe('');
      expect(anomalies).toEqual([
        {
          column: 'x',
          kind: 'odd-cells',
          severity: 'error',
          tfdv: 'FLOAT_TYPE_STRING_NOT_FLOAT',
          count: 2,
          rows: [501, 701],
          message:
            '"x" has 2 cells that cannot be read like the others; row 501 (line 502): expected a number, got "oops500"',
        },
      ]);
    },
  );

  it('in a column of dates are too, in either notation', async () => {
    const day = (i: number) => String(1 + (i % 28)).padStart(2, '0');
    for (const make of [(i: number) => `2020-03-${day(i)}`, (i: number) => `${day(i)}/03/2020`]) {
      const { schema, anomalies } = await infer(cells(200, (i) => (i === 7 ? '30/02/2020x' : make(i))));
      expect(schema.type).toBe('time');
      expect(anomalies).toMatchObject([
        { kind: 'odd-cells', severity: 'error', count: 1, message: expect.stringMatching(/row 8/) },
      ]);
    }
  });

  it('among few different numbers make a category: nothing is lost', async () => {
    const { schema, anomalies } = await infer(cells(1000, (i) => (i === 5 ? 'unknown' : i % 3)));
    expect(schema).toMatchObject({ type: 'category', levels: ['0', '1', '2', 'unknown'] });
    expect(anomalies).toEqual([]);
  });

  it('that are more than one in a hundred make text, and a warning says so', async () => {
    const { schema, anomalies } = await infer(cells(1000, (i) => (i % 50 === 0 ? '?' : i / 4)));
    expect(schema).toMatchObject({ type: 'text', role: 'ignore' });
    expect(anomalies).toMatchObject([
      {
        kind: 'odd-cells',
        severity: 'warning',
        count: 20,
        message: expect.stringMatching(/20 cells of 1000 are no numbers: row 1 has "\?"/),
      },
    ]);
  });
});

describe('a type that changes half-way', () => {
  const half = (first: (i: number) => unknown, then: (i: number) => unknown) =>
    infer(cells(1000, (i) => (i < 400 ? first(i) : then(i))));

  it.each<[string, (i: number) => unknown, (i: number) => unknown, RegExp]>([
    [
      'numbers, then words',
      (i) => i / 4,
      (i) => `w${i % 300}`,
      /numbers up to row 400, other text from row 401 on, which has "w100"/,
    ],
    [
      'words, then numbers',
      (i) => `w${i % 300}`,
      (i) => i / 4,
      /other text up to row 400, numbers from row 401 on, which has "100"/,
    ],
  ])('is an error that names the row: %s', async (_what, first, then, message) => {
    const { schema, anomalies } = await half(first, then);
    expect(schema).toMatchObject({ type: 'text', role: 'ignore' });
    const error = {
      kind: 'odd-cells',
      severity: 'error',
      rows: [401],
      message: expect.stringMatching(message),
    };
    expect(anomalies).toMatchObject([error]);
  });

  it('is a warning in a category, by which the table may be sorted', async () => {
    const { schema, anomalies } = await half(
      (i) => 1 + (i % 3),
      () => 'crew',
    );
    expect(schema).toMatchObject({ type: 'category', role: 'feature' });
    expect(anomalies).toMatchObject([{ kind: 'odd-cells', severity: 'warning', rows: [401] }]);
  });

  it('is none where numbers come back', async () => {
    const { anomalies } = await half(
      (i) => i / 4,
      (i) => (i === 990 ? 7 : `w${i}`),
    );
    expect(anomalies).toEqual([]);
  });
});

describe('numbers in other notations are said and not guessed', () => {
  test.each<[string, string[], RegExp]>([
    ['thousands with a comma', ['999', '"1,234"', '"12,345"'], /row 2 has "1,234"/],
    [
      'thousands with points',
      ['1.5', '1.234.567', '2.345.678'],
      /thousands set apart: row 2 has "1\.234\.567"/,
    ],
    ['thousands with a space', ['1 234', '999', '1 234 567'], /row 1 has "1 234"/],
    ['decimal commas', ['"3,14"', '"2,5"', '1'], /comma.*row 1 has "3,14".*1234\.5/],
    ['decimal commas and thousands', ['"1.234,50"', '"2,5"', '1'], /row 1 has "1\.234,50"/],
    ['codes with leading zeros', ['98765', '00501', ''], /one width and begin with zeros: row 2 has "00501"/],
  ])('%s', async (_, column, message) => {
    for (const chunkBytes of [undefined, 5]) {
      const { schema, anomalies, cells: read } = await infer(column, { chunkBytes });
      expect(schema.type).toBe('category');
      expect(read).toEqual(column.map((text) => text.replaceAll('"', '')));
      expect(anomalies).toMatchObject([
        { column: 'x', kind: 'number-format', severity: 'warning', message: expect.stringMatching(message) },
      ]);
    }
  });

  it('leading zeros far down are seen, in threads too', async () => {
    const codes = cells(3000, (i) => (i < 2500 ? 10_000 + i : `0${1000 + i}`));
    const numbers = cells(3000, (i) => (i < 2500 ? 10_000 + i : `00${i}1`));
    for (const workers of [0, 2]) {
      const { schema, cells: read } = await infer(codes, { chunkBytes: 2000, workers });
      expect(schema.type).toBe('text');
      expect(read).toEqual(codes);
      const other = await infer(numbers, { chunkBytes: 2000, workers });
      expect(other.schema.type).toBe('integer');
      expect(other.anomalies).toEqual([]);
    }
  });

  it('words among them make a category', async () => {
    const { anomalies } = await infer(['"1,234"', 'low', 'high', 'low']);
    expect(anomalies).toEqual([]);
  });
});

describe('times of several offsets', () => {
  it.each([0, 2])('are the moments that they are, and a warning says so (%d threads)', async (workers) => {
    const day = (i: number) => String(1 + (i % 28)).padStart(2, '0');
    const column = cells(300, (i) => `2020-03-${day(i)}T03:00${i === 200 ? 'Z' : '+01:00'}`);
    const { schema, anomalies } = await infer(column, { workers, chunkBytes: 500 });
    expect(schema).toMatchObject({ type: 'time', min: utc('2020-03-01T02:00Z') });
    expect(anomalies).toMatchObject([
      {
        kind: 'mixed-time-zones',
        severity: 'warning',
        message: expect.stringMatching(/2 offsets from UTC \(row 1 has \+01:00, row 201 has UTC or none\)/),
      },
    ]);
  });

  it('are seen in days first too', async () => {
    const { anomalies } = await infer(['13/02/2012 03:00+01:00', '14/02/2012 03:00-02:30']);
    expect(anomalies).toMatchObject([
      { kind: 'mixed-time-zones', message: expect.stringMatching(/row 2 has -02:30/) },
    ]);
  });
});

describe('dates that can be read two ways', () => {
  const column = cells(40, (i) => `0${1 + (i % 9)}/0${1 + (i % 7)}/2020`);

  it('stay text, and a warning says how to settle it', async () => {
    const { schema, anomalies } = await infer(column);
    expect(schema.type).toBe('text');
    expect(anomalies).toMatchObject([
      {
        column: 'x',
        kind: 'ambiguous-time',
        severity: 'warning',
        message: expect.stringMatching(/--time-format x=dmy.*timeFormats/),
      },
    ]);
  });

  it('are settled by a format', async () => {
    for (const format of ['dmy', 'mdy'] as const) {
      const { schema, anomalies, cells: read } = await infer(column, { timeFormats: { x: format } });
      expect(schema).toMatchObject({ type: 'time', timeFormat: format });
      expect(anomalies).toEqual([]);
      expect(read[1]).toBe(format === 'dmy' ? '2020-02-02T00:00:00Z' : '2020-02-02T00:00:00Z');
      expect(read[2]).toBe('2020-03-03T00:00:00Z');
      expect(read[7]).toBe(format === 'dmy' ? '2020-01-08T00:00:00Z' : '2020-08-01T00:00:00Z');
    }
  });

  it('contradict each other where both orders are proven', async () => {
    const { schema, anomalies } = await infer(cells(40, (i) => (i % 2 ? '13/01/2020' : '01/13/2020')));
    expect(schema.type).toBe('category');
    expect(anomalies).toMatchObject([
      { kind: 'ambiguous-time', message: expect.stringMatching(/some rows/) },
    ]);
  });

  it('a format that does not fit is an error with the first cell; one for no column names the likely one', async () => {
    const { anomalies } = await infer(['1/1/2020', '13/13/2020'], { timeFormats: { x: 'dmy' } });
    expect(anomalies).toMatchObject([
      { kind: 'odd-cells', severity: 'error', message: expect.stringMatching(/row 2 .*13\/13\/2020/) },
    ]);
    const error = await failure(() => infer(column, { timeFormats: { othre: 'dmy' } }));
    expect(error).toMatchObject({ code: 'COLUMN_NOT_FOUND', hint: 'Did you mean "other"?' });
  });

  it('epoch seconds are times when they are said to be', async () => {
    const { schema } = await infer(['0', '86400.5', ''], { timeFormats: { x: 'epoch' } });
    expect(schema).toMatchObject({ type: 'time', timeFormat: 'epoch', min: 0, max: 86400 });
  });
});

it('only the chosen columns are kept, in the order they are chosen', async () => {
  const file = put('a,b,c\n1,x,2\n3,y,4\n');
  const { schema, table } = await readTable(file, { columns: ['c', 'a'] });
  expect(schema.columns.map(({ name }) => name)).toEqual(['c', 'a']);
  expect(table.columns.map(({ name }) => name)).toEqual(['c', 'a']);
  expect(await failure(() => readTable(file, { columns: ['d'] }))).toMatchObject({
    code: 'COLUMN_NOT_FOUND',
  });
});

it('distinct values are counted exactly, few or many', () => {
  for (const [count, distinct] of [
    [10, 3],
    [5000, 5000],
    [100_000, 40_000],
    [200_000, 200_000],
  ] as const) {
    const values = Float64Array.from({ length: count }, (_, i) => Math.sqrt(i % distinct));
    expect(countDistinct(values)).toBe(Math.min(count, distinct));
    expect(countDistinct(values)).toBe(new Set(values).size);
  }
  expect(countDistinct(Float64Array.of(0, -0, Number.NaN, Number.NaN, 5e-324))).toBe(2);
  expect(countDistinct(new Float64Array(0))).toBe(0);
});

it('a dropped column takes no memory: it is in the schema by name, and not in the table', async () => {
  const { table, schema } = await readTable(put('a,b,c\n1,x y z,2\n3,w,4\n'), { drop: ['b'] });
  expect(table.columns.map(({ name }) => name)).toEqual(['a', 'c']);
  expect(schema.columns.map(({ name, role }) => [name, role])).toEqual([
    ['a', 'feature'],
    ['b', 'ignore'],
    ['c', 'feature'],
  ]);
});
