import type { ColumnSchema } from '../data/schema.js';
import { columnKind } from '../data/schema.js';
import { MlxError } from '../errors.js';
import { didYouMean } from '../suggest.js';
import { resolveOptions } from './parameters.js';
import type { Step, StepOptions, StepSpec } from './step.js';
import { STEPS } from './steps.js';

/** The steps that the raw columns go through, in order. */
export type Recipe = readonly StepSpec[];

/** The choices a user has without writing a recipe; each is a setting of the configuration and a flag. */
export const RECIPE_CHOICES = {
  impute: ['median', 'mean', 'most_frequent', 'none'],
  outliers: ['none', 'iqr', 'zscore', 'percentile'],
  encode: ['ordinal', 'one-hot', 'frequency', 'target', 'hashing'],
  scale: ['none', 'standard', 'minmax', 'robust'],
} as const;

export type RecipeOptions = {
  readonly [K in keyof typeof RECIPE_CHOICES]: (typeof RECIPE_CHOICES)[K][number];
} & {
  /** Whether hours, months and other whole numbers of few values become a column a value, as a linear model wants them. */
  readonly numbers?: 'levels';
};

/**
 * Trees need neither scaling nor one-hot columns, and capping would only take information from them. Categories are ordered by
 * what is known of the target, so that one split can part them well.
 */
export const TREE_RECIPE: RecipeOptions = {
  impute: 'median',
  outliers: 'none',
  encode: 'target',
  scale: 'none',
};

/** Boosting learns which way a missing number goes, and orders categories by what is known of the target. */
const BOOSTING_RECIPE: RecipeOptions = {
  impute: 'none',
  outliers: 'none',
  encode: 'target',
  scale: 'none',
};

/** Features for use outside mlx: what a linear model or a neural network wants to see. */
export const TABLE_RECIPE: RecipeOptions = {
  impute: 'median',
  outliers: 'iqr',
  encode: 'one-hot',
  scale: 'standard',
};

/**
 * What a linear model wants to see: all numbers of like size, and a column a level, also of hours and months, whose effect is no
 * straight line.
 */
const LINEAR_RECIPE: RecipeOptions = {
  impute: 'median',
  outliers: 'none',
  encode: 'one-hot',
  scale: 'standard',
  numbers: 'levels',
};

/** The default recipes, named for what is trained on them. */
export const RECIPES = { trees: TREE_RECIPE, boosting: BOOSTING_RECIPE, linear: LINEAR_RECIPE } as const;

/** What was asked for: choices that become a recipe once the columns are known, or the steps themselves. */
export type RecipePlan =
  | { readonly kind: 'choices'; readonly options: RecipeOptions }
  | { readonly kind: 'steps'; readonly steps: Recipe };

/**
 * Lays the given choices over the defaults, or takes the given steps instead.
 * @throws MlxError PARAM_INVALID naming the choice, step or parameter and what it may be
 */
export function planRecipe(
  defaults: RecipeOptions,
  given: Readonly<Record<string, string | undefined>>,
  steps?: Recipe,
): RecipePlan {
  if (steps !== undefined) {
    const [name] = Object.entries(given).find(([, value]) => value !== undefined) ?? [];
    if (name !== undefined) {
      throw new MlxError('PARAM_INVALID', `A recipe is given, and ${name} beside it.`, {
        hint: `Say it in the recipe, or leave the recipe out: without one, ${name} chooses among the usual steps.`,
      });
    }
    for (const [index, spec] of steps.entries()) readStep(index, spec);
    return { kind: 'steps', steps };
  }
  const chosen: Record<string, string> = { ...defaults };
  for (const [name, allowed] of Object.entries(RECIPE_CHOICES)) {
    const value = given[name];
    if (value === undefined) continue;
    if (!(allowed as readonly string[]).includes(value)) {
      throw new MlxError('PARAM_INVALID', `${name} cannot be "${value}".`, {
        hint: `Choose one of: ${allowed.join(', ')}.`,
      });
    }
    chosen[name] = value;
  }
  return { kind: 'choices', options: chosen as RecipeOptions };
}

/** One line of a recipe, understood. */
interface ReadStep {
  /** How messages call it. */
  readonly owner: string;
  readonly step: Step;
  readonly given: Readonly<Record<string, unknown>>;
  readonly options: StepOptions;
}

/**
 * One line of a recipe: its step, and every parameter with its given or default value.
 * @throws MlxError PARAM_INVALID
 */
export function readStep(index: number, spec: StepSpec): ReadStep {
  const owner = `Step ${index + 1} (${spec.step})`;
  const step = STEPS.get(spec.step);
  if (step === undefined) {
    throw new MlxError('PARAM_INVALID', `${owner}: there is no such step.`, {
      hint: didYouMean(spec.step, [...STEPS.keys()]),
      details: { step: spec.step, known: [...STEPS.keys()] },
    });
  }
  const { step: _, columns: __, ...given } = spec;
  return { owner, step, given, options: resolveOptions(owner, step.parameters, given) };
}

/** More levels than this make a table of one-hot columns too wide, and any other list of levels too long. */
const MOST_LEVELS = { 'one-hot': 256, other: 10_000 } as const;

/** Whole numbers of no more values have a column a value: days of a month, hours. Two values are a column already. */
const FEW_VALUES = { least: 3, most: 31 } as const;
/** Parts of a time that have a column a value; how long ago it was remains one number. */
const LEVELLED_PARTS = ['month', 'day_of_week', 'hour'] as const;

/** Names, behind the calendar, of the numbers that have few values. */
function levelledNumbers(columns: readonly ColumnSchema[]): string[] {
  return columns.flatMap(({ name, type, unique }) => {
    if (type === 'time') return LEVELLED_PARTS.map((part) => `${name}.${part}`);
    return type === 'integer' && unique >= FEW_VALUES.least && unique <= FEW_VALUES.most ? [name] : [];
  });
}

/** A recipe, and what a user should know of how it came about. */
export interface MadeRecipe {
  readonly steps: Recipe;
  readonly notes: readonly string[];
}

/** The steps of a plan for these columns. A category of very many levels is hashed, whatever else was chosen. */
export function recipeOf(plan: RecipePlan, columns: readonly ColumnSchema[]): MadeRecipe {
  if (plan.kind === 'steps') return { steps: plan.steps, notes: [] };
  const { impute, outliers, encode, scale, numbers } = plan.options;
  const limit = encode === 'one-hot' ? MOST_LEVELS['one-hot'] : MOST_LEVELS.other;
  const wide = columns.filter(
    ({ type, unique }) => encode !== 'hashing' && columnKind(type) === 'string' && unique > limit,
  );
  const steps: StepSpec[] = impute === 'none' ? [] : [{ step: 'impute', strategy: impute }];
  if (outliers !== 'none') steps.push({ step: 'outliers', method: outliers });
  const levelled = numbers === 'levels' ? levelledNumbers(columns) : [];
  steps.push(
    { step: 'fill-time' },
    { step: 'calendar', ...(numbers === 'levels' ? { parts: ['elapsed', ...LEVELLED_PARTS] } : {}) },
  );
  if (scale !== 'none') {
    const others =
      levelled.length === 0 ? {} : { columns: ['@number', ...levelled.map((name) => `!${name}`)] };
    steps.push({ step: 'scale', ...others, method: scale });
  }
  if (levelled.length > 0) steps.push({ step: 'number-levels', columns: levelled });
  if (wide.length > 0) steps.push({ step: 'hashing', columns: wide.map(({ name }) => name) });
  steps.push({ step: 'fill-level' }, { step: encode });
  const notes = wide.map(
    ({ name, unique }) => `${name} has ${unique} levels, more than ${limit}: it is encoded by hashing`,
  );
  return { steps, notes };
}

/** A plan as parameters of a run. */
export function recipeParams(plan: RecipePlan): Readonly<Record<string, string>> {
  return plan.kind === 'choices' ? plan.options : { recipe: plan.steps.map(({ step }) => step).join(' → ') };
}
