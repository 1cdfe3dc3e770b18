import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MlxError } from '#mlx/errors.js';
import { planRecipe, type RecipePlan, TABLE_RECIPE } from '#mlx/features/recipe.js';
import { parseRecipe, recipeText } from '#mlx/features/recipe-file.js';
import { STEPS } from '#mlx/features/steps.js';
import { changed, changes } from '../mutations.js';

/** The plan of a recipe file, or undefined where it is refused as one. */
function planOf(text: string): RecipePlan | undefined {
  try {
    return planRecipe(TABLE_RECIPE, {}, parseRecipe(text, 'recipe.json'));
  } catch (thrown) {
    if (!(thrown instanceof MlxError)) throw thrown;
    expect(['CONFIG_INVALID', 'PARAM_INVALID']).toContain(thrown.code);
    expect(thrown.message).toMatch(/recipe\.json|Step \d+/);
    return undefined;
  }
}

const good = recipeText([
  { step: 'impute', strategy: 'median' },
  { step: 'outliers', columns: ['@number'], method: 'iqr' },
  { step: 'scale', method: 'standard' },
  { step: 'one-hot', columns: ['a*', 'é😀'] },
]);

it('a damaged recipe file is understood or refused, byte by byte', () => {
  expect(planOf(good)).toMatchObject({ kind: 'steps', steps: { length: 4 } });
  const bytes = Buffer.from(good);
  fc.assert(
    fc.property(changes(bytes.length), (list) => {
      planOf(Buffer.from(changed(bytes, list)).toString());
    }),
    { numRuns: 1000 },
  );
});

it('any values of any parameters are understood or refused', () => {
  const names = [...new Set([...STEPS.values()].flatMap(({ parameters }) => Object.keys(parameters)))];
  const odd = ['columns', 'step', '__proto__', 'constructor', 'toString'];
  const words = [...STEPS.values()].flatMap(({ parameters }) =>
    Object.values(parameters).flatMap((spec) => (spec.kind === 'choice' ? spec.choices : [])),
  );
  const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(...words), fc.double(), fc.integer());
  const step = fc
    .tuple(
      fc.oneof(
        fc.constantFrom(...STEPS.keys()),
        fc.constantFrom('__proto__', 'constructor', 'hasOwnProperty'),
      ),
      fc.dictionary(fc.constantFrom(...names, ...odd), value, { maxKeys: 3 }),
    )
    .map(([name, parameters]) => ({ ...parameters, step: name }));
  const file = fc.oneof(
    { weight: 9, arbitrary: fc.record({ steps: fc.array(step, { maxLength: 4 }) }) },
    { weight: 1, arbitrary: fc.jsonValue() },
  );
  fc.assert(
    fc.property(file, (given) => {
      planOf(JSON.stringify(given));
    }),
    { numRuns: 1500 },
  );
});
