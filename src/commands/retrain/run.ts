import { type SettingKey, textSetting } from '../../config/settings.js';
import { ERRORS, MlxError } from '../../errors.js';
import { inputsOf, sourceOf } from '../../modeling/source-params.js';
import { productionOf, retrain } from '../../retraining/retrain.js';
import type { ModelVersion } from '../../store/registry-records.js';
import type { RunRecord } from '../../store/run-records.js';
import type { Store } from '../../store/store.js';
import type { CommandContext, Outcome } from '../command.js';
import { versionDocument } from '../documents.js';
import type { ModelingOptions } from '../modeling-options.js';
import { modelingProgress } from '../modeling-progress.js';
import { modelingSpec } from '../modeling-spec.js';
import type { SourceFlags } from '../source-options.js';
import { trainDocument } from '../train-document.js';
import { type RetrainOptions, trainingChoices } from './training-choices.js';

export async function run(options: RetrainOptions, context: CommandContext) {
  const name = options.model ?? textSetting(context.settings, 'name');
  if (name === null) {
    throw new MlxError('INPUT_REQUIRED', 'Which model shall be retrained?', {
      hint: 'For example: mlx retrain churn',
    });
  }
  const store = await context.store({ create: true });
  const modeling = await modelingSpec(
    await completed(options, store, await productionOf(store, name), context),
    context,
  );
  const { onEvent, progress } = modelingProgress(context);
  try {
    const { minImprovement, keepLatest } = options;
    const { trained, contest, promoted } = await retrain(
      { name, modeling, minImprovement, keepLatest, actor: context.actor },
      {
        store,
        now: context.now,
        version: context.version,
        cwd: context.cwd,
        signal: context.signal,
        onEvent,
      },
    );
    progress.done(
      promoted === null ? 'the candidate is not better' : `${name}/${promoted.version} is in production`,
    );
    const result = {
      model: name,
      promoted: promoted === null ? null : versionDocument(promoted),
      contest: {
        metric: contest.metric,
        candidate: contest.candidate,
        production: contest.production,
        production_version: contest.productionVersion,
        better: contest.better,
        reason: contest.reason,
      },
      training: trainDocument(trained, context.cwd),
    };
    const exitCode = promoted === null && options.exitZero !== true ? ERRORS.CANDIDATE_NOT_BETTER.exit : 0;
    return { result, exitCode } satisfies Outcome<unknown>;
  } catch (error) {
    progress.fail('retraining stopped');
    throw error;
  }
}

export type RetrainDocument = Awaited<ReturnType<typeof run>>['result'];

/** Fills what is neither given nor configured from the run of the production version. */
async function completed(
  options: RetrainOptions,
  store: Store,
  production: ModelVersion | null,
  context: CommandContext,
): Promise<ModelingOptions> {
  const { runId = null } = production ?? {};
  const previous = runId === null ? undefined : await store.runs.get(runId);
  const inputs = previous === undefined ? undefined : inputsOf(previous);
  const data = options.data ?? inputs?.data;
  const target = options.target ?? previous?.params.target;
  if (data === undefined || target === undefined) {
    const flag = data === undefined ? '--data' : '--target';
    const why =
      inputs === undefined
        ? 'there is no production run to take it from'
        : 'the production run read standard input';
    throw new MlxError('INPUT_REQUIRED', `${flag} is needed: ${why}.`, {
      hint: `Give ${flag}, or set it in mlops.config.json.`,
      details: { flag },
    });
  }
  if (previous === undefined) return { ...options, data, target };
  const { params } = previous;
  const isDefault: IsDefault = (key) => context.settings[key].origin === 'default';
  const { search: _, ...others } = options;
  const choices = trainingChoices(options, params, context);
  const test = options.test ?? (options.data === undefined ? inputs?.test : undefined);
  const split =
    isDefault('data.split') && params.split !== 'file' ? (params.split ?? options.split) : options.split;
  return {
    ...others,
    ...choices,
    data,
    target,
    split: split as ModelingOptions['split'],
    ...(options.data === undefined ? sourceFlags(options, previous, isDefault) : {}),
    ...columnChoices(options, params, isDefault),
    ...(split === params.split ? splitColumns(options, params) : {}),
    // Another algorithm has preprocessing of its own.
    ...(choices.algorithm === params.algorithm ? recipeOptions(options, previous, store) : {}),
    ...(test === undefined ? {} : { test }),
    ...(isDefault('training.seed') && params.seed !== undefined ? { seed: Number(params.seed) } : {}),
  };
}

const CHOICES = ['impute', 'outliers', 'encode', 'scale'] as const;

/** The production run's preprocessing, unless another one is asked for. */
function recipeOptions(options: RetrainOptions, previous: RunRecord, store: Store): Partial<ModelingOptions> {
  if (options.recipe !== undefined || CHOICES.some((name) => options[name] !== undefined)) return {};
  const own = previous.artifacts.find(({ name }) => name === 'recipe.json');
  if (previous.params.recipe !== undefined && own !== undefined) {
    return { recipe: store.artifacts.pathOf(own.sha256) };
  }
  return Object.fromEntries(
    CHOICES.flatMap((name) => (previous.params[name] === undefined ? [] : [[name, previous.params[name]]])),
  );
}

type IsDefault = (key: SettingKey) => boolean;
type Params = Readonly<Record<string, string>>;

/** The tables of the production run are read as they were, where nothing else is said now. */
function sourceFlags(options: RetrainOptions, previous: RunRecord, isDefault: IsDefault): SourceFlags {
  const { delimiter, quote, encoding, format } = sourceOf(previous);
  return {
    delimiter: isDefault('data.delimiter') ? delimiter : options.delimiter,
    quote: isDefault('data.quote') ? quote : options.quote,
    encoding: isDefault('data.encoding') ? encoding : options.encoding,
    inputFormat: isDefault('data.format') ? format : options.inputFormat,
  };
}

/** What was said of columns and rows before, where nothing is said now. */
function columnChoices(
  options: RetrainOptions,
  params: Params,
  isDefault: IsDefault,
): Pick<ModelingOptions, 'drop' | 'keep' | 'dropDuplicates' | 'schema'> {
  const listed = (key: 'drop' | 'keep'): readonly string[] =>
    isDefault(`data.${key}`) ? (params[key]?.split(',') ?? options[key]) : options[key];
  const dropDuplicates = isDefault('data.dropDuplicates')
    ? params.drop_duplicates === 'true'
    : options.dropDuplicates;
  const schema = isDefault('data.schema') ? params.schema : options.schema;
  return {
    drop: listed('drop'),
    keep: listed('keep'),
    dropDuplicates,
    ...(schema === undefined ? {} : { schema }),
  };
}

/** The column that rows were held out by before, unless one is named now. */
function splitColumns(
  options: RetrainOptions,
  params: Params,
): Pick<ModelingOptions, 'timeColumn' | 'groupColumn'> {
  const { split, split_column: column } = params;
  const isNamed = options.timeColumn !== undefined || options.groupColumn !== undefined;
  if (column === undefined || isNamed || options.test !== undefined) return {};
  return split === 'group' ? { groupColumn: column } : { timeColumn: column };
}
