import type { IncomingHttpHeaders } from 'node:http';
import { MlxError } from '../../errors.js';
import type { Manifest } from '../../scoring/manifest.js';
import { parseLooseBody } from '../body.js';
import { invalidField, isObject } from '../decode.js';
import { isSize, readCount, readDatatype, readShape, shown } from './fields.js';
import { inputSpecs } from './specs.js';
import {
  elementBytes,
  type InferenceRequest,
  type InputTensor,
  isDatatype,
  type Parameters,
  type RequestedOutput,
  type TensorData,
} from './tensor.js';

/** Says how long the JSON at the beginning of a body is; binary tensors come after it. */
export const JSON_LENGTH_HEADER = 'inference-header-content-length';

/**
 * Reads the body of an inference request: JSON, or JSON and then the bytes of the tensors that have a
 * `binary_data_size`, or the bytes of the only tensor alone.
 * @throws MlxError REQUEST_INVALID naming the field
 */
export function readInferenceRequest(
  body: Buffer,
  headers: IncomingHttpHeaders,
  manifest: Pick<Manifest, 'columns' | 'input'>,
): InferenceRequest {
  const jsonLength = jsonLengthOf(headers[JSON_LENGTH_HEADER], body.length);
  if (jsonLength === 0) return rawRequest(body, manifest);
  const document = parseLooseBody(jsonLength === body.length ? body : body.subarray(0, jsonLength));
  if (!isObject(document)) throw new MlxError('REQUEST_INVALID', 'The request body is not a JSON object.');
  const { id, inputs, outputs = [] } = document;
  if (id !== undefined && typeof id !== 'string') throw invalidField('id', 'id is not a string.');
  const parameters = readParameters(document.parameters, 'parameters');
  const isBinary = readFlag(parameters.binary_data_output, 'parameters.binary_data_output') ?? false;
  if (!Array.isArray(inputs)) throw invalidField('inputs', 'inputs is not a list of tensors.');
  if (!Array.isArray(outputs)) throw invalidField('outputs', 'outputs is not a list.');
  const rest = new BinaryPart(body.subarray(jsonLength));
  const tensors = inputs.map((input, index) => readInput(input, `inputs[${index}]`, rest));
  rest.finish();
  return {
    id,
    parameters,
    inputs: tensors,
    outputs: outputs.map((output, index) => readOutput(output, `outputs[${index}]`, isBinary)),
    isBinary,
  };
}

/** What follows the JSON, tensor by tensor. */
class BinaryPart {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  take(size: number, field: string): Buffer {
    const left = this.#bytes.length - this.#at;
    if (size > left) {
      throw invalidField(
        field,
        `${field}: binary_data_size is ${size}, and ${left} bytes are left in the body.`,
        {
          hint: 'The header Inference-Header-Content-Length gives the length of the JSON; the bytes come after it.',
        },
      );
    }
    this.#at += size;
    return this.#bytes.subarray(this.#at - size, this.#at);
  }

  finish(): void {
    const left = this.#bytes.length - this.#at;
    if (left > 0) throw invalidField('inputs', `${left} bytes of the body belong to no tensor.`);
  }
}

function jsonLengthOf(header: string | readonly string[] | undefined, bodyLength: number): number {
  if (header === undefined) return bodyLength;
  const length = typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : Number.NaN;
  if (length <= bodyLength) return length;
  throw new MlxError(
    'REQUEST_INVALID',
    `Inference-Header-Content-Length is ${JSON.stringify(header).slice(0, 40)}, and the body has ${bodyLength} bytes.`,
    { hint: 'It is the length of the JSON at the beginning of the body.' },
  );
}

function readInput(value: unknown, field: string, rest: BinaryPart): InputTensor {
  if (!isObject(value) || typeof value.name !== 'string')
    throw invalidField(field, `${field} is not a named tensor.`);
  const { name } = value;
  const datatype = readDatatype(value.datatype, field);
  const shape = readShape(value.shape, field);
  return { name, datatype, shape, field, data: readData(value, field, shape.length, rest) };
}

function readData(
  { name, data, parameters }: Readonly<Record<string, unknown>>,
  field: string,
  dimensions: number,
  rest: BinaryPart,
): TensorData {
  const { binary_data_size: size, shared_memory_region: region } = readParameters(
    parameters,
    `${field}.parameters`,
  );
  if (region !== undefined)
    throw invalidField(`${field}.parameters`, `${field}: tensors in shared memory are not taken.`);
  if (size === undefined) {
    if (!Array.isArray(data)) throw invalidField(`${field}.data`, `${field}: ${name} has no data.`);
    return { kind: 'values', values: dimensions > 1 ? data.flat(dimensions - 1) : data };
  }
  if (data !== undefined)
    throw invalidField(`${field}.data`, `${field}: ${name} has both data and binary_data_size.`);
  if (!isSize(size))
    throw invalidField(
      `${field}.parameters.binary_data_size`,
      `${field}: binary_data_size is no number of bytes.`,
    );
  return { kind: 'raw', bytes: rest.take(size, field) };
}

function readOutput(value: unknown, field: string, isBinary: boolean): RequestedOutput {
  const name = isObject(value) ? value.name : undefined;
  if (!isObject(value) || typeof name !== 'string')
    throw invalidField(`${field}.name`, `${field} has no name.`);
  const parameters = readParameters(value.parameters, `${field}.parameters`);
  const { classification } = parameters;
  if (parameters.shared_memory_region !== undefined)
    throw invalidField(`${field}.parameters`, `${field}: tensors are not put in shared memory.`);
  return {
    name,
    field,
    isBinary: readFlag(parameters.binary_data, `${field}.parameters.binary_data`) ?? isBinary,
    topClasses:
      classification === undefined ? null : readCount(classification, `${field}.parameters.classification`),
  };
}

/** @throws MlxError REQUEST_INVALID for anything but an object of plain values */
function readParameters(value: unknown, field: string): Parameters {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw invalidField(field, `${field} is not an object.`);
  const wrong = Object.entries(value).find(
    ([, each]) => !['string', 'number', 'boolean'].includes(typeof each),
  );
  if (wrong === undefined) return value as Parameters;
  throw invalidField(field, `${field}: ${shown(wrong[0])} is neither a string nor a number nor a boolean.`);
}

function readFlag(value: Parameters[string] | undefined, field: string): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value;
  throw invalidField(field, `${field} is neither true nor false.`);
}

/** The bytes of the only input alone; the answer is binary, too. */
function rawRequest(bytes: Buffer, manifest: Pick<Manifest, 'columns' | 'input'>): InferenceRequest {
  const [spec, ...more] = inputSpecs(manifest);
  const size = spec !== undefined && isDatatype(spec.datatype) ? elementBytes(spec.datatype) : null;
  if (spec === undefined || !isDatatype(spec.datatype) || more.length > 0 || size === null) {
    throw new MlxError(
      'REQUEST_INVALID',
      'A body without JSON fits only a model with one input of numbers.',
      {
        hint: 'Begin the body with JSON, and give its length in Inference-Header-Content-Length.',
      },
    );
  }
  const { name, datatype, shape } = spec;
  const width = shape[1] ?? 1;
  const rows = Math.floor(bytes.length / (width * size));
  const tensor = {
    name,
    datatype,
    shape: [rows, width],
    field: 'inputs[0]',
    data: { kind: 'raw' as const, bytes },
  };
  return { id: undefined, parameters: {}, inputs: [tensor], outputs: [], isBinary: true };
}
