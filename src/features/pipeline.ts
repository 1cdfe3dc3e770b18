import { type ColumnSchema, columnKind } from '../data/schema.js';
import type { Table } from '../data/table.js';
import { MlxError } from '../errors.js';
import type { GraphBuilder, TensorRef } from '../onnx/graph.js';
import { ELEMENT_TYPES } from '../onnx/proto.js';
import { type Block, type BlockKind, type BlockTensor, blockOf } from './block.js';
import type { Recipe } from './recipe.js';
import type { Step, StepState } from './step.js';
import { calendar } from './steps/calendar.js';
import { cap } from './steps/cap.js';
import { fillLevel } from './steps/fill-level.js';
import { fillTime } from './steps/fill-time.js';
import { impute } from './steps/impute.js';
import { oneHot } from './steps/one-hot.js';
import { ordinal } from './steps/ordinal.js';
import { scale } from './steps/scale.js';

/** Every step by its name. */
export const STEPS: ReadonlyMap<string, Step> = new Map(
  [impute, cap, scale, fillLevel, ordinal, oneHot, fillTime, calendar].map((step) => [
    step.name,
    step as unknown as Step,
  ]),
);

/** Columns that went through the same steps, with what each step learned. */
export interface FittedBlock {
  readonly kind: BlockKind;
  readonly inputs: readonly string[];
  readonly steps: readonly { readonly step: string; readonly state: StepState }[];
  readonly features: readonly string[];
}

/** The fitted preprocessing as plain JSON. */
export interface FittedPipeline {
  readonly version: 1;
  readonly blocks: readonly FittedBlock[];
  /** Names of the feature matrix's columns, in order. */
  readonly features: readonly string[];
}

const KINDS: readonly BlockKind[] = ['number', 'string', 'time'];

/**
 * Fits the recipe's steps to the training rows.
 * @param table the training rows; it must hold every one of `columns`
 * @throws MlxError FEATURES_MISSING when no feature column is left
 */
export function fitPipeline(table: Table, columns: readonly ColumnSchema[], recipe: Recipe): FittedPipeline {
  const blocks = KINDS.flatMap((kind) => {
    const names = columns.filter((column) => columnKind(column.type) === kind).map((column) => column.name);
    return names.length === 0 ? [] : [fitBlock(blockOf(table, kind, names), recipe)];
  });
  const features = blocks.flatMap((block) => block.features);
  if (features.length === 0) {
    throw new MlxError('FEATURES_MISSING', 'No usable feature column is left in the table.', {
      hint: 'Check the schema (`mlx preprocess`): columns may have been dropped, constant or identifiers.',
    });
  }
  return { version: 1, blocks, features };
}

function fitBlock(start: Block, recipe: Recipe): FittedBlock {
  let block = start;
  const steps = recipe[start.kind].map((spec) => {
    const step = stepNamed(spec.step, block.kind);
    const state = step.fit(block, spec);
    block = step.apply(block, state);
    return { step: step.name, state };
  });
  return { kind: start.kind, inputs: start.names, steps, features: block.names };
}

/** The pipeline's own arithmetic: the float32 feature matrix, row-major rows × features. */
export function applyPipeline(pipeline: FittedPipeline, table: Table): Float32Array {
  const width = pipeline.features.length;
  const matrix = new Float32Array(table.rows * width);
  let offset = 0;
  for (const fitted of pipeline.blocks) {
    let block = blockOf(table, fitted.kind, fitted.inputs);
    for (const { step, state } of fitted.steps) block = stepNamed(step, block.kind).apply(block, state);
    for (const column of block.columns as readonly Float64Array[]) {
      for (let row = 0; row < table.rows; row++) matrix[row * width + offset] = column[row] as number;
      offset++;
    }
  }
  return matrix;
}

/**
 * Writes the pipeline as operators: one graph input per raw column ([N,1]; double, string or int64 seconds) in
 * the order of `columns`, and the float [N,F] feature matrix as the result.
 */
export function emitPipeline(
  graph: GraphBuilder,
  pipeline: FittedPipeline,
  columns: readonly ColumnSchema[],
): TensorRef {
  const inputs = new Map(
    columns.map(({ name, type }) => [name, graph.input(name, INPUT_TYPE[columnKind(type)], ['N', 1])]),
  );
  const parts = pipeline.blocks.map((block) => emitBlock(graph, block, inputs));
  return join(graph, parts);
}

/** The element type of a raw column's graph input. */
export const INPUT_TYPE = { number: 'double', string: 'string', time: 'int64' } as const;

function emitBlock(
  graph: GraphBuilder,
  block: FittedBlock,
  inputs: ReadonlyMap<string, TensorRef>,
): TensorRef {
  const columns = block.inputs.map((name) => inputs.get(name) as TensorRef);
  let tensor: BlockTensor =
    block.kind === 'string'
      ? { kind: 'string', tensors: columns, missing: columns.map(() => null) }
      : { kind: block.kind, tensor: join(graph, columns) };
  for (const { step, state } of block.steps) tensor = stepNamed(step, tensor.kind).emit(graph, tensor, state);
  if (tensor.kind !== 'number')
    throw new MlxError('INTERNAL', `a ${block.kind} block ends as ${tensor.kind}`);
  return graph.node('Cast', [tensor.tensor], {
    type: 'float',
    attributes: { to: { int: ELEMENT_TYPES.float } },
  });
}

function join(graph: GraphBuilder, parts: readonly TensorRef[]): TensorRef {
  const [first, ...others] = parts;
  if (first === undefined) throw new MlxError('INTERNAL', 'nothing to join');
  if (others.length === 0) return first;
  return graph.node('Concat', parts, { type: first.type, attributes: { axis: { int: 1 } } });
}

function stepNamed(name: string, kind: BlockKind): Step {
  const step = STEPS.get(name);
  if (step === undefined) throw new MlxError('INTERNAL', `there is no step ${name}`);
  if (step.accepts !== kind) throw new MlxError('INTERNAL', `the step ${name} does not take a ${kind} block`);
  return step;
}
