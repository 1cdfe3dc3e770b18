import { castTo } from '../onnx/cast.js';
import type { GraphBuilder, TensorRef } from '../onnx/graph.js';
import { type LinearScorer, largestTerm, weightsInUnits } from './linear-scorer.js';

/** Terms a row that are laid out at once: more outputs at a time cost memory in large batches, fewer cost operators. */
const MOST_TERMS = 1024;

/**
 * Adds the weighted sums to a graph; computes bit for bit what `scoreLinear` does. A MatMul would be shorter, but gives other
 * bits for a row alone than in a batch; the terms here are whole numbers, which add up the same in any order.
 *
 * @param matrix float `[N, columns]`
 * @returns raw scores, double `[N, outputs]`
 */
export function emitLinear(graph: GraphBuilder, matrix: TensorRef, scorer: LinearScorer): TensorRef {
  const { columns, outputs, intercept, units } = scorer;
  const type = 'double' as const;
  const cells = graph.node('Unsqueeze', [castTo(graph, matrix, type), axis(graph, 1n)], { type });
  const perGroup = Math.max(1, Math.floor(MOST_TERMS / columns));
  const sums: TensorRef[] = [];
  for (let first = 0; first < outputs; first += perGroup) {
    sums.push(emitSums(graph, cells, scorer, first, Math.min(outputs, first + perGroup)));
  }
  const whole =
    sums.length === 1
      ? (sums[0] as TensorRef)
      : graph.node('Concat', sums, { type, attributes: { axis: { int: 1 } } });
  const scaled = graph.node('Mul', [whole, graph.constant(type, [1, outputs], units)], { type });
  return graph.node('Add', [scaled, graph.constant(type, [1, outputs], intercept)], { type });
}

/** The whole sums of the outputs from `first` to before `end`. */
function emitSums(
  graph: GraphBuilder,
  cells: TensorRef,
  scorer: LinearScorer,
  first: number,
  end: number,
): TensorRef {
  const { columns } = scorer;
  const type = 'double' as const;
  const weights = weightsInUnits(scorer).slice(first * columns, end * columns);
  const terms = graph.node('Mul', [cells, graph.constant(type, [end - first, columns], weights)], { type });
  const most = largestTerm(columns);
  const ends = [-most, most].map((bound) => graph.constant(type, [], Float64Array.of(bound)));
  const held = graph.node('Clip', [terms, ...ends], { type });
  const rounded = graph.node('Round', [held], { type });
  return graph.node('ReduceSum', [rounded, axis(graph, 2n)], { type, attributes: { keepdims: { int: 0 } } });
}

function axis(graph: GraphBuilder, index: bigint): TensorRef {
  return graph.constant('int64', [1], BigInt64Array.of(index));
}
