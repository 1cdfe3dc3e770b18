import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Block, blockOf } from '#mlx/features/block.js';
import { fitPipeline, NO_TARGET } from '#mlx/features/fit.js';
import { resolveOptions } from '#mlx/features/parameters.js';
import { applyPipeline, STEPS } from '#mlx/features/pipeline.js';
import type { Step, StepState } from '#mlx/features/step.js';
import { runPipeline } from './run-pipeline.js';
import { firstDifference, numbers, schemaOf, tableOf, texts, times } from './tables.js';

interface NumberGolden {
  name: string;
  values: (number | null)[];
  median: number[];
  mean: number[];
  cap: (number | null)[];
  scale: (number | null)[];
  /** Largest value in standard deviations: how much of the digits centring takes. */
  condition: number;
}

interface CategoryGolden {
  train: string[];
  later: string[];
  levels: string[];
  ordinal: number[];
  one_hot: number[][];
  holes: (string | null)[];
  filled: string[];
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../golden/${name}`, import.meta.url), 'utf8'));
const golden = read('features_sklearn.json') as { numbers: NumberGolden[]; categories: CategoryGolden };

function fitBlock(step: Step, block: Block, given: Record<string, unknown> = {}): StepState {
  return step.fit(block, resolveOptions(step.name, step.parameters, given), NO_TARGET);
}

/** Fits one step to a column and applies it to the same column. */
function fitApply(name: string, values: readonly (number | null)[], strategy?: string): Float64Array {
  const step = STEPS.get(name) as Step;
  const block = blockOf(tableOf([numbers('x', values)]), 'number', ['x']);
  const out = step.apply(block, fitBlock(step, block, strategy === undefined ? {} : { strategy }));
  return out.columns[0] as Float64Array;
}

/** Equal to 1e-9 of the largest value, and to what rounding of the mean costs (`slack`). */
function expectClose(actual: Float64Array, expected: readonly (number | null)[], slack = 0): void {
  const scale = Math.max(...expected.map((value) => Math.abs(value ?? 0)));
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, index) => {
    const own = actual[index] as number;
    if (value === null) expect(own).toBeNaN();
    else expect(Math.abs(own - value), `row ${index}`).toBeLessThanOrEqual(1e-9 * scale + slack);
  });
}

describe.each(golden.numbers)(
  '$name equals scikit-learn',
  ({ values, median, mean, cap, scale, condition }) => {
    it('impute median', () => expectClose(fitApply('impute', values, 'median'), median));
    it('impute mean', () => expectClose(fitApply('impute', values, 'mean'), mean));
    it('cap at 1.5 interquartile ranges', () => expectClose(fitApply('outliers', values), cap));
    it('standard scaling', () =>
      expectClose(fitApply('scale', values), scale, 8 * Number.EPSILON * condition));
  },
);

describe('categories equal scikit-learn', () => {
  const { categories } = golden;
  const all = [...categories.train, ...categories.later];
  const fitOn = blockOf(tableOf([texts('c', categories.train)]), 'string', ['c']);
  const applyTo = blockOf(tableOf([texts('c', all)]), 'string', ['c']);
  const fitted = (name: string): readonly [Step, StepState] => {
    const step = STEPS.get(name) as Step;
    return [step, fitBlock(step, fitOn)];
  };

  it('ordinal: sorted levels, -1 for one that training did not have', () => {
    const [step, state] = fitted('ordinal');
    expect(state).toMatchObject({ levels: [categories.levels] });
    expect([...(step.apply(applyTo, state).columns[0] as Float64Array)]).toEqual(categories.ordinal);
  });

  it('one-hot: a column per level, all 0 for one that training did not have', () => {
    const [step, state] = fitted('one-hot');
    const { columns, names } = step.apply(applyTo, state);
    expect(names).toEqual(categories.levels.map((level) => `c=${level}`));
    const rows = all.map((_, row) => (columns as readonly Float64Array[]).map((column) => column[row]));
    expect(rows).toEqual(categories.one_hot);
  });

  it('fill-level: the most frequent, the first among equals', () => {
    const step = STEPS.get('fill-level') as Step;
    const block = blockOf(tableOf([texts('c', categories.holes)]), 'string', ['c']);
    const out = step.apply(block, fitBlock(step, block));
    const [column] = out.kind === 'string' ? out.columns : [];
    expect(Array.from(column?.codes ?? [], (code) => column?.levels[code])).toEqual(categories.filled);
  });
});

describe('calendar', () => {
  const rows = read('features_calendar.json') as number[][];
  const table = tableOf([
    times(
      't',
      rows.map(([seconds]) => seconds as number),
    ),
  ]);
  const recipe = [{ step: 'calendar' }];
  const { pipeline } = fitPipeline(table, schemaOf(table), recipe);
  const expected = rows.flatMap((row) => row.slice(1));

  it('equals Python’s datetime on both sides of 1970, in leap years and at the ends of the years 1 to 9999', () => {
    expect(pipeline.features).toEqual(['t.year', 't.month', 't.day', 't.day_of_week', 't.hour']);
    expect(firstDifference(applyPipeline(pipeline, table), expected)).toBeNull();
  });

  it('gives the same in the graph', async () => {
    const { matrix } = await runPipeline(pipeline, schemaOf(table), table, 'test', 2);
    expect(firstDifference(matrix, expected)).toBeNull();
  });

  it('gives the same in the graph for several columns side by side', async () => {
    const seconds = rows.map(([value]) => value as number);
    const wide = tableOf(
      ['a', 'b', 'c'].map((name, shift) =>
        times(name, [...seconds.slice(shift), ...seconds.slice(0, shift)]),
      ),
    );
    const { pipeline: fitted } = fitPipeline(wide, schemaOf(wide), recipe);
    const { matrix } = await runPipeline(fitted, schemaOf(wide), wide, 'test', 2);
    expect(firstDifference(matrix, applyPipeline(fitted, wide))).toBeNull();
  });

  it.each([
    ['before year 1', -1e15, [1, 1, 1, 0, 0]],
    ['after year 9999', 1e15, [9999, 12, 31, 4, 23]],
  ])('takes a time %s as the nearest there is', async (_, seconds, parts) => {
    const one = tableOf([times('t', [seconds])]);
    expect([...applyPipeline(pipeline, one)]).toEqual(parts);
    expect([...(await runPipeline(pipeline, schemaOf(one), one, 'test', 1)).matrix]).toEqual(parts);
  });
});
