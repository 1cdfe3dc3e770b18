import type { StringColumn } from '../../data/table.js';
import type { GraphBuilder, TensorRef } from '../../onnx/graph.js';
import { ML_DOMAIN } from '../../onnx/proto.js';
import type { StringTensor } from '../block.js';

/** The code of a level that the training rows did not have, and of a missing value that nothing filled. */
export const UNKNOWN_CODE = -1;

/** The levels that occur in the column, sorted by code unit. */
export function levelsOf(column: StringColumn): readonly string[] {
  const seen = new Uint8Array(column.levels.length);
  for (const code of column.codes) if (code >= 0) seen[code] = 1;
  return column.levels.filter((_, code) => seen[code] === 1).sort();
}

/** The index of each row's level in `levels`; UNKNOWN_CODE where it is not there. */
export function codesOf(column: StringColumn, levels: readonly string[]): Float64Array {
  const position = new Map(levels.map((level, index) => [level, index]));
  const table = column.levels.map((level) => position.get(level) ?? UNKNOWN_CODE);
  return Float64Array.from(column.codes, (code) => table[code] ?? UNKNOWN_CODE);
}

/** The same index in the graph: float [N,1] for column `index` of the block. */
export function emitCodes(
  graph: GraphBuilder,
  tensor: StringTensor,
  index: number,
  levels: readonly string[],
): TensorRef {
  const missing = tensor.missing[index] ?? null;
  const filled = missing === null ? -1 : levels.indexOf(missing);
  const keys = filled < 0 ? levels : [...levels, ''];
  const values = filled < 0 ? levels.map((_, code) => code) : [...levels.map((_, code) => code), filled];
  return graph.node('LabelEncoder', [tensor.tensors[index] as TensorRef], {
    type: 'float',
    domain: ML_DOMAIN,
    attributes: {
      keys_strings: { strings: keys },
      values_floats: { floats: values },
      default_float: { float: UNKNOWN_CODE },
    },
  });
}
