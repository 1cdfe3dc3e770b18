import { MlxError } from '../errors.js';
import { didYouMean } from '../suggest.js';
import type { Recipe } from './recipe.js';
import type { StepSpec } from './step.js';

/**
 * A recipe out of the text of a JSON file: `{"steps": [{"step": "impute", "columns": ["@number"], …}, …]}`. That the
 * steps and their parameters exist is checked by planRecipe.
 * @throws MlxError CONFIG_INVALID naming the place
 */
export function parseRecipe(text: string, path: string): Recipe {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw invalid(path, `it is not JSON: ${(error as Error).message}`);
  }
  if (!isObject(value)) throw invalid(path, 'it is not an object');
  for (const key of Object.keys(value)) {
    if (KEYS.includes(key)) continue;
    throw new MlxError('CONFIG_INVALID', `${path}: there is no setting "${key}" in a recipe.`, {
      hint: didYouMean(key, KEYS),
    });
  }
  if (!Array.isArray(value.steps)) throw invalid(path, '"steps" is not a list');
  return value.steps.map((step: unknown, index) => parseStep(step, `steps[${index}]`, path));
}

/** The text of a recipe file. */
export function recipeText(recipe: Recipe): string {
  const lines = recipe.map((step) => `    ${JSON.stringify(step)}`);
  return `{\n  "steps": [\n${lines.join(',\n')}\n  ]\n}\n`;
}

const KEYS = ['$schema', 'description', 'steps'];

function parseStep(value: unknown, where: string, path: string): StepSpec {
  if (!isObject(value) || typeof value.step !== 'string') {
    throw invalid(path, `${where} is not an object with the name of a "step"`);
  }
  const { columns } = value;
  const isList = Array.isArray(columns) && columns.every((name) => typeof name === 'string');
  if (columns !== undefined && !isList) throw invalid(path, `${where}.columns is not a list of names`);
  return value as unknown as StepSpec;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(path: string, reason: string): MlxError {
  return new MlxError('CONFIG_INVALID', `${path} is no recipe: ${reason}.`, {
    hint: 'Write one to begin with by `mlx preprocess --save-recipe recipe.json`.',
  });
}
