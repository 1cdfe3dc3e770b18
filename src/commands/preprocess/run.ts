import { writeFile } from 'node:fs/promises';
import { writeAtomically } from '../../data/atomic-file.js';
import { type ReadResult, readTable } from '../../data/read.js';
import { withRoles } from '../../data/roles.js';
import { featureColumns, type Schema, type TimeFormat, targetColumn } from '../../data/schema.js';
import { type Split, splitRows } from '../../data/split.js';
import { type Column, findColumn, type Table, takeRows } from '../../data/table.js';
import { prepareTarget } from '../../data/target.js';
import { validateTable } from '../../data/validate.js';
import { writeFeatures } from '../../data/write.js';
import { ERRORS, MlxError } from '../../errors.js';
import { type FittedPipeline, fitPipeline } from '../../features/pipeline.js';
import { chooseRecipe, type RecipeOptions, recipeOf, TABLE_RECIPE } from '../../features/recipe.js';
import { runPipeline } from '../../modeling/matrix.js';
import type { CommandContext, Outcome } from '../command.js';
import { type PreprocessDocument, preprocessDocument } from './document.js';
import { checkProfilePath, writeProfile } from './profile.js';

export interface PreprocessOptions {
  readonly data: string;
  readonly target?: string;
  readonly test?: string;
  readonly out?: string;
  readonly saveGraph?: string;
  readonly saveSchema?: string;
  readonly profile?: string;
  readonly drop: readonly string[];
  readonly timeFormat: Readonly<Record<string, TimeFormat>>;
  readonly testShare: number;
  readonly split: 'auto' | 'random' | 'stratified' | 'tail';
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
  readonly split: Split['method'] | 'file';
}

export async function run(
  options: PreprocessOptions,
  context: CommandContext,
): Promise<Outcome<PreprocessDocument>> {
  const { impute, outliers, encode, scale } = options;
  const recipe = chooseRecipe(TABLE_RECIPE, { impute, outliers, encode, scale });
  checkProfilePath(options.profile);
  const startedAt = performance.now();
  const progress = context.progress(`reading ${options.data}`);
  try {
    const read = await readTable(options.data, { timeFormats: options.timeFormat });
    const schema = withRoles(read.schema, {
      drop: options.drop,
      ...(options.target === undefined ? {} : { target: options.target }),
    });
    const test = options.test === undefined ? undefined : await readTable(options.test, { schema });
    const left = new Set(options.drop);
    const anomalies = [
      ...read.anomalies,
      ...validateTable(read.table, schema, read.schema),
      ...(test?.anomalies ?? []),
    ].filter(({ column }) => !left.has(column));
    const readMs = performance.now() - startedAt;
    const invalid = anomalies.some(({ severity }) => severity === 'error');
    if (options.saveSchema !== undefined)
      await writeAtomically(options.saveSchema, (path) => writeFile(path, JSON.stringify(schema, null, 2)));
    if (options.profile !== undefined) {
      const { data, seed } = options;
      await writeProfile(options.profile, { data, read, schema, isInferred: true, seed, now: context.now() });
    }
    const wanted = options.out !== undefined || options.saveGraph !== undefined;
    progress.update('fitting the steps');
    const features =
      invalid || !wanted ? null : await makeFeatures(options, { read, test, schema, recipe }, context);
    progress.done(`read ${read.table.rows} rows × ${read.table.columns.length} columns`);
    const timings = { readMs, totalMs: performance.now() - startedAt };
    return {
      result: preprocessDocument(options, { read, schema, anomalies, features, timings }),
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

/** The rows that the steps are not fitted on. */
function holdOut(table: Table, schema: Schema, options: PreprocessOptions): Split {
  const target = targetColumn(schema) === undefined ? undefined : prepareTarget(table, schema);
  const classes =
    target?.task === 'classification' && !target.values.includes(Number.NaN) ? target.values : undefined;
  const method = options.split === 'auto' ? (classes === undefined ? 'random' : 'stratified') : options.split;
  if (method === 'stratified' && classes === undefined) {
    throw new MlxError('USAGE', 'A stratified split needs a --target with classes and no missing value.');
  }
  const { testShare, seed } = options;
  return splitRows(table.rows, { testShare, seed, method, ...(classes === undefined ? {} : { classes }) });
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
function partColumn(rows: number, firstTable: number, split: Split | undefined): Column {
  const codes = new Int32Array(rows);
  if (split === undefined) codes.fill(1, firstTable);
  else for (const row of split.test) codes[row] = 1;
  return { kind: 'string', name: 'part', levels: ['train', 'test'], codes };
}
