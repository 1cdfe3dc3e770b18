import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FoldOptions, planFolds } from '#mlx/data/fold-plan.js';
import type { SplitChoice } from '#mlx/data/hold-out.js';
import type { ColumnRole, Schema } from '#mlx/data/schema.js';
import type { Table } from '#mlx/data/table.js';
import { failure } from './temporary.js';

interface Golden {
  readonly time: readonly { rows: number; k: number; folds: readonly [number, number, number][] }[];
  readonly group: readonly { groups: number[]; k: number; sizes: number[] }[];
  readonly stratified: readonly { counts: number[]; k: number; outcome: string; perClass: number[][] }[];
}

const golden = JSON.parse(readFileSync(new URL('../golden/folds.json', import.meta.url), 'utf8')) as Golden;

function tableOf(values: readonly number[], role: ColumnRole = 'feature'): [Table, Schema] {
  const column = { kind: 'number' as const, name: 'c', values: Float64Array.from(values) };
  const described = { name: 'c', type: 'number' as const, role, missing: 0, unique: 1 };
  return [
    { rows: values.length, columns: [column] },
    { version: 1, rows: values.length, columns: [described] },
  ];
}

const optionsOf = (
  k: number,
  more: Partial<FoldOptions> = {},
  holdOut: Partial<SplitChoice> = {},
): FoldOptions => ({
  k,
  method: 'auto',
  seed: 3,
  holdOut: { method: 'auto', ...holdOut },
  ...more,
});

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('folds against scikit-learn', () => {
  it.each(golden.time)('by time as TimeSeriesSplit: $rows rows in $k folds', ({ rows, k, folds }) => {
    const order = range(rows);
    const plan = planFolds(...tableOf(order, 'time'), optionsOf(k));
    expect(plan).toMatchObject({ method: 'time', column: 'c', notes: [] });
    expect(plan.folds.map(({ train, test }) => [train.length, test[0], test.at(-1)])).toEqual(folds);
  });

  it.each(golden.time)(
    'by the place of rows where the last are held out: $rows in $k',
    ({ rows, k, folds }) => {
      const plan = planFolds(...tableOf(range(rows)), optionsOf(k, {}, { method: 'tail' }));
      expect(plan).toMatchObject({ method: 'time', column: null });
      expect(plan.folds.map(({ train, test }) => [train.length, test[0], test.at(-1)])).toEqual(folds);
    },
  );

  it.each(golden.group)('by group the sizes are those of GroupKFold: $sizes', ({ groups, k, sizes }) => {
    const plan = planFolds(...tableOf(groups, 'group'), optionsOf(k));
    expect(plan).toMatchObject({ method: 'group', column: 'c' });
    expect(plan.folds.map(({ test }) => test.length).sort((a, b) => a - b)).toEqual(sizes);
    for (const { train, test } of plan.folds) {
      const trained = new Set(Array.from(train, (row) => groups[row]));
      expect(Array.from(test).some((row) => trained.has(groups[row]))).toBe(false);
    }
  });

  it.each(golden.stratified)(
    'stratified: classes of $counts rows in $k folds ($outcome)',
    async (expected) => {
      const { counts, k, outcome, perClass } = expected;
      const classes = Float64Array.from(counts.flatMap((count, index) => Array<number>(count).fill(index)));
      const plan = () => planFolds(...tableOf([...classes]), optionsOf(k, {}, { classes }));
      if (outcome === 'error') {
        expect(await failure(plan)).toMatchObject({ code: 'USAGE' });
        return;
      }
      const { folds, notes, method } = plan();
      expect(method).toBe('stratified');
      expect(notes).toHaveLength(outcome === 'warning' ? 1 : 0);
      const found = counts.map((_, index) =>
        folds
          .map(({ test }) => Array.from(test).filter((row) => classes[row] === index).length)
          .sort((a, b) => a - b),
      );
      expect(found).toEqual(perClass);
    },
  );
});

const cases = fc.record({
  values: fc.array(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.constant(Number.NaN)), {
    minLength: 2,
    maxLength: 60,
  }),
  k: fc.integer({ min: 2, max: 6 }),
  method: fc.constantFrom('kfold' as const, 'stratified' as const, 'time' as const, 'group' as const),
  seed: fc.nat(),
});

it('whatever the data, no row is on both sides, none is tested twice, no fold is empty; or it is a clear error', () => {
  fc.assert(
    fc.property(cases, ({ values, k, method, seed }) => {
      const holdOut = { classes: Float64Array.from(values), timeColumn: 'c', groupColumn: 'c' };
      const make = () => planFolds(...tableOf(values), optionsOf(k, { method, seed }, holdOut));
      let plan: ReturnType<typeof make>;
      try {
        plan = make();
      } catch (error) {
        expect(error).toMatchObject({ code: 'USAGE' });
        return;
      }
      const tested = plan.folds.flatMap(({ test }) => [...test]);
      expect(new Set(tested).size).toBe(tested.length);
      for (const { train, test } of plan.folds) {
        expect(train.length).toBeGreaterThan(0);
        expect(test.length).toBeGreaterThan(0);
        const inTest = new Set(test);
        expect(train.some((row) => inTest.has(row))).toBe(false);
        if (method !== 'time') {
          expect(train.length + test.length).toBe(values.length);
        } else {
          const latest = Math.max(
            ...Array.from(train, (row) => values[row] ?? 0).filter((v) => !Number.isNaN(v)),
          );
          for (const row of test) expect(values[row]).toBeGreaterThan(latest);
        }
      }
      if (method !== 'time') expect(tested).toHaveLength(values.length);
    }),
  );
});

it.each([
  ['random', undefined, 'kfold'],
  ['auto', undefined, 'kfold'],
  ['stratified', Float64Array.from([0, 0, 1, 1]), 'stratified'],
  ['auto', Float64Array.from([0, 0, 1, 1]), 'stratified'],
  ['random', Float64Array.from([0, 0, 1, 1]), 'kfold'],
  ['tail', Float64Array.from([0, 0, 1, 1]), 'time'],
] as const)('rows held out by %s are dealt the same way', (method, classes, expected) => {
  const plan = planFolds(...tableOf([1, 2, 3, 4]), optionsOf(2, {}, { method, classes }));
  expect(plan.method).toBe(expected);
});

it('rows whose time is not known are trained on in every fold', () => {
  const plan = planFolds(...tableOf([4, Number.NaN, 1, 2, 3], 'time'), optionsOf(2));
  expect(plan.folds.map(({ train, test }) => [[...train], [...test]])).toEqual([
    [[1, 2, 3], [4]],
    [[1, 2, 3, 4], [0]],
  ]);
});

it('the same seed deals the same folds, another seed others', () => {
  const tests = (seed: number) =>
    planFolds(...tableOf(range(40)), optionsOf(4, { seed })).folds.map(({ test }) => [...test]);
  expect(tests(1)).toEqual(tests(1));
  expect(tests(1)).not.toEqual(tests(2));
});

it.each([
  ['fewer rows than folds', [1, 2], {}, {}, '2 rows are too few for 5 folds.'],
  [
    'fewer groups than folds',
    [1, 2, 1, 2, 1],
    {},
    { groupColumn: 'c' },
    '2 groups in "c" are too few for 5 folds.',
  ],
  [
    'times that hardly differ',
    [1, 2, 1, 2, 1],
    {},
    { timeColumn: 'c' },
    'The distinct times in "c" are too few',
  ],
  ['no time to go by', [1, 2, 3, 4, 5], { method: 'time' }, {}, 'needs a column to go by'],
  [
    'no classes',
    [1, 2, 3, 4, 5],
    { method: 'stratified' },
    {},
    'Stratified folds need a target with classes.',
  ],
] as const)('%s is said', async (_, values, more, holdOut, message) => {
  const thrown = await failure(() => planFolds(...tableOf(values), optionsOf(5, more, holdOut)));
  expect(thrown).toMatchObject({ code: 'USAGE' });
  expect(thrown.message).toContain(message);
});
