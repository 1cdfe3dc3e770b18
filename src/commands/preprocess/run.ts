import { writeFile } from 'node:fs/promises';
import { writeAtomically } from '../../data/atomic-file.js';
import { readChecked, readSecond } from '../../data/checked-table.js';
import { findDuplicateRows } from '../../data/duplicate-rows.js';
import { type HoldOut, holdOutRows, type SplitMethod } from '../../data/hold-out.js';
import type { ReadResult } from '../../data/read.js';
import { featureColumns, type Schema, type TimeFormat, targetColumn } from '../../data/schema.js';
import { readSchemaFile, writeSchemaFile } from '../../data/schema-file.js';
import { extendedRules, rulesOf } from '../../data/schema-rules.js';
import { type Column, findColumn, type Table, takeRows } from '../../data/table.js';
import { prepareTarget } from '../../data/target.js';
import { writeFeatures } from '../../data/write.js';
import { ERRORS } from '../../errors.js';
import { type FittedPipeline, fitPipeline } from '../../features/pipeline.js';
import { chooseRecipe, type RecipeOptions, recipeOf, TABLE_RECIPE } from '../../features/recipe.js';
import { runPipeline } from '../../modeling/matrix.js';
import type { CommandContext, Outcome } from '../command.js';
import { type PreprocessDocument, preprocessDocument } from './document.js';

export interface PreprocessOptions {
  readonly data: string;
  readonly target?: string;
  readonly test?: string;
  readonly out?: string;
  readonly saveGraph?: string;
  readonly saveSchema?: string;
  readonly schema?: string;
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
  readonly seed: number;
  readonly exitZero?: boolean;
}

/** The features of all rows, and how they came about. */
export interface Features {
  readonly pipeline: FittedPipeline;
  readonly recipe: RecipeOptions;
  readonly rows: { readonly train: number; readonly test: number };
  readonly split: HoldOut['method'] | 'file';
}

export async function run(
  options: PreprocessOptions,
  context: CommandContext,
): Promise<Outcome<PreprocessDocument>> {
  const { impute, outliers, encode, scale } = options;
  const recipe = chooseRecipe(TABLE_RECIPE, { impute, outliers, encode, scale });
  const startedAt = performance.now();
  const progress = context.progress(`reading ${options.data}`);
  try {
    const rules = options.schema === undefined ? undefined : await readSchemaFile(options.schema);
    const checked = await readChecked({
      ...options,
      path: options.data,
      timeFormats: options.timeFormat,
      rules,
    });
    const { schema } = checked;
    const test = options.test === undefined ? undefined : await readSecond(options.test, checked);
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
    const wanted = options.out !== undefined || options.saveGraph !== undefined;
    progress.update('fitting the steps');
    const features =
      invalid || !wanted ? null : await makeFeatures(options, { read, test, schema, recipe }, context);
    progress.done(`read ${checked.read.table.rows} rows × ${read.table.columns.length} columns`);
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

interface Inputs {
  readonly read: ReadResult;
  readonly test: ReadResult | undefined;
  readonly schema: Schema;
  readonly recipe: RecipeOptions;
}

async function makeFeatures(
  options: PreprocessOptions,
  inputs: Inputs,
  context: CommandContext,
): Promise<Features> {
  const { read, test, schema, recipe } = inputs;
  const columns = featureColumns(schema);
  const split = test === undefined ? holdOut(read.table, schema, options) : undefined;
  const training = split === undefined ? read.table : takeRows(read.table, split.train);
  const pipeline = fitPipeline(training, columns, recipeOf(recipe));
  const first = await runPipeline(pipeline, columns, read.table, context.version, 2);
  if (options.saveGraph !== undefined)
    await writeAtomically(options.saveGraph, (path) => writeFile(path, first.graph));
  if (options.out !== undefined) {
    const second =
      test === undefined ? undefined : await runPipeline(pipeline, columns, test.table, context.version, 2);
    const tables = test === undefined ? [read.table] : [read.table, test.table];
    const rows = read.table.rows + (test?.table.rows ?? 0);
    const matrix = second === undefined ? first.matrix : joined(first.matrix, second.matrix);
    const extra = [...targetColumns(tables, schema), partColumn(rows, read.table.rows, split)];
    await writeFeatures(options.out, pipeline.features, matrix, rows, extra);
  }
  return {
    pipeline,
    recipe,
    rows: { train: training.rows, test: split?.test.length ?? test?.table.rows ?? 0 },
    split: split?.method ?? 'file',
  };
}

function withRows(read: ReadResult, rows: Int32Array): ReadResult {
  return rows.length === read.table.rows ? read : { ...read, table: takeRows(read.table, rows) };
}

/** The rows that the steps are not fitted on. */
function holdOut(table: Table, schema: Schema, options: PreprocessOptions): HoldOut {
  const target = targetColumn(schema) === undefined ? undefined : prepareTarget(table, schema);
  const classes =
    target?.task === 'classification' && !target.values.includes(Number.NaN) ? target.values : undefined;
  const { split: method, testShare, seed, timeColumn, groupColumn } = options;
  return holdOutRows(table, schema, { method, testShare, seed, classes, timeColumn, groupColumn });
}

function joined(first: Float32Array, second: Float32Array): Float32Array {
  const matrix = new Float32Array(first.length + second.length);
  matrix.set(first);
  matrix.set(second, first.length);
  return matrix;
}

/** The target as it was read, through all tables. */
function targetColumns(tables: readonly Table[], schema: Schema): Column[] {
  const name = targetColumn(schema)?.name;
  if (name === undefined) return [];
  const columns = tables.map((table) => findColumn(table, name)).filter((column) => column !== undefined);
  const [first] = columns;
  if (first === undefined || columns.length < tables.length) return [];
  if (first.kind !== 'string') {
    const values = columns.flatMap((column) => (column.kind === 'string' ? [] : [...column.values]));
    return [{ ...first, values: Float64Array.from(values) }];
  }
  const levels = [...new Set(columns.flatMap((column) => (column.kind === 'string' ? column.levels : [])))];
  const position = new Map(levels.map((level, index) => [level, index]));
  const codes = columns.flatMap((column) =>
    column.kind === 'string'
      ? Array.from(column.codes, (code) => position.get(column.levels[code] ?? '') ?? -1)
      : [],
  );
  return [{ kind: 'string', name, levels, codes: Int32Array.from(codes) }];
}

/** `part` says of each row whether the steps were fitted on it. */
function partColumn(rows: number, firstTable: number, split: HoldOut | undefined): Column {
  const codes = new Int32Array(rows);
  if (split === undefined) codes.fill(1, firstTable);
  else for (const row of split.test) codes[row] = 1;
  return { kind: 'string', name: 'part', levels: ['train', 'test'], codes };
}
