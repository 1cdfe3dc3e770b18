import type { StringColumn } from '../../data/table.js';
import type { GraphBuilder, TensorRef } from '../../onnx/graph.js';
import { ELEMENT_TYPES, ML_DOMAIN } from '../../onnx/proto.js';
import type { NumberTensor, StringTensor } from '../block.js';

/** A number for every level that training had, for any other level, and for a missing value. */
export interface LevelMap {
  readonly levels: readonly string[];
  /** One per level. */
  readonly values: readonly number[];
  readonly unseen: number;
  readonly missing: number;
}

/** The levels that occur in the column, sorted by code unit. */
export function levelsOf(column: StringColumn): readonly string[] {
  const counts = countsOf(column);
  return column.levels.filter((_, code) => (counts[code] as number) > 0).sort();
}

/** How often each of the column's levels occurs, in the order of its dictionary. */
export function countsOf(column: StringColumn): Float64Array {
  const counts = new Float64Array(column.levels.length);
  for (const code of column.codes) if (code >= 0) counts[code] = (counts[code] as number) + 1;
  return counts;
}

/** How often each of `levels` occurs in the column. */
export function countsOfLevels(column: StringColumn, levels: readonly string[]): number[] {
  const counts = countsOf(column);
  const codes = new Map(column.levels.map((level, code) => [level, code]));
  return levels.map((level) => counts[codes.get(level) ?? -1] ?? 0);
}

/** The number of each row's level. */
export function mapLevels(column: StringColumn, map: LevelMap): Float64Array {
  const numbers = new Map(map.levels.map((level, index) => [level, map.values[index] as number]));
  return spreadLevels(
    column,
    column.levels.map((level) => numbers.get(level) ?? map.unseen),
    map.missing,
  );
}

/** The number of each row's level, given one for each entry of the column's own dictionary. */
export function spreadLevels(column: StringColumn, byCode: readonly number[], missing: number): Float64Array {
  const { codes } = column;
  const values = new Float64Array(codes.length);
  // A plain loop: from(codes, …) takes ten times as long.
  for (let row = 0; row < codes.length; row++) values[row] = byCode[codes[row] as number] ?? missing;
  return values;
}

/** The same in the graph for numbers that are integers: int64 [N,1] for column `index` of the block. */
export function emitLevelMap(
  graph: GraphBuilder,
  tensor: StringTensor,
  index: number,
  map: LevelMap,
): TensorRef {
  const filled = tensor.missing[index] ?? null;
  const position = filled === null ? -1 : map.levels.indexOf(filled);
  const missing = filled === null ? map.missing : (map.values[position] ?? map.unseen);
  return graph.node('LabelEncoder', [tensor.tensors[index] as TensorRef], {
    type: 'int64',
    domain: ML_DOMAIN,
    attributes: {
      keys_strings: { strings: [...map.levels, ''] },
      values_int64s: { ints: [...map.values, missing] },
      default_int64: { int: map.unseen },
    },
  });
}

/** The same for any numbers, by a look-up in a table: double [N,K] for the K maps, which share their levels. */
export function emitLevelTable(
  graph: GraphBuilder,
  tensor: StringTensor,
  index: number,
  maps: readonly LevelMap[],
): TensorRef {
  const [first] = maps as [LevelMap];
  const { levels } = first;
  const positions = { levels, values: [...levels.keys()], unseen: levels.length, missing: levels.length + 1 };
  const rows = levels.length + 2;
  const table = new Float64Array(rows * maps.length);
  maps.forEach(({ values, unseen, missing }, k) => {
    for (let row = 0; row < levels.length; row++) table[row * maps.length + k] = values[row] as number;
    table[levels.length * maps.length + k] = unseen;
    table[(levels.length + 1) * maps.length + k] = missing;
  });
  const found = graph.node(
    'Gather',
    [graph.constant('double', [rows, maps.length], table), emitLevelMap(graph, tensor, index, positions)],
    { type: 'double' },
  );
  return graph.node('Squeeze', [found, graph.constant('int64', [1], BigInt64Array.of(1n))], {
    type: 'double',
  });
}

/** The columns side by side as one block of numbers. */
export function joinNumbers(graph: GraphBuilder, parts: readonly TensorRef[]): NumberTensor {
  const [first] = parts;
  // A step may leave no column at all (one-hot where training had no level); nothing reads this then.
  if (first === undefined)
    return { kind: 'number', tensor: graph.constant('double', [1, 0], new Float64Array()) };
  const joined =
    parts.length === 1
      ? first
      : graph.node('Concat', parts, { type: first.type, attributes: { axis: { int: 1 } } });
  return { kind: 'number', tensor: asDouble(graph, joined) };
}

export function asDouble(graph: GraphBuilder, tensor: TensorRef): TensorRef {
  if (tensor.type === 'double') return tensor;
  return graph.node('Cast', [tensor], {
    type: 'double',
    attributes: { to: { int: ELEMENT_TYPES.double } },
  });
}
