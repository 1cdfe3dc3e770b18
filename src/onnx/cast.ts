import type { GraphBuilder, TensorRef } from './graph.js';
import { ELEMENT_TYPES } from './proto.js';

/** The same values as another type. */
export function castTo(graph: GraphBuilder, tensor: TensorRef, type: TensorRef['type']): TensorRef {
  return graph.node('Cast', [tensor], { type, attributes: { to: { int: ELEMENT_TYPES[type] } } });
}
