import type { StringColumn, Table } from '../data/table.js';
import { findColumn } from '../data/table.js';
import { MlxError } from '../errors.js';
import type { TensorRef } from '../onnx/graph.js';
import { textInGraph } from '../onnx/graph-text.js';

/**
 * A group of columns of one kind that go through the same steps together, so that the graph needs one
 * operator for all of them instead of one each.
 *
 * - `number`: float64 columns, NaN = missing.
 * - `string`: dictionary-coded columns, code -1 = missing.
 * - `time`: whole seconds since 1970 (UTC) as float64, NaN = missing.
 */
export type Block = NumberBlock | StringBlock | TimeBlock;

export interface NumberBlock {
  readonly kind: 'number';
  readonly names: readonly string[];
  readonly columns: readonly Float64Array[];
}

export interface StringBlock {
  readonly kind: 'string';
  readonly names: readonly string[];
  readonly columns: readonly StringColumn[];
}

export interface TimeBlock {
  readonly kind: 'time';
  readonly names: readonly string[];
  readonly columns: readonly Float64Array[];
}

export type BlockKind = Block['kind'];

/** The same block as it stands in the graph. */
export type BlockTensor = NumberTensor | StringTensor | TimeTensor;

export interface NumberTensor {
  readonly kind: 'number';
  /** double [N,k] */
  readonly tensor: TensorRef;
}

export interface StringTensor {
  readonly kind: 'string';
  /** string [N,1], one per column */
  readonly tensors: readonly TensorRef[];
  /** Per column the level that stands for a missing value ('' in the graph); null = none. */
  readonly missing: readonly (string | null)[];
}

export interface TimeTensor {
  readonly kind: 'time';
  /** int64 [N,k] */
  readonly tensor: TensorRef;
}

/**
 * Takes the named columns out of a table as one block; they must all be of that kind. Text is as the graph gets it.
 */
export function blockOf(table: Table, kind: BlockKind, names: readonly string[]): Block {
  const columns = names.map((name) => {
    const column = findColumn(table, name);
    if (column?.kind !== kind) throw new MlxError('INTERNAL', `the column ${name} is not of kind ${kind}`);
    return column;
  });
  if (kind === 'string') return { kind, names, columns: (columns as StringColumn[]).map(asGraphGets) };
  return { kind, names, columns: columns.map((column) => (column as { values: Float64Array }).values) };
}

function asGraphGets(column: StringColumn): StringColumn {
  if (column.levels.every((level) => level !== '' && textInGraph(level) === level)) return column;
  const codes = new Map<string, number>();
  const recode = Int32Array.from(column.levels, (level) => {
    const text = textInGraph(level);
    if (text === '') return -1;
    const code = codes.get(text) ?? codes.size;
    codes.set(text, code);
    return code;
  });
  return { ...column, levels: [...codes.keys()], codes: column.codes.map((code) => recode[code] ?? -1) };
}
