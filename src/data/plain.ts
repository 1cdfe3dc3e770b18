import type { CellSink } from './cell-sink.js';
import { type DecimalEnd, scanDecimal } from './decimal.js';
import type { Layout } from './layout.js';
import { ragged } from './ragged.js';
import { NumberSink } from './sinks.js';

/** How far a piece was read: the offset into it, and the line of the file there. */
export interface PlainPosition {
  offset: number;
  line: number;
}

/**
 * Moves up to `limit` rows of a piece without quotes into the sinks, one per column, and `at` past them.
 * Cells come trimmed of ASCII white space. Plain decimals of number columns are read in passing: the digits are
 * looked at once. @returns how many rows
 * @throws MlxError DATA_MALFORMED for a row of another width
 */
export function scanPlain(
  bytes: Buffer,
  at: PlainPosition,
  layout: Layout,
  name: string,
  sinks: readonly (CellSink | null)[],
  limit: number,
): number {
  const numbers = sinks.map((sink) => (sink instanceof NumberSink && sink.takesDecimals ? sink : null));
  const cursor: Cursor = { bytes, ...layout, sinks, numbers, line: at.line, end: at.offset };
  const width = sinks.length;
  let rows = 0;
  while (cursor.end < bytes.length && rows < limit) {
    const cells = scanRecord(cursor);
    if (cells === width) rows++;
    else if (cells !== 0) throw ragged(name, cursor.line, cells, width);
    cursor.line++;
  }
  at.offset = cursor.end;
  at.line = cursor.line;
  return rows;
}

interface Cursor extends Layout, DecimalEnd {
  readonly bytes: Buffer;
  readonly sinks: readonly (CellSink | null)[];
  /** Sinks that take decimals as numbers; null for others. */
  readonly numbers: readonly (NumberSink | null)[];
  line: number;
}

/** Moves one record into the sinks and `cursor.end` past it. @returns how many cells; 0 for an empty line */
function scanRecord(cursor: Cursor): number {
  const { bytes, delimiter, newline, numbers } = cursor;
  const last = numbers.length - 1;
  for (let column = 0; ; column++) {
    const number = column <= last ? (numbers[column] as NumberSink | null) : null;
    const start = cursor.end;
    if (number !== null) {
      const value = scanDecimal(bytes, start, cursor);
      const { end } = cursor;
      const closing = column === last ? newline : delimiter;
      if (bytes[end] === closing && (end === start || !Number.isNaN(value))) {
        number.push(value);
        cursor.end = end + 1;
        if (column === last) return column + 1;
        continue;
      }
    }
    if (!scanText(cursor, start, column)) continue;
    return column === 0 && last > 0 && isBlank(bytes, start, cursor.end) ? 0 : column + 1;
  }
}

/** Moves one cell into its sink, if there is one for it; true where it ends the record. */
function scanText(cursor: Cursor, start: number, column: number): boolean {
  const { bytes, delimiter, newline, sinks } = cursor;
  let end = start;
  let byte = bytes[end] as number;
  while (byte !== delimiter && byte !== newline) byte = bytes[++end] as number;
  cursor.end = end + 1;
  const isLast = byte === newline;
  if (isLast ? column === sinks.length - 1 : column < sinks.length) {
    let from = start;
    while (from < end && isSpace(bytes[from] as number)) from++;
    while (end > from && isSpace(bytes[end - 1] as number)) end--;
    sinks[column]?.bytes(bytes, from, end, cursor.line);
  }
  return isLast;
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (!isSpace(bytes[i] as number)) return false;
  return true;
}

/** White space that `trim` takes away too. */
function isSpace(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}
