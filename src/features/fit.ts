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
  for (const [index, spec] of recipe.entries()) {
    const { owner, step, given, options } = readStep(index, spec);
    const inputs = selectNames(owner, step.accepts, spec.columns, frame.values);
    if (inputs.length > 0)
      steps.push({ parameters: given, ...fitStep(step, options, inputs, frame, context) });
  }
  return finish(raw, frame, steps, context);
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
  if (step.isColumnwise?.(options) === true) {
    const { state, outputs } = fitColumnwise(step, options, columns, context);
    frame.replace(inputs, outputs);
    return { ...fitted, outputs: outputs.map(({ name }) => name), state, foldStates: null };
  }
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

/** Columns that are held at a time while a columnwise step is fitted. */
const COLUMNS_AT_A_TIME = 4;

/** Fits a few columns at a time; what comes out is computed when a later step asks for it. */
function fitColumnwise(
  step: Step,
  options: StepOptions,
  columns: readonly FrameColumn[],
  context: FitContext,
): { readonly state: StepState; readonly outputs: readonly FrameColumn[] } {
  const states: StepState[] = [];
  for (let start = 0; start < columns.length; start += COLUMNS_AT_A_TIME) {
    const few = joinColumns(columns.slice(start, start + COLUMNS_AT_A_TIME));
    states.push(step.fit(few, options, context));
  }
  const state = mergeStates(states);
  const outputs = columns.map((column, index): FrameColumn => {
    const own = columnState(state, index);
    return { name: column.name, kind: step.accepts, load: () => step.apply(column.load(), own) };
  });
  return { state, outputs };
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
    const members = Int32Array.from(folds.keys()).filter((row) => folds[row] === fold);
    const part = step.apply(takeBlockRows(block, members), state);
    if (columns.length === 0) {
      names = part.names;
      columns = part.names.map(() => new Float64Array(rows));
    }
    (part.columns as readonly Float64Array[]).forEach((values, index) => {
      const column = columns[index] as Float64Array;
      members.forEach((row, i) => {
        column[row] = values[i] as number;
      });
    });
  });
  return { kind: 'number', names, columns };
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
