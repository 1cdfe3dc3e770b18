import { type CellValue, decodeJson } from '../../data/cell.js';
import { type ColumnSchema, type ColumnType, columnKind } from '../../data/schema.js';
import { epoch } from '../../data/time.js';
import type { Manifest } from '../../scoring/manifest.js';
import type { PackedRows } from '../../scoring/packed-rows.js';
import { checkRows } from '../core.js';
import { invalidField, type RowDecoder } from '../decode.js';
import type { Limits } from '../options.js';
import { readNumbers, readTexts } from './raw-data.js';
import { datatypeOf, isNumericTable } from './specs.js';
import { type Datatype, elementBytes, type InputTensor, isNumeric } from './tensor.js';

/** numpy's "not a time": the smallest int64. */
const NOT_A_TIME = -(2 ** 63);

/** What is needed of a model version to read its inputs. */
export interface InputReader {
  readonly decoder: RowDecoder;
  readonly manifest: Pick<Manifest, 'columns' | 'input'>;
}

/**
 * The rows in a request's tensors: one of shape [N,1] or [N] for each column, or, where all columns are numbers, a
 * single one of shape [N, columns] under the name of the model's matrix or any name that is no column's.
 * NaN, null and empty texts are missing values.
 * @throws MlxError REQUEST_INVALID naming the tensor, REQUEST_TOO_LARGE
 */
export function packInputs(reader: InputReader, inputs: readonly InputTensor[], limits: Limits): PackedRows {
  const [only] = inputs;
  if (only === undefined) throw invalidField('inputs', 'inputs holds no tensors.');
  for (const tensor of inputs) checkSize(tensor);
  const rows = only.shape[0] ?? 0;
  if (rows === 0) throw invalidField(only.field, `${only.field}: ${only.name} holds no rows.`);
  checkRows(rows, limits);
  return inputs.length === 1 && isMatrix(reader, only)
    ? packMatrix(reader, only, rows)
    : packColumns(reader, columnTensors(reader, inputs), rows);
}

/** @throws MlxError REQUEST_INVALID where shape and data do not agree */
function checkSize({ name, shape, datatype, data, field }: InputTensor): void {
  const count = shape.reduce((product, size) => product * size, 1);
  if (data.kind === 'values') {
    if (data.values.length === count) return;
    const what = `${field}: ${name} has ${data.values.length} values`;
    throw invalidField(`${field}.shape`, `${what}; the shape ${JSON.stringify(shape)} needs ${count}.`);
  }
  const size = elementBytes(datatype);
  // Texts say their lengths themselves, in four bytes each.
  if (size === null ? data.bytes.length >= 4 * count : data.bytes.length === size * count) return;
  const needed = size === null ? `at least ${4 * count}` : String(size * count);
  throw invalidField(
    field,
    `${field}: ${name} has ${data.bytes.length} bytes; the shape ${JSON.stringify(shape)} of ${datatype} needs ${needed}.`,
  );
}

function isMatrix({ manifest }: InputReader, { name, shape }: InputTensor): boolean {
  const { columns, input } = manifest;
  if (input.kind === 'matrix' && input.input === name) return true;
  const isWide = shape.length === 2 && shape[1] !== 1;
  return isWide && isNumericTable(manifest) && !columns.some((column) => column.name === name);
}

function packMatrix({ manifest, decoder }: InputReader, tensor: InputTensor, rows: number): PackedRows {
  const { name, shape, datatype, data, field } = tensor;
  const width = manifest.columns.length;
  const isFlat = shape.length === 1 && width === 1;
  if (!isFlat && (shape.length !== 2 || shape[1] !== width)) {
    throw invalidField(
      `${field}.shape`,
      `${field}: ${name} takes the shape [N,${width}], not ${JSON.stringify(shape)}.`,
    );
  }
  if (!isNumeric(datatype)) throw wrongType(tensor, 'FP64');
  const numbers = new Float64Array(rows * width);
  const given = data.kind === 'raw' ? readNumbers(data.bytes, datatype) : data.values;
  for (let position = 0; position < width; position++)
    for (let row = 0; row < rows; row++)
      numbers[position * rows + row] = numberAt(
        decoder,
        position,
        given[row * width + position],
        () => `${name}[${row}][${position}]`,
      );
  return { rows, numbers, texts: [] };
}

/** The tensors in the order of the columns. */
function columnTensors({ decoder }: InputReader, inputs: readonly InputTensor[]): readonly InputTensor[] {
  const found = new Array<InputTensor | undefined>(decoder.columns.length).fill(undefined);
  for (const tensor of inputs) {
    const { name, shape, datatype, field } = tensor;
    const position = decoder.position(name, `${field}.name`);
    if (found[position] !== undefined) throw invalidField(field, `The input ${name} is given twice.`);
    found[position] = tensor;
    const { type } = decoder.columns[position] as ColumnSchema;
    if (!fits(type, datatype)) throw wrongType(tensor, datatypeOf(type));
    if (shape.length === 1 || (shape.length === 2 && shape[1] === 1)) continue;
    throw invalidField(
      `${field}.shape`,
      `${field}: ${name} takes the shape [N,1] or [N], not ${JSON.stringify(shape)}.`,
    );
  }
  const missing = decoder.columns.filter((_, position) => found[position] === undefined);
  if (missing.length === 0) return found as readonly InputTensor[];
  throw decoder.missing(
    missing.map(({ name }) => name),
    inputs.map(({ name }) => name),
    'inputs',
  );
}

function packColumns({ decoder }: InputReader, tensors: readonly InputTensor[], rows: number): PackedRows {
  const textColumns = decoder.columns.filter(({ type }) => columnKind(type) === 'string').length;
  const numbers = new Float64Array(rows * (tensors.length - textColumns));
  const texts = new Array<string>(rows * textColumns);
  let number = 0;
  let text = 0;
  tensors.forEach((tensor, position) => {
    const { type } = decoder.columns[position] as ColumnSchema;
    if (tensor.shape[0] !== rows) {
      const there = `${tensor.name} has ${tensor.shape[0]} rows`;
      throw invalidField(tensor.name, `${there}, other columns have ${rows}.`);
    }
    if (columnKind(type) === 'string') {
      readTextColumn(decoder, position, tensor, texts, text);
      text += rows;
    } else {
      const column = numbers.subarray(number, number + rows);
      if (columnKind(type) === 'time') readTimes(decoder, position, tensor, column);
      else readNumberColumn(decoder, position, tensor, column);
      number += rows;
    }
  });
  return { rows, numbers, texts };
}

function readNumberColumn(
  decoder: RowDecoder,
  position: number,
  tensor: InputTensor,
  into: Float64Array,
): void {
  const { name, datatype, data } = tensor;
  if (data.kind === 'raw' && isNumeric(datatype)) {
    into.set(readNumbers(data.bytes, datatype));
    for (let row = 0; row < into.length; row++) {
      const value = into[row] as number;
      if (!Number.isFinite(value) && !Number.isNaN(value)) decoder.cell(position, value, `${name}[${row}]`);
    }
    return;
  }
  const values = data.kind === 'values' ? data.values : [];
  for (let row = 0; row < into.length; row++)
    into[row] = numberAt(decoder, position, values[row], () => `${name}[${row}]`);
}

/** A number; NaN for NaN and null. @throws MlxError REQUEST_INVALID */
function numberAt(decoder: RowDecoder, position: number, value: unknown, field: () => string): number {
  if (typeof value === 'number' && (Number.isFinite(value) || Number.isNaN(value))) return value;
  return (decoder.cell(position, value, field()) as number | null) ?? Number.NaN;
}

function readTimes(decoder: RowDecoder, position: number, tensor: InputTensor, into: Float64Array): void {
  const values = valuesOf(tensor);
  for (let row = 0; row < into.length; row++) {
    const value = values[row];
    const isNothing = Number.isNaN(value) || value === NOT_A_TIME;
    const seconds = typeof value === 'number' && !isNothing ? epoch(value) : Number.NaN;
    into[row] =
      isNothing || !Number.isNaN(seconds)
        ? seconds
        : ((decoder.cell(position, value, `${tensor.name}[${row}]`) as number | null) ?? Number.NaN);
  }
}

function readTextColumn(
  decoder: RowDecoder,
  position: number,
  tensor: InputTensor,
  into: string[],
  start: number,
): void {
  const column = decoder.columns[position] as ColumnSchema;
  const values = valuesOf(tensor);
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    let cell: CellValue = null;
    try {
      // pandas has NaN for a text that is missing.
      if (!Number.isNaN(value)) cell = decodeJson(column, value);
    } catch {
      cell = decoder.cell(position, value, `${tensor.name}[${row}]`);
    }
    into[start + row] = (cell ?? '') as string;
  }
}

/** Elements as JSON would have them. */
function valuesOf({ name, datatype, shape, data }: InputTensor): ArrayLike<unknown> {
  if (data.kind === 'values') return datatype === 'BOOL' ? data.values.map(booleanOf) : data.values;
  if (datatype === 'BYTES') return readTexts(data.bytes, shape[0] ?? 0, name);
  if (datatype === 'BOOL') return Array.from(data.bytes, booleanOf);
  return readNumbers(data.bytes, datatype);
}

/** Some clients write booleans as 0 and 1, and bytes have no other way. */
function booleanOf(value: unknown): unknown {
  return value === 1 ? true : value === 0 ? false : value;
}

function fits(type: ColumnType, datatype: Datatype): boolean {
  if (type === 'number' || type === 'integer') return isNumeric(datatype);
  if (type === 'time') return datatype === 'BYTES' || isNumeric(datatype);
  return datatype === 'BYTES' || (type === 'boolean' && datatype === 'BOOL');
}

function wrongType({ name, datatype, field }: InputTensor, wanted: Datatype): Error {
  return invalidField(`${field}.datatype`, `${field}: ${name} takes ${wanted}, not "${datatype}".`);
}
