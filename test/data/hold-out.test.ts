import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldsOf } from '#mlx/data/folds.js';
import { type HoldOutOptions, holdOutRows } from '#mlx/data/hold-out.js';
import type { ColumnRole, Schema } from '#mlx/data/schema.js';
import type { Table } from '#mlx/data/table.js';
import { failure } from './temporary.js';

const base: HoldOutOptions = { method: 'auto', testShare: 0.25, seed: 1 };

function tableOf(values: readonly number[], role: ColumnRole = 'feature'): [Table, Schema] {
  const column = { kind: 'number' as const, name: 'c', values: Float64Array.from(values) };
  const described = { name: 'c', type: 'number' as const, role, missing: 0, unique: 1 };
  return [
    { rows: values.length, columns: [column] },
    { version: 1, rows: values.length, columns: [described] },
  ];
}

const column = fc.array(fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constant(Number.NaN)), {
  minLength: 4,
  maxLength: 60,
});
const share = fc.double({ min: 0.05, max: 0.95, noNaN: true });
const distinct = (values: readonly number[]) => new Set(values.filter((value) => !Number.isNaN(value))).size;

describe('by time', () => {
  it('no row that is trained on is later than one that is held out, or as late', () => {
    fc.assert(
      fc.property(column, share, (values, testShare) => {
        fc.pre(distinct(values) > 1);
        const [table, schema] = tableOf(values, 'time');
        const { train, test, method, column: by } = holdOutRows(table, schema, { ...base, testShare });
        expect({ method, by }).toEqual({ method: 'time', by: 'c' });
        const earliest = Math.min(...[...test].map((row) => values[row] as number));
        expect([...test].some((row) => Number.isNaN(values[row]))).toBe(false);
        expect([...train].every((row) => !((values[row] as number) >= earliest))).toBe(true);
        expect([...train, ...test].sort((a, b) => a - b)).toEqual([...values.keys()]);
        expect(Math.min(train.length, test.length)).toBeGreaterThan(0);
      }),
    );
  });

  it('as near to the share as whole times allow', () => {
    const cut = (values: number[], testShare: number) => {
      const [table, schema] = tableOf(values);
      return [...holdOutRows(table, schema, { ...base, method: 'time', testShare, timeColumn: 'c' }).test];
    };
    expect(cut([5, 1, 4, 2, 3, 6, 8, 7], 0.25)).toEqual([6, 7]);
    expect(cut([1, 2, 3, 3, 3, 3, 3, 4], 0.25)).toEqual([7]);
    expect(cut([1, 2, 3, 3, 3, 3, 3, 4], 0.5)).toEqual([2, 3, 4, 5, 6, 7]);
    expect(cut([1, 1, 2, 2, 2, 2, 2, 2], 0.1)).toEqual([2, 3, 4, 5, 6, 7]);
  });

  it('text, and a time that never changes, are refused', async () => {
    const [table, schema] = tableOf([3, 3, 3], 'time');
    expect(await failure(() => holdOutRows(table, schema, base))).toMatchObject({
      code: 'USAGE',
      message: expect.stringMatching(/"c" does not differ/),
    });
    const text: Table = {
      rows: 2,
      columns: [{ kind: 'string', name: 'c', codes: Int32Array.of(0, 1), levels: ['a', 'b'] }],
    };
    expect(await failure(() => holdOutRows(text, schema, base))).toMatchObject({
      message: expect.stringMatching('holds text'),
    });
  });
});

describe('by group', () => {
  it('no group is in both parts, and the seed decides which are held out', () => {
    fc.assert(
      fc.property(column, share, fc.integer(), (values, testShare, seed) => {
        fc.pre(new Set(values).size > 1);
        const [table, schema] = tableOf(values, 'group');
        const split = holdOutRows(table, schema, { ...base, testShare, seed });
        const groups = (rows: Int32Array) => new Set([...rows].map((row) => values[row]));
        expect([...groups(split.test)].filter((group) => groups(split.train).has(group))).toEqual([]);
        expect(Math.min(split.train.length, split.test.length)).toBeGreaterThan(0);
        expect(split).toEqual(holdOutRows(table, schema, { ...base, testShare, seed }));
      }),
    );
  });

  it('comes near to the share where groups are small', () => {
    const [table, schema] = tableOf(
      Array.from({ length: 1000 }, (_, row) => row % 97),
      'group',
    );
    for (const seed of [1, 2, 3]) {
      const { test } = holdOutRows(table, schema, { ...base, seed });
      expect(Math.abs(test.length - 250)).toBeLessThanOrEqual(6);
    }
  });
});

it('auto goes by the column that is named, else by classes, else at random', () => {
  const values = Array.from({ length: 12 }, (_, row) => row);
  const [table, schema] = tableOf(values);
  const classes = Float64Array.from(values, (value) => value % 2);
  const method = (options: Partial<HoldOutOptions>) =>
    holdOutRows(table, schema, { ...base, ...options }).method;
  expect(method({})).toBe('random');
  expect(method({ classes })).toBe('stratified');
  expect(method({ classes, timeColumn: 'c' })).toBe('time');
  expect(method({ classes, groupColumn: 'c' })).toBe('group');
  expect(method({ classes, timeColumn: 'c', method: 'tail' })).toBe('tail');
});

it('a method without what it needs is refused', async () => {
  const [table, schema] = tableOf([1, 2, 3]);
  for (const method of ['time', 'group', 'stratified'] as const)
    expect(await failure(() => holdOutRows(table, schema, { ...base, method }))).toMatchObject({
      code: 'USAGE',
    });
});

describe('folds', () => {
  it('are of equal size, in each class and in all, to within a row', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(0, 1, 2, Number.NaN), { maxLength: 80 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer(),
        (labels, k, seed) => {
          for (const classes of [undefined, Float64Array.from(labels)]) {
            const folds = foldsOf(labels.length, k, seed, classes);
            const isEven = (rows: number[]) => {
              const sizes = Array.from(
                { length: k },
                (_, fold) => rows.filter((row) => folds[row] === fold).length,
              );
              expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
            };
            const rows = [...labels.keys()];
            isEven(rows);
            if (classes !== undefined)
              for (const label of new Set(labels))
                isEven(rows.filter((row) => Object.is(labels[row], label)));
          }
        },
      ),
    );
  });

  it('the seed decides, and the order of the rows does not show', () => {
    expect(foldsOf(50, 5, 1)).toEqual(foldsOf(50, 5, 1));
    expect(foldsOf(50, 5, 1)).not.toEqual(foldsOf(50, 5, 2));
    expect([...foldsOf(50, 5, 1).slice(0, 10)]).not.toEqual([0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
  });

  it('a number of folds that is none is refused', () => {
    for (const k of [0, -1, 1.5, Number.NaN]) expect(() => foldsOf(4, k, 0)).toThrow(RangeError);
  });
});
