import { isUtf8 } from 'node:buffer';
import Papa from 'papaparse';
import { MlxError } from '../errors.js';
import type { CellSink } from './cell-sink.js';
import { delimiterByte, findHeader, type HeaderPosition, type Layout, notText } from './layout.js';
import { type PlainPosition, scanPlain } from './plain.js';
import { ragged } from './ragged.js';
import { countBytes, MAX_RECORD_BYTES, type Piece, RecordCutter } from './records.js';

export const MAX_COLUMNS = 100_000;

export interface CsvOptions {
  /** How messages call the text: a path, or 'the request body'. */
  readonly name: string;
  /** One character; found from the header when not given. */
  readonly delimiter?: string;
}

/**
 * Reads the text of a table as its bytes arrive: `push` a chunk of any size, then `read` rows into sinks
 * until it gives 0, and after the last chunk `end` and `read` once more. Chunk boundaries make no difference.
 *
 * A piece of text without a quote is cut at delimiters byte by byte; a piece with one is Papa Parse's.
 * Empty lines are passed over, but in a table of one column such a line is a row without a value.
 */
export class CsvReader {
  readonly #name: string;
  readonly #delimiter: number | undefined;
  /** Bytes up to the header's end, until the header is known. */
  #head: Buffer | undefined = Buffer.alloc(0);
  #first = Buffer.alloc(0);
  #layout: Layout = { delimiter: 0, newline: 0 };
  #header: readonly string[] | undefined;
  #cutter: RecordCutter | undefined;
  #piece: Piece | undefined;
  #records: readonly (readonly string[])[] | undefined;
  /** Whether a record of the piece spans several lines. */
  #hasLongRecords = false;
  #at: PlainPosition = { offset: 0, line: 1 };

  constructor({ name, delimiter }: CsvOptions) {
    this.#name = name;
    this.#delimiter = delimiter === undefined ? undefined : delimiterByte(delimiter);
  }

  /** Column names once enough bytes were pushed to know them. */
  get header(): readonly string[] | undefined {
    return this.#header;
  }

  /** @throws MlxError DATA_MALFORMED, HEADER_INVALID */
  push(chunk: Buffer): void {
    if (this.#first.length < 16) this.#first = Buffer.concat([this.#first, chunk.subarray(0, 16)]);
    if (chunk.includes(0)) throw notText(this.#name, this.#first, 'it holds NUL bytes (binary, or UTF-16)');
    let body: Buffer | undefined = chunk;
    if (this.#head !== undefined) body = this.#pushHead(chunk, false);
    if (body !== undefined && this.#cutter !== undefined) {
      this.#take(this.#cutter.push(body, this.#at.line));
    }
  }

  /** @throws MlxError DATA_EMPTY when there is no header, DATA_MALFORMED for an unclosed quote */
  end(): void {
    if (this.#head !== undefined) this.#pushHead(Buffer.alloc(0), true);
    this.#take(this.#cutter?.end(this.#at.line));
  }

  /**
   * Moves at most `limit` rows of what was pushed into the sinks, one per column of the header (null: not
   * wanted). @returns how many rows; 0 when more must be pushed first
   * @throws MlxError DATA_MALFORMED for a row with more or fewer cells than the header
   */
  read(sinks: readonly (CellSink | null)[], limit: number): number {
    const piece = this.#piece;
    if (piece === undefined || limit === 0) return 0;
    const rows = piece.hasQuotes
      ? this.#readRecords(sinks, limit)
      : scanPlain(piece.bytes, this.#at, this.#layout, this.#name, sinks, limit);
    const isDone = this.#at.offset >= (this.#records ?? piece.bytes).length;
    if (isDone) [this.#piece, this.#records] = [undefined, undefined];
    return rows;
  }

  #pushHead(chunk: Buffer, isWhole: boolean): Buffer | undefined {
    const head = Buffer.concat([this.#head ?? Buffer.alloc(0), chunk]);
    this.#head = head;
    const position = findHeader(head, isWhole, this.#delimiter);
    if (position === 'empty') {
      throw new MlxError('DATA_EMPTY', `${this.#name} is empty: there is no header and no row.`, {
        hint: 'A table begins with a line of column names.',
      });
    }
    if (position === undefined) {
      if (head.length > MAX_RECORD_BYTES)
        throw notText(this.#name, this.#first, 'its first line does not end');
      return undefined;
    }
    this.#header = this.#parseHeader(head, position);
    this.#layout = position;
    this.#cutter = new RecordCutter(this.#layout, this.#name);
    this.#head = undefined;
    const headerBytes = head.subarray(position.start, position.end);
    this.#at.line = position.line + Math.max(1, countBytes(headerBytes, position.newline));
    return head.subarray(position.end);
  }

  #parseHeader(head: Buffer, position: HeaderPosition): readonly string[] {
    const bytes = head.subarray(position.start, position.end);
    if (!isUtf8(bytes)) throw notText(this.#name, this.#first, `line ${position.line} has other bytes`);
    const newline = String.fromCharCode(position.newline);
    const record = parseRecords(`${bytes}${newline}`, position, this.#name, position.line)[0] ?? [];
    if (record.length > MAX_COLUMNS) {
      throw new MlxError(
        'DATA_MALFORMED',
        `${this.#name} has ${record.length} columns; ${MAX_COLUMNS} is the most.`,
      );
    }
    const names = record.map((name) => name.trim());
    checkNames(this.#name, names);
    return names;
  }

  #take(piece: Piece | undefined): void {
    this.#piece = piece;
    this.#at.offset = 0;
    if (piece === undefined) return;
    if (!isUtf8(piece.bytes)) {
      throw notText(this.#name, this.#first, `line ${this.#badLine(piece.bytes)} has other bytes`);
    }
    if (piece.hasQuotes) {
      this.#records = parseRecords(piece.bytes.toString(), this.#layout, this.#name, this.#at.line);
      this.#hasLongRecords = countBytes(piece.bytes, this.#layout.newline) !== this.#records.length;
    }
  }

  /** Line of the first bytes that are not UTF-8; a line end is never inside a character. */
  #badLine(bytes: Buffer): number {
    const { newline } = this.#layout;
    let line = this.#at.line;
    for (let start = 0; start < bytes.length; line++) {
      const end = bytes.indexOf(newline, start) + 1 || bytes.length;
      if (!isUtf8(bytes.subarray(start, end))) break;
      start = end;
    }
    return line;
  }

  #readRecords(sinks: readonly (CellSink | null)[], limit: number): number {
    const records = this.#records ?? [];
    const newline = String.fromCharCode(this.#layout.newline);
    const at = this.#at;
    let rows = 0;
    for (; at.offset < records.length && rows < limit; at.offset++) {
      const record = records[at.offset] as readonly string[];
      const isRow = record.length === sinks.length;
      if (!isRow && !(record.length === 1 && record[0]?.trim() === '')) {
        throw ragged(this.#name, at.line, record.length, sinks.length);
      }
      if (isRow) {
        record.forEach((cell, column) => {
          sinks[column]?.text(cell, at.line);
        });
        rows++;
      }
      at.line += this.#hasLongRecords ? linesOf(record, newline) : 1;
    }
    return rows;
  }
}

/** Papa Parse over whole records, the last one ended by the line end. */
function parseRecords(text: string, layout: Layout, name: string, line: number): string[][] {
  const { data, errors } = Papa.parse<string[]>(text, {
    delimiter: String.fromCharCode(layout.delimiter),
    newline: layout.newline === 10 ? '\n' : '\r',
  });
  const [error] = errors;
  if (error !== undefined) {
    throw new MlxError('DATA_MALFORMED', `${name}, line ${line + (error.row ?? 0)}: ${error.message}.`, {
      hint: 'Write a quote inside a quoted cell twice.',
    });
  }
  data.pop(); // what stands after the last line end
  return data;
}

function linesOf(record: readonly string[], newline: string): number {
  return record.reduce((lines, cell) => lines + cell.split(newline).length - 1, 1);
}

function checkNames(name: string, names: readonly string[]): void {
  const empty = names.flatMap((column, index) => (column === '' ? [index + 1] : []));
  if (empty.length > 0) {
    throw new MlxError('HEADER_INVALID', `${name}: the header has no name for column ${list(empty)}.`, {
      hint: 'Give every column a name; a delimiter at the end of the line adds a column.',
      details: { columns: empty.slice(0, 20) },
    });
  }
  const seen = new Set<string>();
  const repeated = new Set(names.filter((column) => seen.size === seen.add(column).size));
  if (repeated.size > 0) {
    const shown = [...repeated].map((column) => `"${column}"`);
    throw new MlxError('HEADER_INVALID', `${name}: the header has ${list(shown)} more than once.`, {
      hint: 'Rename the columns so that each name is there once.',
      details: { columns: [...repeated].slice(0, 20) },
    });
  }
}

function list(items: readonly unknown[]): string {
  return items.length > 5 ? `${items.slice(0, 5).join(', ')} and ${items.length - 5} more` : items.join(', ');
}
