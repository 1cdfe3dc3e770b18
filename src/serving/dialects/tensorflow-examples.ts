import type { CellValue } from '../../data/cell.js';
import type { ColumnSchema } from '../../data/schema.js';
import { MlxError } from '../../errors.js';
import { type Core, checkRows } from '../core.js';
import { isObject, type Row, type RowDecoder } from '../decode.js';
import { invalidArgument, jsonKind, shownValue } from './tensorflow-errors.js';
import { SIGNATURE, type TensorFlowBody } from './tensorflow-request.js';
import { dtypeOf, isBase64, tensorCell } from './tensorflow-values.js';

type Example = Readonly<Record<string, unknown>>;

/**
 * The rows of a `:classify` or `:regress` request: `examples`, over what they share in `context`. Features that the
 * model has not are passed over, as TensorFlow does; an empty list is a missing value.
 * @throws MlxError REQUEST_INVALID, REQUEST_TOO_LARGE
 */
export function readExamples(core: Core, body: TensorFlowBody, decoder: RowDecoder): readonly Row[] {
  if (body.signature !== SIGNATURE)
    throw invalidArgument(`No signature was found with the name: ${body.signature}`);
  const { context = {}, examples } = body.fields;
  const shared = exampleOf(context);
  const shown = () => `JSON Value: ${shownValue(body.fields)}`;
  if (examples === undefined)
    throw invalidArgument(`${shown()} When method is classify, key 'examples' is expected and was not found`);
  if (!Array.isArray(examples))
    throw invalidArgument(`${shown()} Expecting 'examples' value to be an list/array`);
  if (examples.length === 0) throw invalidArgument(`${shown()} 'examples' value is an empty array`);
  checkRows(examples.length, core.limits);
  return examples.map((item) => {
    const example = exampleOf(item);
    return decoder.columns.map((column) => {
      const source = Object.hasOwn(example, column.name) ? example : shared;
      return featureCell(column, Object.hasOwn(source, column.name) ? source[column.name] : undefined);
    });
  });
}

function exampleOf(value: unknown): Example {
  if (isObject(value)) return value;
  throw invalidArgument(`Example must be JSON object but got JSON ${jsonKind(value)}`);
}

function featureCell(column: ColumnSchema, feature: unknown): CellValue {
  const { name } = column;
  const dtype = dtypeOf(column.type);
  if (feature === undefined) {
    throw invalidArgument(`Feature: ${name} (data type: ${dtype}) is required but could not be found.`);
  }
  const values: readonly unknown[] = Array.isArray(feature) ? feature : [feature];
  if (values.length > 1) {
    throw invalidArgument(
      `Key: ${name}.  Number of ${dtype} values != expected.  Values size: ${values.length} but output shape: [1]`,
    );
  }
  const [value = null] = values;
  if (Array.isArray(value) || (isObject(value) && !isBase64(value))) {
    throw invalidArgument(`Feature: ${name} has element with unexpected JSON type: ${jsonKind(value)}`);
  }
  try {
    return tensorCell(column, value);
  } catch (error) {
    if (!(error instanceof MlxError)) throw error;
    throw invalidArgument(`Key: ${name}.  Data types don't match. ${error.message}`);
  }
}
