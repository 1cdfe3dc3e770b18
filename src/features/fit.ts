import type { ColumnSchema } from '../data/schema.js';
import { type Table, takeRows } from '../data/table.js';
import { MlxError } from '../errors.js';
import type { Block, StringBlock } from './block.js';
import { columnsOfTable, Frame, type FrameColumn, joinColumns, splitBlock } from './frame.js';
import { type FittedPipeline, type FittedStep, rawColumns } from './pipeline.js';
import { type Recipe, readStep } from './recipe.js';
import { selectNames } from './selector.js';
import type { FitContext, Step, StepOptions, StepState } from './step.js';

/** A context without a target. */
export const NO_TARGET: FitContext = { target: null, folds: null, seed: 0 };

export interface Fitted {
  readonly pipeline: FittedPipeline;
  /**
   * Where a step was cross-fitted: for each fold the pipeline by which its rows are to be encoded for training.
   * They differ from `pipeline` in the states of such steps alone.
   */
  readonly folds: readonly FittedPipeline[] | null;
}

/**
 * Fits the recipe's steps to the training rows.
 * @param table it must hold every one of `columns`
 * @param context its target and folds are those of the training rows
 * @param rows the training rows of the table; all when not given
 * @throws MlxError FEATURES_MISSING when no feature column is left; PARAM_INVALID, COLUMN_NOT_FOUND where the
 *   recipe cannot be followed
 */
export function fitPipeline(
  table: Table,
  columns: readonly ColumnSchema[],
  recipe: Recipe,
  context: FitContext = NO_TARGET,
  rows?: Int32Array,
): Fitted {
  const raw = rawColumns(columns);
  const frame = new Frame(columnsOfTable(table, raw, rows));
  const steps: FoldedStep[] = [];
  let run: ColumnwiseStep[] = [];
  const count = rows?.length ?? table.rows;
  const [room, scratch] = [new Float64Array(count), new Float64Array(count)];
  const fitRun = (): void => {
    steps.push(...fitColumnwise(run, frame, { ...context, scratch }, room));
    run = [];
  };
  for (const [index, spec] of recipe.entries()) {
    const { owner, step, given: parameters, options } = readStep(index, spec);
    // Columnwise steps leave names and kinds as they are, so a selector means the same before them as after.
    const inputs = selectNames(owner, step.accepts, spec.columns, frame.values);
    if (inputs.length === 0) continue;
    const isColumnwise = step.isColumnwise?.(options) === true;
    if (!isColumnwise || !areSame(run[0]?.inputs ?? inputs, inputs)) fitRun();
    if (isColumnwise) run.push({ step, parameters, options, inputs });
    else steps.push({ parameters, ...fitStep(step, options, inputs, frame, context) });
  }
  fitRun();
  return finish(raw, frame, steps, context);
}

function areSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, index) => name === b[index]);
}

/** A fitted step with its state for each fold where it has one. */
interface FoldedStep extends FittedStep {
  readonly foldStates: readonly StepState[] | null;
}

function fitStep(
  step: Step,
  options: StepOptions,
  inputs: readonly string[],
  frame: Frame<FrameColumn>,
  context: FitContext,
): Omit<FoldedStep, 'parameters'> {
  const columns = frame.take(inputs);
  const fitted = { step: step.name, kind: step.accepts, inputs };
  const block = joinColumns(columns);
  const state = step.fit(block, options, context);
  const isCrossFitted = step.crossFit !== undefined && context.target !== null && context.folds !== null;
  const foldStates = isCrossFitted ? (step.crossFit?.(block, options, context) ?? null) : null;
  const out =
    foldStates === null || context.folds === null
      ? step.apply(block, state)
      : applyByFold(step, block, foldStates, context.folds);
  frame.replace(inputs, splitBlock(out));
  return { ...fitted, outputs: out.names, state, foldStates };
}

/** A step that is fitted column by column. */
interface ColumnwiseStep {
  readonly step: Step;
  readonly parameters: FittedStep['parameters'];
  readonly options: StepOptions;
  readonly inputs: readonly string[];
}

/**
 * Fits steps that follow one another on the same columns, column by column through all of them, so that a large
 * table is never held twice; what comes out of the last is computed when a later step asks for it.
 */
function fitColumnwise(
  run: readonly ColumnwiseStep[],
  frame: Frame<FrameColumn>,
  context: FitContext,
  room: Float64Array,
): FoldedStep[] {
  const [first] = run;
  if (first === undefined) return [];
  const { inputs } = first;
  const columns = frame.take(inputs);
  const parts: StepState[][] = run.map(() => []);
  for (const column of columns) {
    let block = column.load(room);
    run.forEach(({ step, options }, index) => {
      const state = step.fit(block, options, context);
      parts[index]?.push(state);
      if (index < run.length - 1) block = step.apply(block, state);
    });
  }
  const states = parts.map(mergeStates);
  const outputs = columns.map((column, place): FrameColumn => {
    const load = (): Block =>
      run.reduce(
        (block, { step }, index) => step.apply(block, columnState(states[index] as StepState, place)),
        column.load(),
      );
    return { name: column.name, kind: column.kind, load };
  });
  frame.replace(inputs, outputs);
  return run.map(({ step, parameters }, index) => ({
    step: step.name,
    kind: step.accepts,
    parameters,
    inputs,
    outputs: inputs,
    state: states[index] as StepState,
    foldStates: null,
  }));
}

/** One state for all columns: lists are joined, the rest is the same in each. */
function mergeStates(states: readonly StepState[]): StepState {
  const [first = {}] = states;
  return Object.fromEntries(
    Object.entries(first).map(([key, value]) => [
      key,
      Array.isArray(value) ? states.flatMap((state) => state[key] as readonly unknown[]) : value,
    ]),
  );
}

function columnState(state: StepState, index: number): StepState {
  return Object.fromEntries(
    Object.entries(state).map(([key, value]) => [key, Array.isArray(value) ? [value[index]] : value]),
  );
}

/** Each row as the state of its own fold encodes it; such steps give numbers. */
function applyByFold(step: Step, block: Block, states: readonly StepState[], folds: Int32Array): Block {
  const rows = folds.length;
  let names: readonly string[] = [];
  let columns: Float64Array[] = [];
  states.forEach((state, fold) => {
    const members = rowsOfFold(folds, fold);
    const part = step.apply(takeBlockRows(block, members), state);
    if (columns.length === 0) {
      names = part.names;
      columns = part.names.map(() => new Float64Array(rows));
    }
    (part.columns as readonly Float64Array[]).forEach((values, index) => {
      const column = columns[index] as Float64Array;
      for (let i = 0; i < members.length; i++) column[members[i] as number] = values[i] as number;
    });
  });
  return { kind: 'number', names, columns };
}

function rowsOfFold(folds: Int32Array, fold: number): Int32Array {
  const rows = new Int32Array(folds.length);
  let count = 0;
  for (let row = 0; row < folds.length; row++) if (folds[row] === fold) rows[count++] = row;
  return rows.subarray(0, count);
}

function takeBlockRows(block: Block, rows: Int32Array): Block {
  if (block.kind === 'string') {
    const taken = takeRows({ rows: rows.length, columns: block.columns }, rows);
    return { ...block, columns: taken.columns as StringBlock['columns'] };
  }
  return {
    ...block,
    columns: block.columns.map((column) => Float64Array.from(rows, (row) => column[row] as number)),
  };
}

function finish(
  columns: FittedPipeline['columns'],
  frame: Frame<FrameColumn>,
  folded: readonly FoldedStep[],
  context: FitContext,
): Fitted {
  const open = frame.values.find(({ kind }) => kind !== 'number');
  if (open !== undefined) {
    const step = open.kind === 'time' ? 'calendar' : 'ordinal or one-hot';
    throw new MlxError('PARAM_INVALID', `The column "${open.name}" is no number after the last step.`, {
      hint: `Add a step that makes numbers of it (${step}), or leave the column out with --drop.`,
      details: { column: open.name },
    });
  }
  const features = frame.values.map(({ name }) => name);
  if (features.length === 0) {
    throw new MlxError('FEATURES_MISSING', 'No usable feature column is left in the table.', {
      hint: 'Check the schema (`mlx preprocess`): columns may have been dropped, constant or identifiers.',
    });
  }
  const pipelineOf = (stateOf: (step: FoldedStep) => StepState): FittedPipeline => ({
    version: 2,
    columns,
    steps: folded.map((step) => {
      const { foldStates: _, ...fitted } = step;
      return { ...fitted, state: stateOf(step) };
    }),
    features,
  });
  const pipeline = pipelineOf(({ state }) => state);
  if (folded.every(({ foldStates }) => foldStates === null)) return { pipeline, folds: null };
  const count = (context.folds ?? new Int32Array()).reduce((most, fold) => Math.max(most, fold + 1), 0);
  const folds = Array.from({ length: count }, (_, fold) =>
    pipelineOf(({ state, foldStates }) => foldStates?.[fold] ?? state),
  );
  return { pipeline, folds };
}
