import { MlxError } from '../errors.js';
import type { CellSink } from './cell-sink.js';
import { type DecimalEnd, scanDecimal } from './decimal.js';
import { CR, type Layout } from './layout.js';
import { NumberSink } from './number-sink.js';
import { ragged } from './ragged.js';

/** How far a piece was read: the offset into it, and the line of the file there. */
export interface ScanPosition {
  offset: number;
  line: number;
}

/** A quote that is open where the bytes end. */
export class UnclosedQuote extends Error {
  /** Line of the file that it is opened on. */
  readonly line: number;

  constructor(line: number) {
    super(`a quote opened on line ${line} is not closed`);
    this.line = line;
  }
}

/**
 * Moves up to `limit` rows of a piece into the sinks, one per column, and `at` past them. Cells come trimmed of
 * ASCII white space and without their quotes. Plain decimals of number columns are read in passing: the digits
 * are looked at once. @returns how many rows
 * @param bytes whole records, each ended by the line end
 * @throws MlxError DATA_MALFORMED for a row of another width, or text after a closing quote; UnclosedQuote
 */
export function scanRows(
  bytes: Buffer,
  at: ScanPosition,
  layout: Layout,
  name: string,
  sinks: readonly (CellSink | null)[],
  limit: number,
): number {
  const numbers = sinks.map((sink) => (sink instanceof NumberSink && sink.takesDecimals ? sink : null));
  const cursor: Cursor = { bytes, ...layout, name, sinks, numbers, line: at.line, lines: 0, end: at.offset };
  const width = sinks.length;
  let rows = 0;
  while (cursor.end < bytes.length && rows < limit) {
    const cells = scanRecord(cursor);
    if (cells === width) rows++;
    else if (cells !== 0) throw ragged(name, cursor.line, cells, width);
    cursor.line += 1 + cursor.lines;
    cursor.lines = 0;
  }
  at.offset = cursor.end;
  at.line = cursor.line;
  return rows;
}

interface Cursor extends Layout, DecimalEnd {
  readonly bytes: Buffer;
  readonly name: string;
  readonly sinks: readonly (CellSink | null)[];
  /** Sinks that take decimals as numbers; null for others. */
  readonly numbers: readonly (NumberSink | null)[];
  /** The line that the record starts on. */
  line: number;
  /** Line ends inside the record's cells so far. */
  lines: number;
}

/** Moves one record into the sinks and `cursor.end` past it. @returns how many cells; 0 for an empty line */
function scanRecord(cursor: Cursor): number {
  const { bytes, delimiter, newline, quote, numbers } = cursor;
  const last = numbers.length - 1;
  for (let column = 0; ; column++) {
    const number = column <= last ? (numbers[column] as NumberSink | null) : null;
    const start = cursor.end;
    if (number !== null && scanNumber(cursor, start, number, column === last ? newline : delimiter)) {
      if (column === last) return column + 1;
      continue;
    }
    const isLast =
      bytes[start] === quote ? scanQuoted(cursor, start, column) : scanText(cursor, start, column);
    if (!isLast) continue;
    return column === 0 && last > 0 && isBlank(bytes, start, cursor.end, quote) ? 0 : column + 1;
  }
}

/** Moves one cell into a number sink if it is a plain decimal or empty, in quotes or not; else nothing is done. */
function scanNumber(cursor: Cursor, start: number, number: NumberSink, closing: number): boolean {
  const { bytes, quote } = cursor;
  const isQuoted = bytes[start] === quote;
  const from = isQuoted ? start + 1 : start;
  const value = scanDecimal(bytes, from, cursor);
  const { end } = cursor;
  cursor.end = start;
  if (end > from && Number.isNaN(value)) return false;
  const after = isQuoted ? end + 1 : end;
  if (bytes[after] !== closing || (isQuoted && bytes[end] !== quote)) return false;
  const digit = bytes[from] === 45 || bytes[from] === 43 ? from + 1 : from;
  if (bytes[digit] === 48 && digit + 1 < end && (bytes[digit + 1] as number) >= 48)
    number.notes.hasLeadingZeros = true;
  number.push(value);
  cursor.end = after + 1;
  return true;
}

/** Moves one cell without quotes into its sink, if there is one for it; true where it ends the record. */
function scanText(cursor: Cursor, start: number, column: number): boolean {
  const { bytes, delimiter, newline } = cursor;
  let end = start;
  let byte = bytes[end] as number;
  while (byte !== delimiter && byte !== newline) byte = bytes[++end] as number;
  cursor.end = end + 1;
  giveTrimmed(cursor, column, start, end, byte === newline);
  return byte === newline;
}

/** Moves one cell that begins with a quote into its sink, if there is one for it; true where it ends the record. */
function scanQuoted(cursor: Cursor, start: number, column: number): boolean {
  const { bytes, delimiter, newline, quote } = cursor;
  const openedOn = cursor.line + cursor.lines;
  let hasQuotes = false;
  let end = start + 1;
  for (; ; end++) {
    const byte = bytes[end];
    if (byte === newline) cursor.lines++;
    else if (byte === undefined) throw new UnclosedQuote(openedOn);
    else if (byte === quote) {
      if (bytes[end + 1] !== quote) break;
      hasQuotes = true;
      end++;
    }
  }
  let after = end + 1;
  let byte = bytes[after];
  while (byte !== delimiter && byte !== newline) {
    if (byte !== 32 && byte !== 9 && byte !== CR) throw textAfterQuote(cursor);
    byte = bytes[++after];
  }
  cursor.end = after + 1;
  const isLast = byte === newline;
  if (!hasQuotes) giveTrimmed(cursor, column, start + 1, end, isLast);
  else if (isInTable(cursor, column, isLast)) {
    const mark = String.fromCharCode(quote);
    const text = bytes.toString('utf8', start + 1, end).replaceAll(mark + mark, mark);
    cursor.sinks[column]?.text(text, cursor.line);
  }
  return isLast;
}

/** Whether a cell is one of a record that can still have the header's width. */
function isInTable({ sinks }: Cursor, column: number, isLast: boolean): boolean {
  return isLast ? column === sinks.length - 1 : column < sinks.length;
}

function giveTrimmed(cursor: Cursor, column: number, start: number, end: number, isLast: boolean): void {
  if (!isInTable(cursor, column, isLast)) return;
  const { bytes } = cursor;
  let [from, to] = [start, end];
  while (from < to && isSpace(bytes[from] as number)) from++;
  while (to > from && isSpace(bytes[to - 1] as number)) to--;
  cursor.sinks[column]?.bytes(bytes, from, to, cursor.line);
}

function textAfterQuote({ name, line, lines }: Cursor): MlxError {
  const where = line + lines;
  return new MlxError('DATA_MALFORMED', `${name}, line ${where}: text follows a closing quote.`, {
    hint: 'Write a quote inside a quoted cell twice, and put nothing between the closing quote and the delimiter.',
    details: { line: where },
  });
}

/** Whether a line holds white space alone, in quotes or not. */
function isBlank(bytes: Uint8Array, start: number, end: number, quote: number): boolean {
  let [from, to] = [start, end];
  while (to > from && isSpace(bytes[to - 1] as number)) to--;
  if (to - from >= 2 && bytes[from] === quote && bytes[to - 1] === quote) [from, to] = [from + 1, to - 1];
  while (from < to && isSpace(bytes[from] as number)) from++;
  return from === to;
}

/** White space that `trim` takes away too. */
function isSpace(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}
