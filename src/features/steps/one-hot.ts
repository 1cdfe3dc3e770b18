import type { TensorRef } from '../../onnx/graph.js';
import { ELEMENT_TYPES } from '../../onnx/proto.js';
import type { NumberBlock, StringBlock } from '../block.js';
import type { Step } from '../step.js';
import { codesOf, emitCodes, levelsOf } from './levels.js';

type State = { readonly levels: readonly (readonly string[])[] };

/**
 * Each level of the training rows becomes a 0/1 column `name=level`; an unseen level is 0 in all of them.
 * Same definition as scikit-learn's OneHotEncoder(handle_unknown='ignore').
 */
export const oneHot: Step<StringBlock, NumberBlock, State> = {
  name: 'one-hot',
  summary: 'each level of a category becomes a 0/1 column',
  accepts: 'string',
  parameters: {},
  fit(block) {
    return { levels: block.columns.map(levelsOf) };
  },
  apply(block, state) {
    const names: string[] = [];
    const columns: Float64Array[] = [];
    block.columns.forEach((column, index) => {
      const levels = state.levels[index] ?? [];
      const codes = codesOf(column, levels);
      levels.forEach((level, position) => {
        names.push(`${block.names[index]}=${level}`);
        columns.push(codes.map((code) => (code === position ? 1 : 0)));
      });
    });
    return { kind: 'number', names, columns };
  },
  emit(graph, tensor, state) {
    const parts = state.levels.flatMap((levels, index) => {
      if (levels.length === 0) return [];
      const codes = emitCodes(graph, tensor, index, levels);
      const positions = graph.constant('float', [1, levels.length], Float32Array.from(levels.keys()));
      const equal = graph.node('Equal', [codes, positions], { type: 'bool' });
      return graph.node('Cast', [equal], {
        type: 'double',
        attributes: { to: { int: ELEMENT_TYPES.double } },
      });
    });
    const joined =
      parts.length === 1
        ? (parts[0] as TensorRef)
        : graph.node('Concat', parts, { type: 'double', attributes: { axis: { int: 1 } } });
    return { kind: 'number', tensor: joined };
  },
};
