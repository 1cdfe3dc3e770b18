import { type ColumnSchema, columnKind } from '../data/schema.js';
import { MlxError } from '../errors.js';
import { castTo } from '../onnx/cast.js';
import type { GraphBuilder, TensorRef } from '../onnx/graph.js';
import type { BlockKind, BlockTensor } from './block.js';
import { Frame, type Named } from './frame.js';
import type { FittedPipeline } from './pipeline.js';
import { takeColumns } from './row-operation.js';
import { stepNamed } from './steps.js';

/** The element type of a raw column's graph input. */
export const INPUT_TYPE = { number: 'double', string: 'string', time: 'int64' } as const;

/** A column in the graph: text is a tensor by itself, numbers and times are a place in a wider one. */
type GraphColumn = TextColumn | PlacedColumn;

interface TextColumn extends Named {
  readonly kind: 'string';
  readonly tensor: TensorRef;
  readonly missing: string | null;
}

interface PlacedColumn extends Named {
  readonly kind: 'number' | 'time';
  readonly tensor: TensorRef;
  readonly index: number;
  readonly width: number;
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
  const frame = new Frame(
    pipeline.columns.map((column) => columnAt(column, inputs.get(column.name) as TensorRef, 0, 1)),
  );
  for (const { step, kind, inputs, outputs, state } of pipeline.steps) {
    if (outputs.length === 0) {
      frame.replace(inputs, []);
      continue;
    }
    const tensor = stepNamed(step, kind).emit(graph, gather(graph, kind, frame.take(inputs)), state);
    frame.replace(inputs, columnsOf(tensor, outputs));
  }
  const features = gather(graph, 'number', frame.take(pipeline.features));
  if (features.kind !== 'number') throw new MlxError('INTERNAL', 'the features are no numbers');
  return castTo(graph, features.tensor, 'float');
}

function columnAt({ name, kind }: Named, tensor: TensorRef, index: number, width: number): GraphColumn {
  return kind === 'string' ? { name, kind, tensor, missing: null } : { name, kind, tensor, index, width };
}

function columnsOf(tensor: BlockTensor, names: readonly string[]): GraphColumn[] {
  if (tensor.kind !== 'string') {
    return names.map((name, index) =>
      columnAt({ name, kind: tensor.kind }, tensor.tensor, index, names.length),
    );
  }
  return names.map((name, index) => ({
    name,
    kind: 'string',
    tensor: tensor.tensors[index] as TensorRef,
    missing: tensor.missing[index] ?? null,
  }));
}

/** The columns as one block: nothing is added to the graph where they are a whole tensor already. */
function gather(graph: GraphBuilder, kind: BlockKind, columns: readonly GraphColumn[]): BlockTensor {
  if (kind === 'string') {
    const texts = columns as readonly TextColumn[];
    return { kind, tensors: texts.map(({ tensor }) => tensor), missing: texts.map(({ missing }) => missing) };
  }
  const parts = runsOf(columns as readonly PlacedColumn[]).map((run) => place(graph, run));
  const [first] = parts;
  if (first === undefined) throw new MlxError('INTERNAL', 'nothing to join');
  if (parts.length === 1) return { kind, tensor: first };
  return {
    kind,
    tensor: graph.node('Concat', parts, { type: first.type, attributes: { axis: { int: 1 } } }),
  };
}

/** Neighbours that come from the same tensor. */
function runsOf(columns: readonly PlacedColumn[]): PlacedColumn[][] {
  const runs: PlacedColumn[][] = [];
  for (const column of columns) {
    const run = runs.at(-1);
    if (run?.[0]?.tensor.name === column.tensor.name) run.push(column);
    else runs.push([column]);
  }
  return runs;
}

function place(graph: GraphBuilder, run: readonly PlacedColumn[]): TensorRef {
  const { tensor, width } = run[0] as PlacedColumn;
  if (run.length === width && run.every(({ index }, position) => index === position)) return tensor;
  return takeColumns(
    graph,
    tensor,
    run.map(({ index }) => index),
  );
}
