import { writeFile } from 'node:fs/promises';
import { writeAtomically } from '../../data/atomic-file.js';
import { type ExtraColumn, type FeatureWriter, openFeatureWriter } from '../../data/feature-writer.js';
import { type HoldOut, holdOutRows } from '../../data/hold-out.js';
import { featureColumns, type Schema, targetColumn } from '../../data/schema.js';
import { type Column, findColumn, sliceColumn, type Table } from '../../data/table.js';
import { prepareTarget, type Target } from '../../data/target.js';
import type { FittedPipeline } from '../../features/pipeline.js';
import type { Recipe, RecipePlan } from '../../features/recipe.js';
import { recipeText } from '../../features/recipe-file.js';
import { fitFeatures } from '../../modeling/features.js';
import { type CrossFit, crossFitOf, FeatureGraph, featureBatches } from '../../modeling/matrix.js';
import type { CommandContext } from '../command.js';
import { type Explanation, explainRow } from './explain.js';
import type { PreprocessOptions } from './run.js';

/** The fitted steps, and how they came about. */
export interface Features {
  readonly pipeline: FittedPipeline;
  readonly recipe: Recipe;
  readonly notes: readonly string[];
  readonly explanation: Explanation | null;
  readonly rows: { readonly train: number; readonly test: number };
  readonly split: HoldOut['method'] | 'file';
}

/** The tables that were read, and what is to be done with them. */
export interface FeatureInputs {
  readonly table: Table;
  readonly test: Table | undefined;
  readonly schema: Schema;
  readonly plan: RecipePlan;
}

const THREADS = 2;

/** Fits the steps on the training part; writes the graph and the features of all rows where that is asked for. */
export async function makeFeatures(
  options: PreprocessOptions,
  inputs: FeatureInputs,
  context: CommandContext,
): Promise<Features> {
  const { table, test, schema, plan } = inputs;
  const columns = featureColumns(schema);
  const target = targetColumn(schema) === undefined ? null : prepareTarget(table, schema);
  const split = test === undefined ? holdOut(table, schema, target, options) : undefined;
  const rows = fitRows(table, target, split);
  const fitted = fitFeatures(
    plan,
    columns,
    { table, target, ...(rows === undefined ? {} : { rows }) },
    options.seed,
  );
  const { pipeline, recipe, rowFolds } = fitted;
  if (options.saveRecipe !== undefined)
    await writeAtomically(options.saveRecipe, (path) => writeFile(path, recipeText(recipe.steps)));
  if (options.saveGraph !== undefined || options.out !== undefined) {
    const crossFit = crossFitOf(fitted, rowFolds, table.rows, rows);
    await writeGraphAndFeatures(options, { crossFit, pipeline, split }, inputs, context);
  }
  return {
    pipeline,
    recipe: recipe.steps,
    notes: recipe.notes,
    explanation: options.explain === true ? explainRow(pipeline, table, options.row) : null,
    rows: { train: split?.train.length ?? table.rows, test: split?.test.length ?? test?.rows ?? 0 },
    split: split?.method ?? 'file',
  };
}

/** The rows that the steps are not fitted on. */
function holdOut(table: Table, schema: Schema, target: Target | null, options: PreprocessOptions): HoldOut {
  const classes =
    target?.task === 'classification' && !target.values.includes(Number.NaN) ? target.values : undefined;
  const { split: method, testShare, seed, timeColumn, groupColumn } = options;
  return holdOutRows(table, schema, { method, testShare, seed, classes, timeColumn, groupColumn });
}

/** The training rows, without those whose label is not known; undefined for all. */
function fitRows(table: Table, target: Target | null, split: HoldOut | undefined): Int32Array | undefined {
  const rows = split?.train;
  if (target === null || !target.values.includes(Number.NaN)) return rows;
  const all = rows ?? Int32Array.from({ length: table.rows }, (_, row) => row);
  return all.filter((row) => !Number.isNaN(target.values[row]));
}

interface Fit {
  readonly crossFit: CrossFit | null;
  readonly pipeline: FittedPipeline;
  readonly split: HoldOut | undefined;
}

type Made = Fit & { readonly graph: FeatureGraph };

async function writeGraphAndFeatures(
  { saveGraph, out }: PreprocessOptions,
  fit: Fit,
  inputs: FeatureInputs,
  context: CommandContext,
): Promise<void> {
  const columns = featureColumns(inputs.schema);
  const graph = await FeatureGraph.open(fit.pipeline, columns, context.version, THREADS);
  try {
    if (saveGraph !== undefined) await writeAtomically(saveGraph, (path) => writeFile(path, graph.bytes));
    if (out !== undefined) await writeAll(out, { ...fit, graph }, inputs, context);
  } finally {
    await graph.release();
  }
}

/** The features of both tables, with the target as it was read and the part that each row is of. */
async function writeAll(
  out: string,
  made: Made,
  inputs: FeatureInputs,
  context: CommandContext,
): Promise<void> {
  const { table, test, schema } = inputs;
  const tables = test === undefined ? [table] : [table, test];
  const name = targetColumn(schema)?.name ?? '';
  const targets = tables.map((own) => findColumn(own, name)).filter((column) => column !== undefined);
  const hasTarget = targets.length === tables.length;
  const extra: ExtraColumn[] = [
    ...(hasTarget ? targets.slice(0, 1).map(({ kind }) => ({ name, kind })) : []),
    { name: 'part', kind: 'string' },
  ];
  const writer = await openFeatureWriter(out, made.pipeline.features, extra);
  try {
    for (const [index, own] of tables.entries()) {
      const part = index === 0 ? partOf(own.rows, made.split?.test ?? new Int32Array()) : partOf(own.rows);
      const beside = [...(hasTarget ? [targets[index] as Column] : []), part];
      await writeTable(writer, made, index === 0 ? made.crossFit : null, own, beside, inputs.schema, context);
    }
    await writer.close();
  } catch (thrown) {
    await writer.discard();
    throw thrown;
  }
}

async function writeTable(
  writer: FeatureWriter,
  made: Made,
  crossFit: CrossFit | null,
  table: Table,
  beside: readonly Column[],
  schema: Schema,
  context: CommandContext,
): Promise<void> {
  const columns = featureColumns(schema);
  const batches = featureBatches(made.graph, crossFit, columns, table, context.version, THREADS);
  for await (const { matrix, start, end } of batches) {
    context.signal.throwIfAborted();
    const extra = beside.map((column) => sliceColumn(column, start, end));
    await writer.write({ matrix, rows: end - start, extra });
  }
}

/** Says of each row whether the steps were fitted on it: of none where no rows are named. */
function partOf(rows: number, held?: Int32Array): Column {
  const codes = new Int32Array(rows);
  if (held === undefined) codes.fill(1);
  else for (const row of held) codes[row] = 1;
  return { kind: 'string', name: 'part', levels: ['train', 'test'], codes };
}
