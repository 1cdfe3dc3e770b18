import type { GraphBuilder, TensorRef } from '../onnx/graph.js';

type Operator = 'Add' | 'Sub' | 'Mul' | 'Div';

/**
 * `tensor (op) row` for a double [N,k] tensor and one constant per column.
 *
 * ONNX Runtime (1.30) leaves out an operator whose constant does nothing, and looks at it as float32: where there
 * is one column, a constant below float32's smallest number counts as 0 and one within 6e-8 of 1 as 1. Such a
 * constant is written twice, so that the operator stays, and the first of the two equal columns is taken.
 */
export function rowOperation(
  graph: GraphBuilder,
  operator: Operator,
  tensor: TensorRef,
  row: readonly number[],
): TensorRef {
  const isTaken = row.length === 1 && looksIdle(operator, row[0] as number);
  const values = isTaken ? [...row, ...row] : row;
  const constant = graph.constant('double', [1, values.length], Float64Array.from(values));
  const result = graph.node(operator, [tensor, constant], { type: 'double' });
  return isTaken ? takeColumns(graph, result, [0]) : result;
}

function looksIdle(operator: Operator, value: number): boolean {
  const idle = operator === 'Add' || operator === 'Sub' ? 0 : 1;
  return value !== idle && Math.fround(value) === idle;
}

/** Columns of an [N,k] tensor by their index, in the given order. */
export function takeColumns(graph: GraphBuilder, tensor: TensorRef, indices: readonly number[]): TensorRef {
  const constant = graph.constant('int64', [indices.length], BigInt64Array.from(indices, BigInt));
  return graph.node('Gather', [tensor, constant], { type: tensor.type, attributes: { axis: { int: 1 } } });
}
