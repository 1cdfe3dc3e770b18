import type { GraphBuilder } from '../onnx/graph.js';
import type { NumberBlock, NumberTensor } from './block.js';
import { takeColumns } from './row-operation.js';

/** The columns of a block at the given ascending places, in `apply` and in the graph. */
export function keepColumns(block: NumberBlock, kept: readonly number[]): NumberBlock {
  return {
    kind: 'number',
    names: kept.map((index) => block.names[index] as string),
    columns: kept.map((index) => block.columns[index] as Float64Array),
  };
}

export function emitKept(
  graph: GraphBuilder,
  { tensor }: NumberTensor,
  kept: readonly number[],
): NumberTensor {
  return { kind: 'number', tensor: takeColumns(graph, tensor, kept) };
}
