import type { ColumnSchema, ColumnType } from '../../data/schema.js';
import { MlxError } from '../../errors.js';
import type { Manifest } from '../../scoring/manifest.js';
import type { Prediction } from '../../scoring/prediction.js';
import type { Core } from '../core.js';
import { invalidField, isObject, type Row, type RowDecoder } from '../decode.js';
import { rowsOfColumns } from './columnar.js';
import { vectorOf } from './whole-answer.js';

/** Name, datatype and shape of a tensor, as metadata says them; -1 = any. */
export interface TensorSpec {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}

export interface OutputTensor extends TensorSpec {
  readonly data: readonly (number | string)[];
}

const DATATYPES: Readonly<Record<ColumnType, string>> = {
  number: 'FP64',
  integer: 'INT64',
  boolean: 'BOOL',
  time: 'INT64',
  category: 'BYTES',
  text: 'BYTES',
  identifier: 'BYTES',
};

const NUMBERS = /^(?:FP(?:16|32|64)|U?INT(?:8|16|32|64))$/;

export function inputSpecs(columns: readonly ColumnSchema[]): readonly TensorSpec[] {
  return columns.map(({ name, type }) => ({ name, datatype: DATATYPES[type], shape: [-1, 1] }));
}

export function outputSpecs({ task, target, classes }: Manifest): readonly TensorSpec[] {
  if (task === 'regression') return [{ name: 'prediction', datatype: 'FP32', shape: [-1] }];
  const datatype =
    target === null || target.type === 'string' ? 'BYTES' : target.type === 'integer' ? 'INT64' : 'FP64';
  return [
    { name: 'label', datatype, shape: [-1] },
    { name: 'probabilities', datatype: 'FP32', shape: [-1, classes.length] },
  ];
}

/** The rows of an inference request's inputs. @throws MlxError REQUEST_INVALID, REQUEST_TOO_LARGE */
export function rowsOfTensors(core: Core, inputs: unknown, decoder: RowDecoder): readonly Row[] {
  if (!Array.isArray(inputs)) throw invalidField('inputs', 'inputs is not a list of tensors.');
  const columns = new Array<readonly unknown[] | undefined>(decoder.columns.length).fill(undefined);
  const given: string[] = [];
  for (const [index, tensor] of inputs.entries()) {
    const { name, position, data } = readTensor(tensor, `inputs[${index}]`, decoder);
    if (columns[position] !== undefined) {
      throw invalidField(`inputs[${index}]`, `The input ${name} is given twice.`);
    }
    columns[position] = data;
    given.push(name);
  }
  const missing = decoder.columns
    .filter((_, position) => columns[position] === undefined)
    .map(({ name }) => name);
  if (missing.length > 0) throw decoder.missing(missing, given, 'inputs');
  return rowsOfColumns(core, decoder, columns as readonly (readonly unknown[])[], (name) => name);
}

function readTensor(
  tensor: unknown,
  field: string,
  decoder: RowDecoder,
): { name: string; position: number; data: readonly unknown[] } {
  if (!isObject(tensor) || typeof tensor.name !== 'string')
    throw invalidField(field, `${field} is not a named tensor.`);
  const { name, shape, datatype, data, parameters } = tensor;
  const position = decoder.position(name, `${field}.name`);
  if (isObject(parameters) && parameters.binary_data_size !== undefined) throw binaryNotTaken();
  const { type } = decoder.columns[position] as ColumnSchema;
  if (typeof datatype !== 'string' || !fits(type, datatype)) {
    throw invalidField(
      `${field}.datatype`,
      `${field}: ${name} takes ${DATATYPES[type]}, not ${shown(datatype)}.`,
    );
  }
  if (!Array.isArray(data)) throw invalidField(`${field}.data`, `${field}: ${name} has no data.`);
  const values = data.flat(1);
  const isColumn =
    Array.isArray(shape) &&
    (shape.length === 1 || (shape.length === 2 && shape[1] === 1)) &&
    shape[0] === values.length;
  if (!isColumn) {
    const what = `${field}: ${name} has ${values.length} values and the shape ${shown(shape)}`;
    throw invalidField(`${field}.shape`, `${what}; [${values.length},1] or [${values.length}] would fit.`);
  }
  return { name, position, data: datatype === 'BOOL' ? values.map(booleanOf) : values };
}

function fits(type: ColumnType, datatype: string): boolean {
  if (type === 'number' || type === 'integer') return NUMBERS.test(datatype);
  if (type === 'time') return datatype === 'BYTES' || NUMBERS.test(datatype);
  return datatype === 'BYTES' || (type === 'boolean' && datatype === 'BOOL');
}

/** Some clients write booleans as 0 and 1. */
function booleanOf(value: unknown): unknown {
  return value === 1 ? true : value === 0 ? false : value;
}

/** The tensors that were asked for, or all. @throws MlxError REQUEST_INVALID for an output that is not there */
export function outputTensors(
  predictions: readonly Prediction[],
  manifest: Manifest,
  asked: unknown,
): readonly OutputTensor[] {
  const count = predictions.length;
  const tensors = outputSpecs(manifest).map((spec) => ({
    ...spec,
    shape: [count, ...spec.shape.slice(1)],
    data:
      spec.name === 'probabilities'
        ? predictions.flatMap(({ probabilities }) => vectorOf(probabilities, manifest.classes))
        : predictions.map(({ prediction }) => prediction),
  }));
  if (asked === undefined) return tensors;
  return askedNames(asked, manifest).flatMap((name) => tensors.filter((tensor) => tensor.name === name));
}

/** Names in a request's `outputs`; to be called before scoring, too. @throws MlxError REQUEST_INVALID */
export function askedNames(asked: unknown, manifest: Manifest): readonly string[] {
  if (!Array.isArray(asked)) throw invalidField('outputs', 'outputs is not a list.');
  const known = outputSpecs(manifest).map(({ name }) => name);
  return asked.map((output, index) => {
    const name = isObject(output) ? output.name : undefined;
    if (typeof name !== 'string' || !known.includes(name)) {
      throw invalidField(
        `outputs[${index}].name`,
        `The model has no output ${shown(name)}; it has ${known.join(', ')}.`,
      );
    }
    if (isObject(output) && isObject(output.parameters) && output.parameters.binary_data === true)
      throw binaryNotTaken();
    return name;
  });
}

export function binaryNotTaken(): MlxError {
  return new MlxError('MEDIA_TYPE_UNSUPPORTED', 'Tensors in binary are not taken; send their data as JSON.', {
    hint: 'With Triton clients: binary_data=False.',
  });
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 80);
}
