import { readFile } from 'node:fs/promises';
import { durationSeconds } from '../config/duration.js';
import type { SettingKey } from '../config/settings.js';
import { fileError } from '../data/file.js';
import { MlxError } from '../errors.js';
import type { Recipe } from '../features/recipe.js';
import { parseRecipe } from '../features/recipe-file.js';
import { AUTO, type ModelingSpec } from '../modeling/spec.js';
import { parseThresholdRule } from '../modeling/threshold-rule.js';
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
    cv: options.cv,
    cvMethod: options.cvMethod,
    calibrate: options.calibrate === 'none' ? undefined : options.calibrate,
    threshold: options.threshold === undefined ? undefined : parseThresholdRule(options.threshold),
    report: options.report === 'full',
    metric: options.metric,
    ...trialsSpec(options, context),
    resume: options.resume,
    recipe: { impute, outliers, encode, scale },
    steps: await readRecipe(options.recipe),
    seed: options.seed,
    workers: options.workers,
    experiment: options.experiment,
    name: options.name,
  };
}

/**
 * What is configured of searches counts where one is asked for; what a flag says is never passed over in silence.
 * @throws MlxError USAGE
 */
function trialsSpec(
  options: ModelingOptions,
  { settings }: CommandContext,
): Pick<ModelingSpec, 'search' | 'timeBudgetSeconds'> {
  const { search: method, trials, space, timeBudget, algorithm } = options;
  const isSaid = (key: SettingKey): boolean => settings[key].origin === 'flag';
  const flag = isSaid('training.trials') ? '--trials' : isSaid('training.space') ? '--space' : null;
  if (method === undefined && flag !== null) {
    throw new MlxError('USAGE', `${flag} is for a search, and none is asked for.`, {
      hint: 'Add --search random or --search halving.',
    });
  }
  const isTimed = method !== undefined || algorithm === AUTO || isSaid('training.timeBudget');
  const seconds = timeBudget === undefined || !isTimed ? null : durationSeconds(timeBudget);
  return {
    search: method === undefined ? undefined : { method, trials, space },
    timeBudgetSeconds: seconds ?? undefined,
  };
}
