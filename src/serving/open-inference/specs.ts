import { type ColumnType, columnKind } from '../../data/schema.js';
import type { Manifest } from '../../scoring/manifest.js';
import type { Datatype, TensorSpec } from './tensor.js';

const DATATYPES: Readonly<Record<ColumnType, Datatype>> = {
  number: 'FP64',
  integer: 'INT64',
  boolean: 'BOOL',
  time: 'INT64',
  category: 'BYTES',
  text: 'BYTES',
  identifier: 'BYTES',
};

/** The datatype in which metadata offers a column. */
export function datatypeOf(type: ColumnType): Datatype {
  return DATATYPES[type];
}

/** What a model takes: one tensor a column, or its one matrix. */
export function inputSpecs({ columns, input }: Pick<Manifest, 'columns' | 'input'>): readonly TensorSpec[] {
  if (input.kind === 'matrix')
    return [
      { name: input.input, datatype: input.type === 'float' ? 'FP32' : 'FP64', shape: [-1, columns.length] },
    ];
  return columns.map(({ name, type }) => ({ name, datatype: datatypeOf(type), shape: [-1, 1] }));
}

export type OutputSpec = TensorSpec & { readonly datatype: Datatype };

export function outputSpecs({
  task,
  target,
  classes,
}: Pick<Manifest, 'task' | 'target' | 'classes'>): readonly OutputSpec[] {
  if (task === 'regression') return [{ name: 'prediction', datatype: 'FP32', shape: [-1] }];
  const datatype =
    target === null || target.type === 'string' ? 'BYTES' : target.type === 'integer' ? 'INT64' : 'FP64';
  return [
    { name: 'label', datatype, shape: [-1] },
    { name: 'probabilities', datatype: 'FP32', shape: [-1, classes.length] },
  ];
}

/** Whether all columns are numbers, so that one matrix can hold them. */
export function isNumericTable({ columns }: Pick<Manifest, 'columns'>): boolean {
  return columns.every(({ type }) => columnKind(type) === 'number');
}
