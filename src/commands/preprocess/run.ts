import { readChecked, readSecond } from '../../data/checked-table.js';
import { findDuplicateRows } from '../../data/duplicate-rows.js';
import type { SplitMethod } from '../../data/hold-out.js';
import { inputName } from '../../data/input-name.js';
import type { Input, ReadResult } from '../../data/read.js';
import type { TimeFormat } from '../../data/schema.js';
import { readSchemaFile, writeSchemaFile } from '../../data/schema-file.js';
import { extendedRules, rulesOf } from '../../data/schema-rules.js';
import { takeRows } from '../../data/table.js';
import { ERRORS } from '../../errors.js';
import { planRecipe, TABLE_RECIPE } from '../../features/recipe.js';
import type { CommandContext, Outcome } from '../command.js';
import { readRecipe } from '../modeling-spec.js';
import { type SourceFlags, sourceOptions } from '../source-options.js';
import { type PreprocessDocument, preprocessDocument } from './document.js';
import { makeFeatures } from './features.js';
import { checkProfilePath, writeProfile } from './profile.js';

export interface PreprocessOptions extends SourceFlags {
  readonly data: Input;
  readonly target?: string;
  readonly test?: Input;
  readonly out?: string;
  readonly saveGraph?: string;
  readonly saveSchema?: string;
  readonly schema?: string;
  readonly profile?: string;
  readonly drop: readonly string[];
  readonly keep: readonly string[];
  readonly dropDuplicates: boolean;
  readonly timeColumn?: string;
  readonly groupColumn?: string;
  readonly timeFormat: Readonly<Record<string, TimeFormat>>;
  readonly testShare: number;
  readonly split: SplitMethod;
  readonly impute?: string;
  readonly outliers?: string;
  readonly encode?: string;
  readonly scale?: string;
  readonly recipe?: string;
  readonly saveRecipe?: string;
  readonly explain?: boolean;
  readonly row: number;
  readonly seed: number;
  readonly exitZero?: boolean;
}

export async function run(
  options: PreprocessOptions,
  context: CommandContext,
): Promise<Outcome<PreprocessDocument>> {
  const { impute, outliers, encode, scale } = options;
  const choices = { impute, outliers, encode, scale };
  const plan = planRecipe(TABLE_RECIPE, choices, await readRecipe(options.recipe));
  checkProfilePath(options.profile);
  const source = sourceOptions(options, context, [options.data, options.test]);
  const startedAt = performance.now();
  const progress = context.progress(`reading ${inputName(options.data)}`);
  try {
    const rules = options.schema === undefined ? undefined : await readSchemaFile(options.schema);
    const checked = await readChecked({
      ...options,
      input: options.data,
      source,
      timeFormats: options.timeFormat,
      rules,
    });
    const { schema } = checked;
    const test = options.test === undefined ? undefined : await readSecond(options.test, checked, source);
    const duplicates = findDuplicateRows(checked.read.table, schema);
    const read = options.dropDuplicates ? withRows(checked.read, duplicates.kept) : checked.read;
    const { anomalies } = checked;
    const readMs = performance.now() - startedAt;
    const invalid = [...anomalies, ...(test?.anomalies ?? [])].some(({ severity }) => severity === 'error');
    if (options.saveSchema !== undefined)
      await writeSchemaFile(
        options.saveSchema,
        rules === undefined ? rulesOf(schema) : extendedRules(rules, schema),
      );
    if (options.profile !== undefined) {
      const { data, seed } = options;
      const isInferred = rules === undefined && read === checked.read;
      const duplicateRows = duplicates.count - (checked.read.table.rows - read.table.rows);
      const profiled = { data, read, schema, isInferred, duplicateRows, seed, now: context.now() };
      await writeProfile(options.profile, profiled);
    }
    progress.update('fitting the steps');
    const inputs = { table: read.table, test: test?.table, schema, plan };
    const features = invalid || !wantsFeatures(options) ? null : await makeFeatures(options, inputs, context);
    for (const note of features?.notes ?? []) context.warn(note);
    progress.done(`read ${checked.read.table.rows} rows × ${schema.columns.length} columns`);
    const timings = { readMs, totalMs: performance.now() - startedAt };
    const parts = { read: checked.read, schema, rules, anomalies, test, duplicates, features, timings };
    return {
      result: preprocessDocument(options, parts),
      exitCode: invalid && options.exitZero !== true ? ERRORS.DATA_INVALID.exit : 0,
    };
  } catch (error) {
    progress.fail('preprocessing stopped');
    throw error;
  }
}

function wantsFeatures({ out, saveGraph, saveRecipe, explain }: PreprocessOptions): boolean {
  return out !== undefined || saveGraph !== undefined || saveRecipe !== undefined || explain === true;
}

function withRows(read: ReadResult, rows: Int32Array): ReadResult {
  return rows.length === read.table.rows ? read : { ...read, table: takeRows(read.table, rows) };
}
