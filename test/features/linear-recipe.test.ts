import { describe, expect, it } from 'vitest';
import type { ColumnSchema } from '#mlx/data/schema.js';
import { planRecipe, RECIPES, recipeOf } from '#mlx/features/recipe.js';

const column = (name: string, type: ColumnSchema['type'], unique: number): ColumnSchema => ({
  name,
  type,
  role: 'feature',
  missing: 0,
  unique,
});
const COLUMNS = [
  column('hour', 'integer', 24),
  column('is_new', 'integer', 2),
  column('age', 'integer', 70),
  column('price', 'number', 12),
  column('plan', 'category', 3),
  column('joined', 'time', 500),
];

describe('the recipe of linear models', () => {
  it('gives hours, months and other whole numbers of few values a column a value, and scales the others', () => {
    const { steps } = recipeOf(planRecipe(RECIPES.linear, {}), COLUMNS);
    const levelled = ['hour', 'joined.month', 'joined.day_of_week', 'joined.hour'];
    expect(steps).toEqual([
      { step: 'impute', strategy: 'median' },
      { step: 'fill-time' },
      { step: 'calendar', parts: ['elapsed', 'month', 'day_of_week', 'hour'] },
      { step: 'scale', columns: ['@number', ...levelled.map((name) => `!${name}`)], method: 'standard' },
      { step: 'number-levels', columns: levelled },
      { step: 'fill-level' },
      { step: 'one-hot' },
    ]);
  });

  it('leaves the step out where nothing has few values, and scaling where that is asked for', () => {
    const plain = recipeOf(planRecipe(RECIPES.linear, {}), COLUMNS.slice(1, 4)).steps;
    expect(plain.map(({ step }) => step)).not.toContain('number-levels');
    expect(plain).toContainEqual({ step: 'scale', method: 'standard' });
    const unscaled = recipeOf(planRecipe(RECIPES.linear, { scale: 'none' }), COLUMNS).steps;
    expect(unscaled.map(({ step }) => step)).not.toContain('scale');
    expect(unscaled.map(({ step }) => step)).toContain('number-levels');
  });

  it('leaves the numbers of trees as they are', () => {
    const { steps } = recipeOf(planRecipe(RECIPES.boosting, {}), COLUMNS);
    expect(steps.map(({ step }) => step)).not.toContain('number-levels');
    expect(steps).toContainEqual({ step: 'calendar' });
  });
});
