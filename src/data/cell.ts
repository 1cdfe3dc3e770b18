import { decimalFromText } from './decimal.js';
import { type ColumnSchema, columnKind, type TimeFormat } from './schema.js';
import type { Column, Table } from './table.js';
import { epoch, timeFromText } from './time.js';

/** Text that means "no value", after trimming, in CSV cells and JSON strings alike. */
export const MISSING_TOKENS: readonly string[] = ['', 'NA', 'N/A', 'NaN', 'nan', 'null', 'NULL', '#N/A'];

/** A decoded cell: a number (times: epoch seconds), a text, or null where there is no value. */
export type CellValue = number | string | null;

/** What decoding needs to know of a column. */
export type CellType = Pick<ColumnSchema, 'type' | 'timeFormat'>;

const MISSING = new Set(MISSING_TOKENS);
const MAX_SHOWN = 40;

/** A cell that its column cannot hold; `expected` and `received` are words for a message. */
export class CellError extends Error {
  readonly expected: string;
  readonly received: string;

  constructor(expected: string, received: string) {
    super(`expected ${expected}, got ${received}`);
    this.name = 'CellError';
    this.expected = expected;
    this.received = received;
  }
}

/** True for text that stands for "no value"; the text must be trimmed. */
export function isMissing(text: string): boolean {
  return text.length <= 4 && MISSING.has(text);
}

/**
 * The one way from the text of a cell to its value. Text is trimmed; numbers are strict decimals, booleans
 * 'true' or 'false', times whole epoch seconds by the column's format (`iso` unless stated).
 * @returns null for a missing token
 * @throws CellError naming what was expected
 */
export function decodeText(column: CellType, text: string): CellValue {
  const trimmed = text.trim();
  if (isMissing(trimmed)) return null;
  switch (column.type) {
    case 'number':
    case 'integer':
      return finite(decimalFromText(trimmed), 'a number', trimmed);
    case 'boolean':
      return booleanFromText(trimmed);
    case 'time':
      return finite(timeFromText(trimmed, column.timeFormat ?? 'iso'), timeWords(column.timeFormat), trimmed);
    case 'category':
    case 'text':
    case 'identifier':
      return trimmed;
  }
}

/**
 * The one way from a JSON value to a cell. Stricter than text: a number column takes finite numbers, never
 * strings; a category takes strings; a boolean takes true, false or their names; a time takes text in ISO
 * 8601 or the column's format, or epoch seconds. null and (in text columns) the missing tokens are missing.
 * @throws CellError naming what was expected
 */
export function decodeJson(column: CellType, value: unknown): CellValue {
  if (value === null) return null;
  switch (column.type) {
    case 'number':
    case 'integer':
      if (typeof value === 'number' && Number.isFinite(value)) return value;
      throw new CellError('a number', jsonWords(value));
    case 'boolean':
      if (typeof value === 'boolean') return String(value);
      if (typeof value === 'string') return decodeText(column, value);
      throw new CellError('true or false', jsonWords(value));
    case 'time': {
      if (typeof value === 'string') return decodeText(column, value);
      const expected = timeWords(column.timeFormat);
      if (typeof value !== 'number') throw new CellError(expected, jsonWords(value));
      return finite(epoch(value), expected, String(value));
    }
    case 'category':
    case 'text':
    case 'identifier':
      if (typeof value === 'string') return decodeText(column, value);
      throw new CellError('a string', jsonWords(value));
  }
}

/**
 * Decoded rows as a table: `records[row][column]` in the order of `columns`. A missing field is null.
 * Values must come from {@link decodeText} or {@link decodeJson}.
 */
export function tableFromRecords(
  columns: readonly ColumnSchema[],
  records: readonly (readonly CellValue[])[],
): Table {
  return {
    rows: records.length,
    columns: columns.map((column, index) => columnFromRecords(column, index, records)),
  };
}

function columnFromRecords(
  { name, type }: ColumnSchema,
  index: number,
  records: readonly (readonly CellValue[])[],
): Column {
  const kind = columnKind(type);
  if (kind === 'string') {
    const codes = new Int32Array(records.length);
    const known = new Map<string, number>();
    records.forEach((record, row) => {
      const value = record[index] ?? null;
      const text = value === null ? null : String(value);
      const code = text === null ? -1 : (known.get(text) ?? known.size);
      if (text !== null && code === known.size) known.set(text, code);
      codes[row] = code;
    });
    return { kind, name, codes, levels: [...known.keys()] };
  }
  const values = Float64Array.from(records, (record) => {
    const value = record[index];
    return typeof value === 'number' ? value : Number.NaN;
  });
  return { kind, name, values };
}

function booleanFromText(text: string): 'true' | 'false' {
  const lower = text.length <= 5 ? text.toLowerCase() : text;
  if (lower === 'true' || lower === 'false') return lower;
  throw new CellError('true or false', shown(text));
}

function finite(value: number, expected: string, text: string): number {
  if (Number.isNaN(value)) throw new CellError(expected, shown(text));
  return value;
}

function timeWords(format: TimeFormat = 'iso'): string {
  const words = {
    iso: 'an ISO 8601 date or date-time',
    dmy: 'a date written day/month/year',
    mdy: 'a date written month/day/year',
    epoch: 'seconds since 1970',
  };
  return words[format];
}

function jsonWords(value: unknown): string {
  if (typeof value === 'string') return `a string ${shown(value)}`;
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  return value === undefined ? 'nothing' : String(value);
}

/** A cell in a message: quoted, its control characters escaped, long ones cut. */
function shown(text: string): string {
  return JSON.stringify(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);
}
