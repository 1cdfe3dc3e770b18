import type { CellValue } from '../../data/cell.js';
import { MlxError } from '../../errors.js';
import { textOf } from '../body.js';
import { type Core, checkRows } from '../core.js';
import { isObject, type Row, type RowDecoder } from '../decode.js';
import { JsonSyntaxError, parseLooseJson } from '../loose-json.js';
import { invalidArgument, shownValue } from './tensorflow-errors.js';
import { isBase64, scalarOf, tensorCell } from './tensorflow-values.js';

/** The one signature of a model. */
export const SIGNATURE = 'serving_default';

export interface TensorFlowBody {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly signature: string;
}

export interface PredictRows {
  /** `row`: asked by `instances`, answered by `predictions`. `column`: `inputs` and `outputs`. */
  readonly form: 'row' | 'column';
  readonly rows: readonly Row[];
}

/** The body of any request of the dialect. @throws MlxError REQUEST_INVALID */
export function readBody(body: Buffer): TensorFlowBody {
  const fields = parse(textOf(body));
  if (!isObject(fields)) throw invalidArgument(`JSON Value: ${shownValue(fields)} Is not object`);
  const { signature_name: signature = '' } = fields;
  if (typeof signature !== 'string') {
    throw invalidArgument(
      `JSON Value: ${shownValue(fields)} not formatted correctly. 'signature_name' key must be a string value.`,
    );
  }
  return { fields, signature: signature === '' ? SIGNATURE : signature };
}

function parse(text: string): unknown {
  if (text === '') throw invalidArgument('JSON Parse error: The document is empty');
  try {
    return parseLooseJson(text);
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    throw invalidArgument(`JSON Parse error: ${error.message} at offset: ${error.offset}`);
  }
}

/** The rows of a `:predict` request. @throws MlxError REQUEST_INVALID, REQUEST_TOO_LARGE */
export function readPredictRows(
  core: Core,
  { fields, signature }: TensorFlowBody,
  decoder: RowDecoder,
): PredictRows {
  if (signature !== SIGNATURE) {
    throw invalidArgument(`Serving signature name: "${signature}" not found in signature def`);
  }
  const { instances, inputs } = fields;
  const shown = () => `JSON Value: ${shownValue(fields)}`;
  if (instances === undefined && inputs === undefined)
    throw invalidArgument("Missing 'inputs' or 'instances' key");
  if (instances === undefined) return { form: 'column', rows: rowsOfInputs(core, inputs, decoder) };
  if (inputs !== undefined) {
    throw invalidArgument(
      `${shown()} Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist `,
    );
  }
  if (!Array.isArray(instances))
    throw invalidArgument(`${shown()} Expecting 'instances' to be an list/array`);
  if (instances.length === 0) throw invalidArgument(`${shown()} No values in 'instances' array`);
  return { form: 'row', rows: rowsOfInstances(core, instances, decoder) };
}

function rowsOfInstances(core: Core, instances: readonly unknown[], decoder: RowDecoder): readonly Row[] {
  checkRows(instances.length, core.limits);
  const areObjects = isNamed(instances[0]);
  if (!areObjects && !Array.isArray(instances[0]) && decoder.columns.length > 1) {
    throw invalidArgument(
      'instances is a plain list, but expecting list of objects as multiple input tensors required as per tensorinfo_map',
    );
  }
  return instances.map((instance, index) => {
    if (areObjects !== isNamed(instance)) {
      const what = areObjects ? 'object but got list' : 'value/list but got object';
      throw invalidArgument(`Expecting ${what} at item ${index} of input list`);
    }
    return isNamed(instance) ? namedRow(instance, index, decoder) : positionalRow(instance, index, decoder);
  });
}

function isNamed(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) && !isBase64(value);
}

function namedRow(instance: Readonly<Record<string, unknown>>, index: number, decoder: RowDecoder): Row {
  const where = `Failed to process element: ${index}`;
  const row = new Array<CellValue>(decoder.columns.length).fill(null);
  const names = Object.keys(instance);
  for (const name of names) {
    const position = decoder.find(name);
    const prefix = `${where} key: ${name.slice(0, 80)} of 'instances' list. Error: INVALID_ARGUMENT: `;
    if (position === undefined)
      throw invalidArgument(`${prefix}JSON object: does not have named input: ${name.slice(0, 80)}`);
    row[position] = cellAt(decoder, position, instance[name], prefix);
  }
  if (names.length < row.length) {
    const wanted = decoder.columns.map(({ name }) => name).sort();
    throw invalidArgument(
      `${where} of 'instances' list. JSON object: ${shownValue(instance)} keys must be equal to: ${wanted.join(',')}`,
    );
  }
  return row;
}

/** A list of the columns' values in order, which TensorFlow Serving does not take but many clients send. */
function positionalRow(instance: unknown, index: number, decoder: RowDecoder): Row {
  const prefix = `Failed to process element: ${index} of 'instances' list. Error: INVALID_ARGUMENT: `;
  const values = Array.isArray(instance) ? instance : [instance];
  const { length } = decoder.columns;
  if (values.length !== length)
    throw invalidArgument(`${prefix}Expecting tensor size: ${length} but got: ${values.length}`);
  return values.map((value, position) => cellAt(decoder, position, value, prefix));
}

function cellAt(
  decoder: RowDecoder,
  position: number,
  value: unknown,
  prefix: string,
  suffix = '',
): CellValue {
  const column = decoder.columns[position];
  if (column === undefined) return null;
  try {
    return tensorCell(column, scalarOf(value));
  } catch (error) {
    if (error instanceof MlxError) throw invalidArgument(`${prefix}${error.message}${suffix}`);
    throw error;
  }
}

function rowsOfInputs(core: Core, inputs: unknown, decoder: RowDecoder): readonly Row[] {
  const columns = namedInputs(inputs, decoder);
  const [[, first] = ['', []]] = columns;
  if (first.length === 0) throw invalidArgument("No values in 'inputs'");
  checkRows(first.length, core.limits);
  const decoded = columns.map(([name, values], position) => {
    if (values.length !== first.length) {
      throw invalidArgument(
        `Tensor name: ${name} has inconsistent batch size: ${values.length} expecting: ${first.length}`,
      );
    }
    return values.map((value, row) =>
      cellAt(decoder, position, value, '', ` (named input: ${name}, row ${row})`),
    );
  });
  return first.map((_, row) => decoded.map((cells) => cells[row] ?? null));
}

/** The values of each column, in the model's order; a scalar is one row. Names that the model has not are passed over. */
function namedInputs(inputs: unknown, { columns }: RowDecoder): readonly [string, readonly unknown[]][] {
  const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);
  if (!isNamed(inputs)) {
    const [only] = columns;
    if (only !== undefined && columns.length === 1) return [[only.name, listOf(inputs)]];
    throw invalidArgument(
      'inputs is a plain value/list, but expecting an object as multiple input tensors required as per tensorinfo_map',
    );
  }
  return columns.map(({ name }) => {
    if (!Object.hasOwn(inputs, name))
      throw invalidArgument(`Missing named input: ${name} in 'inputs' object.`);
    return [name, listOf(inputs[name])];
  });
}
