import fc from 'fast-check';
import type { ParameterSpec } from '#mlx/features/parameters.js';
import { STEPS } from '#mlx/features/pipeline.js';
import { RECIPE_CHOICES, type Recipe, recipeOf } from '#mlx/features/recipe.js';
import type { Step, StepSpec } from '#mlx/features/step.js';
import { ODD_LEVELS } from './random-tables.js';

const PARTS = [
  'year',
  'quarter',
  'week',
  'day_of_year',
  'second',
  'weekend',
  'elapsed',
  'month_sin',
  'hour_cos',
];
const ANY_NUMBER = fc.constantFrom(0, 1, -1.5, 0.1, 3, 1e-310, -1e308, 5e-324, 2 ** 53);
const PERCENTILES = fc.constantFrom([0, 100], [1, 99], [25, 75], [10, 40.5]);

/** Values of parameters of which the declaration alone does not tell what is sensible and small. */
const VALUES: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  'ordinal.order': fc.uniqueArray(fc.constantFrom(...ODD_LEVELS.filter((level) => level !== '')), {
    maxLength: 4,
  }),
  'ordinal.unknown_value': fc.constantFrom(-1, 99, -(2 ** 31)),
  'one-hot.min_frequency': fc.constantFrom(0, 0.2, 0.5, 2, 3),
  'one-hot.max_categories': fc.integer({ min: 1, max: 4 }),
  'hashing.n_features': fc.integer({ min: 1, max: 5 }),
  'target.smooth': fc.constantFrom(0, 1, 7.5),
  'calendar.parts': fc.subarray(PARTS, { minLength: 1 }),
  'calendar.reference': fc.constantFrom('1999-12-31', '0001-01-01T00:00:01Z'),
  'impute.fill_value': ANY_NUMBER,
  'outliers.quantile_range': PERCENTILES,
  'scale.quantile_range': PERCENTILES,
  'scale.feature_range': fc.constantFrom([0, 1], [-1, 1], [0.1, 1e-3 + 0.1]),
  'bins.n_bins': fc.integer({ min: 2, max: 6 }),
  'polynomial.degree': fc.integer({ min: 1, max: 3 }),
  'select.k': fc.constantFrom(1, 2, 3, 5),
};

/** Parameters that go together. */
const GROUPS: Readonly<Record<string, fc.Arbitrary<Readonly<Record<string, unknown>>>>> = {
  'fill-level': fc.constantFrom(
    {},
    { strategy: 'constant' },
    { strategy: 'constant', fill_value: 'OTHER' },
    { strategy: 'constant', fill_value: '😀' },
    { strategy: 'constant', fill_value: 'a\0c' },
  ),
  'fill-time': fc.constantFrom({}, { strategy: 'constant', fill_value: '9999-12-31' }),
};

/** Columns of the random tables by the beginnings of their names; not given = all of the step's kind. */
const aSelector = fc.option(
  fc.constantFrom(
    ['n0*'],
    ['n*'],
    ['s0*'],
    ['s*'],
    ['t0*'],
    ['t*'],
    ['@all'],
    ['*1*', 'n0*'],
    ['@all', '!n1*', '!s1*'],
  ),
  { nil: undefined },
);

function aValue(owner: string, spec: ParameterSpec): fc.Arbitrary<unknown> {
  const own = VALUES[owner];
  if (own !== undefined) return own;
  switch (spec.kind) {
    case 'choice':
      return fc.constantFrom(...spec.choices);
    case 'boolean':
      return fc.boolean();
    case 'number':
      return fc.double({ min: spec.min ?? -100, max: Math.min(spec.max ?? 100, 100), noNaN: true });
    case 'integer':
      return fc.integer({ min: spec.min ?? 0, max: Math.min(spec.max ?? 8, 8) });
    default:
      return fc.constant(undefined);
  }
}

/** One step with about half of its parameters given. */
function aStep(step: Step): fc.Arbitrary<StepSpec> {
  const given =
    GROUPS[step.name] ??
    fc.record(
      Object.fromEntries(
        Object.entries(step.parameters).map(([name, spec]) => [
          name,
          fc.option(aValue(`${step.name}.${name}`, spec), { nil: undefined }),
        ]),
      ),
    );
  // Products of many columns would be too many to look at.
  const columns = step.name === 'polynomial' ? fc.constantFrom(['n0*'], ['n1*', 't0*hour*']) : aSelector;
  return fc.tuple(columns, given).map(([selected, parameters]) => ({
    ...definedOnly({ columns: selected, ...parameters }),
    step: step.name,
  }));
}

function definedOnly(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

const all = [...STEPS.values()];
const anyOf = (steps: readonly Step[]): fc.Arbitrary<StepSpec> => fc.oneof(...steps.map(aStep));
const encoders = all.filter(({ name, accepts }) => accepts === 'string' && name !== 'fill-level');

/**
 * Some steps of any kind with any parameters, then whatever makes numbers of the text and the times that are left,
 * then some steps for numbers.
 */
const aFreeRecipe: fc.Arbitrary<Recipe> = fc
  .tuple(
    fc.array(anyOf(all), { maxLength: 5 }),
    anyOf(encoders),
    aStep(STEPS.get('calendar') as Step),
    fc.array(anyOf(all.filter(({ accepts }) => accepts === 'number')), { maxLength: 3 }),
  )
  .map(([first, encode, calendar, last]) => [...first, everyColumn(encode), everyColumn(calendar), ...last]);

/** The recipes that a user gets by choices alone. */
const aChosenRecipe: fc.Arbitrary<Recipe> = fc
  .record({
    impute: fc.constantFrom(...RECIPE_CHOICES.impute),
    outliers: fc.constantFrom(...RECIPE_CHOICES.outliers),
    encode: fc.constantFrom(...RECIPE_CHOICES.encode),
    scale: fc.constantFrom(...RECIPE_CHOICES.scale),
  })
  .map((options) => recipeOf({ kind: 'choices', options }, []).steps);

export const aRecipe: fc.Arbitrary<Recipe> = fc.oneof(
  { weight: 5, arbitrary: aFreeRecipe },
  { weight: 1, arbitrary: aChosenRecipe },
);

function everyColumn({ columns: _, ...spec }: StepSpec): StepSpec {
  return spec as StepSpec;
}
