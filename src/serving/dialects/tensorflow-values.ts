import { CellError, type CellValue, decodeJson } from '../../data/cell.js';
import { type ColumnSchema, type ColumnType, columnKind } from '../../data/schema.js';
import { isObject } from '../decode.js';
import { invalidArgument, jsonKind, shownValue } from './tensorflow-errors.js';

/** Types of the columns' tensors. */
const DTYPES = { number: 'double', string: 'string', time: 'int64' } as const;
/** Standard alphabet; padding and white space are as one likes. */
const BASE64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/;
const UTF8 = new TextDecoder('utf-8', { fatal: true });

export function dtypeOf(type: ColumnType): (typeof DTYPES)[keyof typeof DTYPES] {
  return DTYPES[columnKind(type)];
}

/** `{"b64": "…"}`, which stands for the bytes of a string. */
export function isBase64(value: unknown): value is { readonly b64: string } {
  return isObject(value) && typeof value.b64 === 'string' && Object.keys(value).length === 1;
}

/**
 * One value of a column. NaN and null are missing values; base64 is text. What the column cannot hold is refused in
 * TensorFlow Serving's words where it would refuse it too.
 * @throws MlxError REQUEST_INVALID
 */
export function tensorCell(column: ColumnSchema, value: unknown): CellValue {
  const dtype = dtypeOf(column.type);
  if (typeof value === 'number' && Number.isNaN(value) && dtype !== 'string') return null;
  try {
    return decodeJson(column, isBase64(value) && dtype === 'string' ? textOf(value.b64) : value);
  } catch (error) {
    if (!(error instanceof CellError)) throw error;
    if (Array.isArray(value)) throw invalidArgument('Encountered list at unexpected level: 1 expected < 1');
    const shown = `JSON Value: ${shownValue(value)}`;
    if (isObject(value) && dtype === 'string')
      throw invalidArgument(`${shown} not formatted correctly for base64 data`);
    const kind = jsonKind(value);
    const isOfType = kind === (dtype === 'string' ? 'String' : 'Number');
    throw invalidArgument(
      isOfType
        ? `${shown} does not fit its column: ${error.message}`
        : `${shown} Type: ${kind} is not of expected type: ${dtype}`,
    );
  }
}

/** A scalar, or what a tensor of shape [1] holds. @throws MlxError REQUEST_INVALID for a list of another length */
export function scalarOf(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  if (value.length === 1) return value[0];
  throw invalidArgument(`Encountered list at unexpected size: ${value.length} at level: 1 expected size: 1`);
}

function textOf(base64: string): string {
  if (!BASE64.test(base64)) throw invalidArgument('Unable to base64 decode');
  try {
    return UTF8.decode(Buffer.from(base64, 'base64'));
  } catch {
    throw invalidArgument('The bytes of a base64 value are not UTF-8 text');
  }
}
