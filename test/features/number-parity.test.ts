import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Table } from '#mlx/data/table.js';
import { fitPipeline } from '#mlx/features/fit.js';
import { applyPipeline, type FittedPipeline } from '#mlx/features/pipeline.js';
import type { FitContext, StepSpec } from '#mlx/features/step.js';
import { runPipeline } from './run-pipeline.js';
import { firstDifference, numbers, schemaOf, tableOf } from './tables.js';

const ROWS = 8;
const EXTREMES = [0, -0, 5e-324, 1e-46, -1e-50, 1e300, -1.7e308, Number.MAX_VALUE, 1 + 1e-12, 0.1];
const aNumber = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -5, max: 5 }) },
  { weight: 3, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
  { weight: 1, arbitrary: fc.constantFrom(...EXTREMES) },
);
const aColumn = fc.oneof(
  { weight: 6, arbitrary: fc.array(fc.option(aNumber, { freq: 6 }), { minLength: ROWS, maxLength: ROWS }) },
  { weight: 1, arbitrary: aNumber.map((value) => new Array<number>(ROWS).fill(value)) },
  { weight: 1, arbitrary: fc.constant(new Array<null>(ROWS).fill(null)) },
);
const aTable = (width: number): fc.Arbitrary<Table> =>
  fc
    .array(aColumn, { minLength: width, maxLength: width })
    .map((columns) => tableOf(columns.map((values, index) => numbers(`n${index}`, values))));

const choice = <T>(...values: T[]) => fc.constantFrom(...values);
const aRange = choice([25, 75], [0, 100], [10, 60]);
const aStep: fc.Arbitrary<StepSpec> = fc.oneof(
  fc.record({
    step: fc.constant('impute'),
    strategy: choice('mean', 'median', 'most_frequent', 'constant'),
    fill_value: choice(null, -3, 1e-50),
  }),
  fc.record({
    step: fc.constant('outliers'),
    method: choice('iqr', 'zscore', 'percentile'),
    factor: choice(null, 0.1, 0),
    quantile_range: aRange,
  }),
  fc.record({
    step: fc.constant('scale'),
    method: choice('standard', 'minmax', 'robust'),
    feature_range: choice([0, 1], [-1e-46, 1], [0, 1e12]),
    quantile_range: aRange,
    with_centering: fc.boolean(),
    with_scaling: fc.boolean(),
  }),
  fc.record({
    step: fc.constant('bins'),
    strategy: choice('uniform', 'quantile'),
    n_bins: fc.integer({ min: 2, max: 6 }),
  }),
  fc.record({
    step: fc.constant('select'),
    score_func: choice('f_regression', 'mutual_info_regression'),
    k: choice<number | string>(1, 2, 'all'),
  }),
  fc.record({ step: fc.constant('variance-threshold'), threshold: choice(0, 1) }),
  fc.record({ step: fc.constant('correlation-filter'), threshold: choice(0.2, 0.9) }),
);
/** Steps that add columns: at most one a recipe, since their names would be there already. */
const aWideningStep: fc.Arbitrary<StepSpec> = fc.oneof(
  fc.record({
    step: fc.constant('polynomial'),
    degree: fc.integer({ min: 1, max: 4 }),
    interaction_only: fc.boolean(),
    include_bias: fc.boolean(),
  }),
  fc.constant({ step: 'impute', add_indicator: true }),
  fc.constant({ step: 'outliers', factor: 0.2, action: 'flag' }),
  fc.constant({ step: 'bins', n_bins: 3, encode: 'onehot' }),
  fc.constant({ step: 'number-levels', max_levels: 4 }),
);
const aRecipe = fc
  .tuple(
    fc.array(aStep, { maxLength: 2 }),
    fc.option(aWideningStep, { nil: undefined }),
    fc.array(aStep, { maxLength: 2 }),
  )
  .map(([before, widening, after]) => [...before, ...(widening === undefined ? [] : [widening]), ...after]);

const context: FitContext = {
  target: { task: 'regression', classes: 0, values: Float64Array.of(3, 1, 4, 1, 5, 9, 2, 6) },
  folds: null,
  seed: 11,
};

/** null where every column is left out, which is said as an error. */
function fitted(table: Table, recipe: readonly StepSpec[]): FittedPipeline | null {
  try {
    return fitPipeline(table, schemaOf(table), recipe, context).pipeline;
  } catch (error) {
    expect(error).toMatchObject({ code: 'FEATURES_MISSING' });
    return null;
  }
}

it('any chain of steps for numbers gives the same bits in the graph, from the smallest double to the largest', async () => {
  const aCase = fc
    .integer({ min: 1, max: 4 })
    .chain((width) => fc.tuple(aTable(width), aTable(width), aRecipe));
  await fc.assert(
    fc.asyncProperty(aCase, async ([train, other, recipe]) => {
      const pipeline = fitted(train, recipe);
      if (pipeline === null) return;
      expect(JSON.parse(JSON.stringify(pipeline))).toEqual(pipeline);
      const expected = applyPipeline(pipeline, other);
      const { matrix } = await runPipeline(pipeline, schemaOf(other), other, 'test', 1);
      expect(firstDifference(matrix, expected)).toBeNull();
    }),
    { numRuns: 250 },
  );
}, 60_000);
