import type { TensorRef } from '../../onnx/graph.js';
import { ELEMENT_TYPES } from '../../onnx/proto.js';
import type { NumberBlock, StringBlock } from '../block.js';
import type { Step } from '../step.js';
import { codesOf, emitCodes, levelsOf } from './levels.js';

type State = { readonly levels: readonly (readonly string[])[] };

/**
 * Each category becomes its position among the sorted levels of the training rows; an unseen level becomes -1.
 * Same definition as scikit-learn's OrdinalEncoder(handle_unknown='use_encoded_value', unknown_value=-1).
 */
export const ordinal: Step<StringBlock, NumberBlock, State> = {
  name: 'ordinal',
  summary: 'a category becomes its position among the sorted levels',
  accepts: 'string',
  parameters: {},
  fit(block) {
    return { levels: block.columns.map(levelsOf) };
  },
  apply(block, state) {
    const columns = block.columns.map((column, index) => codesOf(column, state.levels[index] ?? []));
    return { kind: 'number', names: block.names, columns };
  },
  emit(graph, tensor, state) {
    const codes = state.levels.map((levels, index) => emitCodes(graph, tensor, index, levels));
    const joined =
      codes.length === 1
        ? (codes[0] as TensorRef)
        : graph.node('Concat', codes, { type: 'float', attributes: { axis: { int: 1 } } });
    return {
      kind: 'number',
      tensor: graph.node('Cast', [joined], {
        type: 'double',
        attributes: { to: { int: ELEMENT_TYPES.double } },
      }),
    };
  },
};
