import fc from 'fast-check';
import type { Column, Table } from '#mlx/data/table.js';
import { numbers, tableOf, texts, times } from './tables.js';

export const ODD_LEVELS = [
  'a',
  'A',
  'b',
  '10',
  ' a',
  'é',
  '😀',
  'OTHER',
  '',
  'a|b',
  '"',
  'x'.repeat(5000),
  'a\0b',
  '\ud800',
];

const EXTREMES = [
  0,
  -0,
  1e308,
  -1e308,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  5e-324,
  -5e-324,
  1e-310,
  1e-40,
  -1e-40,
  1 + 2 ** -40,
  2 ** 53,
  2 ** 53 - 1,
  -(2 ** 53),
  1e15 + 1,
  3.4028235677973366e38,
  1e39,
];

/** What the values of one number column are like. */
const someNumbers: readonly fc.Arbitrary<number>[] = [
  fc.double({ noNaN: true, min: -1e3, max: 1e3 }),
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(...EXTREMES),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constantFrom(...EXTREMES)),
  fc.maxSafeInteger(),
];
const someLevels: readonly fc.Arbitrary<string>[] = [
  fc.constantFrom('a', 'b', 'c'),
  fc.constantFrom(...ODD_LEVELS),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
];
const someTimes: readonly fc.Arbitrary<number>[] = [
  fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }),
  fc.integer({ min: 1_600_000_000, max: 1_700_000_000 }),
  fc.constantFrom(0, -1, 951_782_399, 951_782_400, -62_135_596_801, 253_402_300_800, 8.64e12, -8.64e12),
];

/** A training table, and its rows followed by others. */
export interface TwoTables {
  readonly train: Table;
  readonly all: Table;
}

export const MAX_ROWS = 12;

/**
 * A list of cells for each table: missing in one of five, or all the same, or none; the other table's cells come
 * from the same kind of values or from another one.
 */
function cells<T>(kinds: readonly fc.Arbitrary<T>[]): fc.Arbitrary<readonly [(T | null)[], (T | null)[]]> {
  const list = (value: fc.Arbitrary<T | null>) =>
    fc.array(value, { minLength: MAX_ROWS, maxLength: MAX_ROWS });
  const holed = (value: fc.Arbitrary<T>) => list(fc.option(value, { freq: 5, nil: null }));
  const anyKind = fc.oneof(...kinds.map(holed));
  const empty = fc.constant(new Array<null>(MAX_ROWS).fill(null));
  const constant = fc.oneof(...kinds).map((value) => new Array<T>(MAX_ROWS).fill(value));
  const varied = {
    weight: 8,
    arbitrary: fc.oneof(...kinds.map((kind) => fc.tuple(holed(kind), holed(kind)))),
  };
  return fc.oneof(
    varied,
    { weight: 1, arbitrary: fc.tuple(anyKind, anyKind) },
    { weight: 1, arbitrary: fc.tuple(constant, anyKind) },
    { weight: 1, arbitrary: fc.tuple(fc.oneof(empty, anyKind), empty) },
  );
}

/** Up to three numbers n0 …, three texts s0 … and two times t0 …, at least one column in all. */
export const twoTables: fc.Arbitrary<TwoTables> = fc
  .record({
    numbers: fc.array(cells(someNumbers), { maxLength: 3 }),
    texts: fc.array(cells(someLevels), { maxLength: 3 }),
    times: fc.array(cells(someTimes), { maxLength: 2 }),
    rows: fc.tuple(fc.integer({ min: 1, max: MAX_ROWS }), fc.integer({ min: 1, max: MAX_ROWS })),
  })
  .filter((parts) => parts.numbers.length + parts.texts.length + parts.times.length > 0)
  .map((parts) => {
    const [rows, more] = parts.rows;
    const table = (cut: <T>(lists: readonly [T[], T[]]) => T[]): Table => {
      const columns: Column[] = [
        ...parts.numbers.map((lists, i) => numbers(`n${i}`, cut(lists))),
        ...parts.texts.map((lists, i) => texts(`s${i}`, cut(lists))),
        ...parts.times.map((lists, i) => times(`t${i}`, cut(lists))),
      ];
      return tableOf(columns);
    };
    return {
      train: table(([own]) => own.slice(0, rows)),
      all: table(([own, other]) => [...own.slice(0, rows), ...other.slice(0, more)]),
    };
  });
