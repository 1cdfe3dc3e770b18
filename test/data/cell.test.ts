import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { CellError, decodeJson, decodeText, MISSING_TOKENS, tableFromRecords } from '#mlx/data/cell.js';
import { type DecimalEnd, decimalFromText, scanDecimal } from '#mlx/data/decimal.js';
import type { ColumnSchema, ColumnType, TimeFormat } from '#mlx/data/schema.js';
import { cellText } from '#mlx/data/table.js';

const column = (type: ColumnType, timeFormat?: TimeFormat) => ({
  type,
  ...(timeFormat ? { timeFormat } : {}),
});
const utc = (text: string) => Date.parse(text) / 1000;

describe('the text of a cell', () => {
  test.each([
    ['42', 42],
    [' 42 ', 42],
    ['-1.50', -1.5],
    ['+.5', 0.5],
    ['5.', 5],
    ['1e3', 1000],
    ['1.5E-3', 0.0015],
    ['007', 7],
    ['9007199254740993', 9007199254740992],
    ['900719925474099.3', 900719925474099.2],
    ['0.05644299999999999', 0.05644299999999999],
    ['1e-320', 1e-320],
    ['123456789012345678901234567890', 1.2345678901234568e29],
  ])('%j is the number %d', (text, value) => {
    expect(decodeText(column('number'), text)).toBe(value);
    expect(decodeText(column('integer'), text)).toBe(value);
  });

  test.each([
    '12abc',
    'abc',
    '0x1F',
    '1,000',
    '1 000',
    'Infinity',
    '-Infinity',
    'inf',
    '1e999',
    '1e',
    '.',
    '-',
    '--1',
    '1.2.3',
    '1_000',
    'true',
    '٣',
  ])('%j is no number', (text) => {
    expect(() => decodeText(column('number'), text)).toThrow(CellError);
  });

  it('says what it expected and what it got, cutting what is long', () => {
    expect(() => decodeText(column('number'), `12abc${'x'.repeat(100)}\n`)).toThrow(
      /^expected a number, got "12abcx+…"$/,
    );
  });

  test.each(MISSING_TOKENS.flatMap((token) => [token, ` ${token}\t`]))(
    '%j is missing in every type',
    (text) => {
      for (const type of [
        'number',
        'integer',
        'boolean',
        'category',
        'time',
        'text',
        'identifier',
      ] as const) {
        expect(decodeText(column(type), text)).toBeNull();
      }
    },
  );

  test.each(['None', 'na', '-', '?', 'NULLs'])('%j is a category like any other', (text) => {
    expect(decodeText(column('category'), text)).toBe(text);
  });

  it('trims a category and keeps the rest of it', () => {
    expect(decodeText(column('category'), '\u00a0 a  b\t')).toBe('a  b');
  });

  test.each([
    ['true', 'true'],
    ['False', 'false'],
    [' TRUE ', 'true'],
  ])('%j is the boolean %j', (text, value) => {
    expect(decodeText(column('boolean'), text)).toBe(value);
  });

  test.each(['yes', '1', 't', 'truee'])('%j is no boolean', (text) => {
    expect(() => decodeText(column('boolean'), text)).toThrow('expected true or false');
  });
});

describe('the text of a time', () => {
  test.each<[TimeFormat, string, string]>([
    ['iso', '2012-01-02', '2012-01-02T00:00:00Z'],
    ['iso', '2012/1/2', '2012-01-02T00:00:00Z'],
    ['iso', '2012-01-02 03:04', '2012-01-02T03:04:00Z'],
    ['iso', '2012-01-02T03:04:05', '2012-01-02T03:04:05Z'],
    ['iso', '2012-01-02T03:04:05Z', '2012-01-02T03:04:05Z'],
    ['iso', '2012-01-02T03:04:05.999Z', '2012-01-02T03:04:05Z'],
    ['iso', '1969-12-31T23:59:59.5Z', '1969-12-31T23:59:59Z'],
    ['iso', '2012-01-02T03:04:05+02:00', '2012-01-02T01:04:05Z'],
    ['iso', '2012-01-02T03:04:05-0530', '2012-01-02T08:34:05Z'],
    ['iso', '2000-02-29', '2000-02-29T00:00:00Z'],
    ['iso', '0001-01-01', '0001-01-01T00:00:00Z'],
    ['iso', '9999-12-31T23:59:59Z', '9999-12-31T23:59:59Z'],
    ['dmy', '02/01/2012', '2012-01-02T00:00:00Z'],
    ['dmy', '2.1.12', '2012-01-02T00:00:00Z'],
    ['dmy', '31-12-68', '2068-12-31T00:00:00Z'],
    ['dmy', '31-12-69', '1969-12-31T00:00:00Z'],
    ['dmy', '31/12/2011 23:59:58', '2011-12-31T23:59:58Z'],
    ['dmy', '2011-12-31', '2011-12-31T00:00:00Z'],
    ['mdy', '01/02/2012', '2012-01-02T00:00:00Z'],
    ['mdy', '12/31/11 07:08', '2011-12-31T07:08:00Z'],
    ['epoch', '1325473445', '2012-01-02T03:04:05Z'],
    ['epoch', '1325473445.9', '2012-01-02T03:04:05Z'],
    ['epoch', '1.325473445e9', '2012-01-02T03:04:05Z'],
    ['epoch', '-0.5', '1969-12-31T23:59:59Z'],
  ])('%s: %j is %s', (format, text, iso) => {
    expect(decodeText(column('time', format), text)).toBe(utc(iso));
  });

  test.each<[TimeFormat, string]>([
    ['iso', '2011-02-29'],
    ['iso', '1900-02-29'],
    ['iso', '2012-13-01'],
    ['iso', '2012-00-01'],
    ['iso', '2012-01-32'],
    ['iso', '2012-04-31'],
    ['iso', '2012-01-02T24:00:00'],
    ['iso', '2012-01-02T23:60'],
    ['iso', '2012-01-02T23:59:60'],
    ['iso', '2012-01-02T03:04:05+25:00'],
    ['iso', '2012-01/02'],
    ['iso', '0000-01-01'],
    ['iso', '2012-01-02x'],
    ['iso', '02/01/2012'],
    ['iso', '20120102'],
    ['dmy', '12/31/2011'],
    ['mdy', '31/12/2011'],
    ['dmy', '1/2/123'],
    ['epoch', '1e300'],
    ['epoch', 'soon'],
  ])('%s: %j is none', (format, text) => {
    expect(() => decodeText(column('time', format), text)).toThrow(CellError);
  });

  it('agrees with the JavaScript calendar on every day it is asked for', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
        (date) => {
          const text = date.toISOString();
          expect(decodeText(column('time', 'iso'), text)).toBe(Math.floor(date.getTime() / 1000));
        },
      ),
    );
  });
});

describe('a JSON value', () => {
  test.each<[ColumnType, unknown, unknown]>([
    ['number', 1.5, 1.5],
    ['integer', 1.5, 1.5],
    ['number', null, null],
    ['category', 'a', 'a'],
    ['category', ' NA ', null],
    ['boolean', true, 'true'],
    ['boolean', 'False', 'false'],
    ['time', '2012-01-02', utc('2012-01-02')],
    ['time', 1325473445.7, 1325473445],
    ['time', null, null],
  ])('%s takes %j as %j', (type, json, value) => {
    expect(decodeJson(column(type), json)).toBe(value);
  });

  test.each<[ColumnType, unknown, string]>([
    ['number', '5', 'expected a number, got a string "5"'],
    ['number', '', 'expected a number, got a string ""'],
    ['number', Number.NaN, 'expected a number, got NaN'],
    ['number', Number.POSITIVE_INFINITY, 'expected a number, got Infinity'],
    ['integer', true, 'expected a number, got true'],
    ['category', 5, 'expected a string, got 5'],
    ['category', false, 'expected a string, got false'],
    ['category', {}, 'expected a string, got an object'],
    ['boolean', 1, 'expected true or false, got 1'],
    ['time', [], 'expected an ISO 8601 date or date-time, got an array'],
    ['time', '1/2/3', 'expected an ISO 8601 date or date-time, got "1/2/3"'],
    ['number', undefined, 'expected a number, got nothing'],
  ])('%s refuses %j: %s', (type, json, message) => {
    expect(() => decodeJson(column(type), json)).toThrow(new CellError(...words(message)));
  });

  it('is read in the format of the training data too', () => {
    expect(decodeJson(column('time', 'dmy'), '31/12/11')).toBe(utc('2011-12-31'));
  });
});

it('rows of decoded values become columns', () => {
  const columns: ColumnSchema[] = (['number', 'category', 'time'] as const).map((type) => ({
    name: type,
    type,
    role: 'feature',
    missing: 0,
    unique: 0,
  }));
  const table = tableFromRecords(columns, [
    [1, 'b', 60],
    [null, null, null],
    [3, 'a'],
    [4, 'b', 0],
  ]);
  const rows = [0, 1, 2, 3].map((row) => table.columns.map((cells) => cellText(cells, row)));
  expect(rows).toEqual([
    ['1', 'b', '1970-01-01T00:01:00Z'],
    ['', '', ''],
    ['3', 'a', ''],
    ['4', 'b', '1970-01-01T00:00:00Z'],
  ]);
});

it('numbers read from bytes equal numbers read from text, or are left to the text', () => {
  const stop: DecimalEnd = { end: 0 };
  const number = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.float({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.integer().map(String),
    fc.stringMatching(/^[+-]?\d{0,20}\.?\d{0,20}(e[+-]?\d{0,4})?$/),
  );
  fc.assert(
    fc.property(number, (text) => {
      const value = scanDecimal(Buffer.from(`${text},`), 0, stop);
      if (!Number.isNaN(value) && stop.end === text.length) expect(value).toBe(decimalFromText(text));
    }),
    { numRuns: 2000 },
  );
  expect(scanDecimal(Buffer.from('12.25e1,'), 0, stop)).toBe(122.5);
  expect(stop.end).toBe(7);
});

function words(message: string): [string, string] {
  const [, expected, received] = /^expected (.*), got (.*)$/.exec(message) ?? [];
  return [expected ?? '', received ?? ''];
}
