import { isUtf8 } from 'node:buffer';
import { invalidField } from '../decode.js';
import { readCount, readDatatype, readShape } from '../open-inference/fields.js';
import type { InferenceAnswer } from '../open-inference/infer.js';
import { writeRaw } from '../open-inference/raw-data.js';
import type {
  Datatype,
  InferenceRequest,
  InputTensor,
  OutputTensor,
  Parameters,
  RequestedOutput,
  TensorData,
} from '../open-inference/tensor.js';
import type {
  InferRequestMessage,
  InferResponseMessage,
  OutputTensorMessage,
  ParameterMessage,
  ParameterMessages,
  TensorContents,
} from './messages.js';

/** The list that holds the values of a datatype; half-precision numbers have none. */
const LISTS: Readonly<Record<Datatype, keyof TensorContents | null>> = {
  BOOL: 'bool_contents',
  INT8: 'int_contents',
  INT16: 'int_contents',
  INT32: 'int_contents',
  INT64: 'int64_contents',
  UINT8: 'uint_contents',
  UINT16: 'uint_contents',
  UINT32: 'uint_contents',
  UINT64: 'uint64_contents',
  FP16: null,
  BF16: null,
  FP32: 'fp32_contents',
  FP64: 'fp64_contents',
  BYTES: 'bytes_contents',
};

/**
 * A request as the protocol has it. Outputs are raw where the inputs are, unless the parameter `binary_data_output` says
 * otherwise.
 * @throws MlxError REQUEST_INVALID naming the field
 */
export function readRequest(message: InferRequestMessage): InferenceRequest {
  const { inputs, outputs, raw_input_contents: raw, id } = message;
  const parameters = readParameters(message.parameters);
  const { binary_data_output: flag } = parameters;
  if (flag !== undefined && typeof flag !== 'boolean')
    throw invalidField(
      'parameters.binary_data_output',
      'parameters.binary_data_output is neither true nor false.',
    );
  if (raw.length > 0 && raw.length !== inputs.length) {
    const counts = `There are ${inputs.length} inputs and ${raw.length} raw_input_contents`;
    throw invalidField('raw_input_contents', `${counts}; either each input has one, or none.`);
  }
  const isBinary = flag ?? raw.length > 0;
  return {
    id: id === '' ? undefined : id,
    parameters,
    inputs: inputs.map((input, index) => readInput(input, `inputs[${index}]`, raw[index])),
    outputs: outputs.map((output, index) => readOutput(output, `outputs[${index}]`, isBinary)),
    isBinary,
  };
}

function readInput(
  { name, datatype, shape, contents }: InferRequestMessage['inputs'][number],
  field: string,
  raw: Buffer | undefined,
): InputTensor {
  const known = readDatatype(datatype, field);
  return {
    name,
    datatype: known,
    shape: readShape(shape, field),
    field,
    data: readData(known, contents, field, raw),
  };
}

function readData(
  datatype: Datatype,
  contents: TensorContents | null,
  field: string,
  raw: Buffer | undefined,
): TensorData {
  const filled = LIST_NAMES.filter((name) => (contents?.[name].length ?? 0) > 0);
  if (raw !== undefined) {
    if (filled.length === 0) return { kind: 'raw', bytes: raw };
    throw invalidField(`${field}.contents`, `${field} has both contents and raw_input_contents.`);
  }
  const list = LISTS[datatype];
  if (list === null) throw invalidField(field, `${field}: ${datatype} can only be in raw_input_contents.`);
  const wrong = filled.find((name) => name !== list);
  if (wrong !== undefined)
    throw invalidField(
      `${field}.contents`,
      `${field}: values of ${datatype} belong in ${list}, not in ${wrong}.`,
    );
  const values = contents?.[list] ?? [];
  return {
    kind: 'values',
    values: list === 'bytes_contents' ? (values as Buffer[]).map(textOf(field)) : values,
  };
}

const LIST_NAMES = [...new Set(Object.values(LISTS))].filter((list) => list !== null);

function textOf(field: string) {
  return (bytes: Buffer, index: number): string => {
    if (isUtf8(bytes)) return bytes.toString('utf8');
    throw invalidField(field, `${field}: the text of element ${index} is not UTF-8.`);
  };
}

function readOutput(
  { name, parameters }: InferRequestMessage['outputs'][number],
  field: string,
  isBinary: boolean,
): RequestedOutput {
  const { classification } = readParameters(parameters);
  const topClasses =
    classification === undefined ? null : readCount(classification, `${field}.parameters.classification`);
  return { name, field, isBinary, topClasses };
}

function readParameters(messages: ParameterMessages): Parameters {
  const read: [string, Parameters[string]][] = [];
  for (const [name, message] of Object.entries(messages)) {
    const value = message.parameter_choice === undefined ? undefined : message[message.parameter_choice];
    if (value !== undefined) read.push([name, value]);
  }
  return Object.fromEntries(read);
}

/** An answer as a message. */
export function answerMessage(answer: InferenceAnswer, isBinary: boolean): InferResponseMessage {
  const { outputs } = answer;
  return {
    model_name: answer.modelName,
    model_version: answer.modelVersion,
    id: answer.id ?? '',
    parameters: Object.fromEntries(
      Object.entries(answer.parameters).map(([name, value]) => [name, parameterMessage(value)]),
    ),
    outputs: outputs.map((tensor) => outputMessage(tensor, isBinary)),
    raw_output_contents: isBinary ? outputs.map(writeRaw) : [],
  };
}

function outputMessage(tensor: OutputTensor, isBinary: boolean): OutputTensorMessage {
  const { name, datatype, shape, data } = tensor;
  const list = LISTS[datatype];
  if (isBinary || list === null) return { name, datatype, shape };
  const values = Array.from<string | number, unknown>(data, (value) =>
    datatype === 'BYTES' ? Buffer.from(String(value)) : value,
  );
  return { name, datatype, shape, contents: { [list]: values } };
}

function parameterMessage(value: Parameters[string]): ParameterMessage {
  if (typeof value === 'boolean') return { bool_param: value };
  if (typeof value === 'string') return { string_param: value };
  return Number.isSafeInteger(value) ? { int64_param: value } : { double_param: value };
}
