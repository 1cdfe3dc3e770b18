import { MlxError } from '../errors.js';
import type { StepSpec } from './step.js';

/** The steps that the raw columns go through, in order. */
export type Recipe = readonly StepSpec[];

/** The choices a user has without writing a recipe; each is a setting of the configuration and a flag. */
export const RECIPE_CHOICES = {
  impute: ['median', 'mean'],
  outliers: ['none', 'iqr'],
  encode: ['ordinal', 'one-hot'],
  scale: ['none', 'standard'],
} as const;

export type RecipeOptions = {
  readonly [K in keyof typeof RECIPE_CHOICES]: (typeof RECIPE_CHOICES)[K][number];
};

/** Trees need neither scaling nor one-hot columns, and capping would only take information from them. */
export const TREE_RECIPE: RecipeOptions = {
  impute: 'median',
  outliers: 'none',
  encode: 'ordinal',
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
 * Lays the given choices over the defaults.
 * @throws MlxError PARAM_INVALID naming the choice and what it may be
 */
export function chooseRecipe(
  defaults: RecipeOptions,
  given: Readonly<Record<string, string | undefined>>,
): RecipeOptions {
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
  return chosen as RecipeOptions;
}

export function recipeOf(options: RecipeOptions): Recipe {
  const recipe: StepSpec[] = [{ step: 'impute', strategy: options.impute }];
  if (options.outliers === 'iqr') recipe.push({ step: 'outliers', method: 'iqr' });
  recipe.push({ step: 'fill-time' }, { step: 'calendar' });
  if (options.scale === 'standard') recipe.push({ step: 'scale' });
  recipe.push({ step: 'fill-level' }, { step: options.encode });
  return recipe;
}
