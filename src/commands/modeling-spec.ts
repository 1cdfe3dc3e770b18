import { readFile } from 'node:fs/promises';
import { fileError } from '../data/file.js';
import type { Recipe } from '../features/recipe.js';
import { parseRecipe } from '../features/recipe-file.js';
import type { ModelingSpec } from '../modeling/spec.js';
import type { CommandContext } from './command.js';
import type { ModelingOptions } from './modeling-options.js';
import { sourceOptions } from './source-options.js';

/** The recipe in a file, if one is named. @throws MlxError FILE_NOT_FOUND, CONFIG_INVALID */
export async function readRecipe(path: string | undefined): Promise<Recipe | undefined> {
  if (path === undefined) return undefined;
  const text = await readFile(path, 'utf8').catch((thrown: unknown) => {
    throw fileError(path, thrown);
  });
  return parseRecipe(text, path);
}

export async function modelingSpec(options: ModelingOptions, context: CommandContext): Promise<ModelingSpec> {
  const { impute, outliers, encode, scale } = options;
  return {
    data: options.data,
    test: options.test,
    source: sourceOptions(options, context, [options.data, options.test]),
    target: options.target,
    drop: options.drop,
    keep: options.keep,
    schema: options.schema,
    dropDuplicates: options.dropDuplicates,
    timeColumn: options.timeColumn,
    groupColumn: options.groupColumn,
    task: options.task,
    timeFormats: options.timeFormat,
    testShare: options.testShare,
    split: options.split,
    algorithm: options.algorithm,
    params: options.param,
    recipe: { impute, outliers, encode, scale },
    steps: await readRecipe(options.recipe),
    seed: options.seed,
    workers: options.workers,
    experiment: options.experiment,
    name: options.name,
  };
}
