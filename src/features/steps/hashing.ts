import type { GraphBuilder, TensorRef } from '../../onnx/graph.js';
import { ELEMENT_TYPES, MICROSOFT_DOMAIN } from '../../onnx/proto.js';
import { murmur3 } from '../../stats/murmur.js';
import type { NumberBlock, StringBlock, StringTensor } from '../block.js';
import type { Step } from '../step.js';
import { asDouble, emitLevelMap, joinNumbers, spreadLevels } from './levels.js';

type State = { readonly columns: number; readonly n_features: number; readonly alternate_sign: boolean };

/**
 * Each category becomes `n_features` columns `name#0`, `name#1` …, of which the one that the hash of its level
 * picks is 1 or, with `alternate_sign`, 1 or -1 by the hash's sign; so levels that training never saw have their
 * place too, and nothing is learned but the widths. A missing value is 0 in all of them.
 *
 * Same definition as scikit-learn's FeatureHasher(input_type='string') for one text a row, each column by itself:
 * column |h| mod n_features and sign of h, where h is the signed MurmurHash3_x86_32 of the level in UTF-8, seed 0.
 */
export const hashing: Step<StringBlock, NumberBlock, State> = {
  name: 'hashing',
  summary: 'a category becomes a few columns by the hash of its level, unseen levels too',
  accepts: 'string',
  parameters: {
    n_features: { kind: 'integer', default: 32, min: 1, max: 65_536, help: 'columns for each category' },
    alternate_sign: {
      kind: 'boolean',
      default: true,
      help: 'half of the levels count as -1, so that collisions cancel out on average',
    },
  },
  fit(block, options) {
    return {
      columns: block.columns.length,
      n_features: options.n_features as number,
      alternate_sign: options.alternate_sign as boolean,
    };
  },
  apply(block, state) {
    const names: string[] = [];
    const columns: Float64Array[] = [];
    block.columns.forEach((column, index) => {
      const slots = column.levels.map((level) => slotOf(level, state));
      for (let place = 1; place <= state.n_features; place++) {
        names.push(`${block.names[index]}#${place - 1}`);
        const values = slots.map((slot) => (Math.abs(slot) === place ? Math.sign(slot) : 0));
        columns.push(spreadLevels(column, values, 0));
      }
    });
    return { kind: 'number', names, columns };
  },
  sources({ columns, n_features: width }) {
    return Array.from({ length: columns * width }, (_, index) => [Math.floor(index / width)]);
  },
  emit(graph, tensor, state) {
    const places = int64(
      graph,
      Array.from({ length: state.n_features }, (_, index) => index + 1),
    );
    const parts = tensor.tensors.map((_, index) => {
      const slot = emitSlot(graph, tensor, index, state);
      if (!state.alternate_sign)
        return asDouble(graph, graph.node('Equal', [slot, places], { type: 'bool' }));
      const place = graph.node('Abs', [slot], { type: 'int64' });
      const isHere = graph.node('Equal', [place, places], { type: 'bool' });
      const isNegative = graph.node('Less', [slot, int64(graph, [0])], { type: 'bool' });
      const sign = graph.node('Where', [isNegative, double(graph, -1), double(graph, 1)], { type: 'double' });
      return graph.node('Where', [isHere, sign, double(graph, 0)], { type: 'double' });
    });
    return joinNumbers(graph, parts);
  },
};

/** The place of a level, from 1, with its sign. */
function slotOf(level: string, state: State): number {
  const hash = murmur3(level);
  const place = (Math.abs(hash) % state.n_features) + 1;
  return state.alternate_sign && hash < 0 ? -place : place;
}

/** The same in the graph: int64 [N,1], 0 for a missing value. */
function emitSlot(graph: GraphBuilder, tensor: StringTensor, index: number, state: State): TensorRef {
  const filled = tensor.missing[index] ?? null;
  const hash = graph.node('MurmurHash3', [tensor.tensors[index] as TensorRef], {
    type: 'int32',
    domain: MICROSOFT_DOMAIN,
    attributes: { seed: { int: 0 }, positive: { int: 0 } },
  });
  const wide = graph.node('Cast', [hash], {
    type: 'int64',
    attributes: { to: { int: ELEMENT_TYPES.int64 } },
  });
  const size = graph.node('Abs', [wide], { type: 'int64' });
  const bucket = graph.node('Mod', [size, int64(graph, [state.n_features])], { type: 'int64' });
  const place = graph.node('Add', [bucket, int64(graph, [1])], { type: 'int64' });
  const slot = state.alternate_sign ? withSignOf(graph, wide, place) : place;
  const isPresent = { levels: [], values: [], unseen: 1, missing: 0 };
  const present = emitLevelMap(
    graph,
    { ...tensor, missing: tensor.missing.map(() => null) },
    index,
    isPresent,
  );
  const isMissing = graph.node('Equal', [present, int64(graph, [0])], { type: 'bool' });
  const fill = int64(graph, [filled === null ? 0 : slotOf(filled, state)]);
  return graph.node('Where', [isMissing, fill, slot], { type: 'int64' });
}

function withSignOf(graph: GraphBuilder, hash: TensorRef, place: TensorRef): TensorRef {
  const isNegative = graph.node('Less', [hash, int64(graph, [0])], { type: 'bool' });
  const negative = graph.node('Neg', [place], { type: 'int64' });
  return graph.node('Where', [isNegative, negative, place], { type: 'int64' });
}

function int64(graph: GraphBuilder, values: readonly number[]): TensorRef {
  return graph.constant('int64', [1, values.length], BigInt64Array.from(values, BigInt));
}

function double(graph: GraphBuilder, value: number): TensorRef {
  return graph.constant('double', [1, 1], Float64Array.of(value));
}
