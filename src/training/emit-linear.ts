import { castTo } from '../onnx/cast.js';
import type { GraphBuilder, TensorRef } from '../onnx/graph.js';
import type { LinearScorer } from './linear-scorer.js';

/**
 * Adds the weighted sums to a graph.
 *
 * @param matrix float `[N, columns]`
 * @returns raw scores, double `[N, outputs]`
 */
export function emitLinear(graph: GraphBuilder, matrix: TensorRef, scorer: LinearScorer): TensorRef {
  const { columns, outputs, weights, intercept } = scorer;
  const values = castTo(graph, matrix, 'double');
  const sums = Array.from({ length: outputs }, (_, output) => {
    const own = graph.constant(
      'double',
      [1, columns],
      weights.slice(output * columns, (output + 1) * columns),
    );
    const terms = graph.node('Mul', [values, own], { type: 'double' });
    const axes = graph.constant('int64', [1], BigInt64Array.of(1n));
    return graph.node('ReduceSum', [terms, axes], { type: 'double', attributes: { keepdims: { int: 1 } } });
  });
  const side = outputs === 1 ? (sums[0] as TensorRef) : sideBySide(graph, sums);
  return graph.node('Add', [side, graph.constant('double', [1, outputs], intercept)], { type: 'double' });
}

function sideBySide(graph: GraphBuilder, columns: readonly TensorRef[]): TensorRef {
  return graph.node('Concat', columns, { type: 'double', attributes: { axis: { int: 1 } } });
}
