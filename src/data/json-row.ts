import { MlxError } from '../errors.js';
import type { CellSink } from './cell-sink.js';
import { type DecimalEnd, decimalFromText, scanDecimal } from './decimal.js';
import { MAX_COLUMNS } from './header.js';
import { NumberSink } from './number-sink.js';

/** What stands in a field of a row: its bytes, or nothing. */
const NOTHING = 0;
const NUMBER = 1;
/** A literal, or a string without escapes. */
const BYTES = 2;
/** A string with escapes, quotes included. */
const ESCAPED = 3;

const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;
const MAX_SHOWN = 40;

/** Names by which Python and JavaScript write numbers that JSON has not: they count as text. */
const LITERALS = ['true', 'false', 'null', 'NaN', 'Infinity', '-Infinity'].map((word) => Buffer.from(word));
const NULL = 2;

/** Columns in order of first appearance, and how to get from a key in the bytes to a column. */
export class JsonHeader {
  readonly names: string[] = [];
  /** Each name as it is most likely written, quotes included. */
  readonly #spellings: Buffer[] = [];
  readonly #indices = new Map<string, number>();

  /** Where the key that begins at `start` ends, if it is that of column `expected` as it is mostly written; else -1. */
  endOf(bytes: Buffer, start: number, expected: number): number {
    const spelling = this.#spellings[expected];
    if (spelling === undefined) return -1;
    for (let i = 0; i < spelling.length; i++) if (bytes[start + i] !== spelling[i]) return -1;
    return start + spelling.length;
  }

  /** Column of the key of bytes[start … end), quotes included; -1: not known. */
  find(bytes: Buffer, start: number, end: number): number {
    return this.#indices.get(keyOf(bytes, start, end)) ?? -1;
  }

  add(bytes: Buffer, start: number, end: number): number {
    const name = keyOf(bytes, start, end);
    this.#indices.set(name, this.names.length);
    this.#spellings.push(Buffer.from(bytes.subarray(start, end)));
    return this.names.push(name) - 1;
  }
}

function keyOf(bytes: Buffer, start: number, end: number): string {
  return String(JSON.parse(bytes.toString('utf8', start, end))).trim();
}

/** Where the tokens of an object are cut: thrown when its bytes end before it does. */
export const INCOMPLETE = Symbol('incomplete');

/**
 * One JSON object as a row of cells: found first (`scan`), then moved into sinks (`pour`). Values must be scalars.
 * Nothing is built of what is not asked for, keys are data only, and nesting is refused where it begins.
 */
export class JsonRow {
  readonly #name: string;
  readonly #header: JsonHeader;
  /** By column: kind, first byte, end, and the number if there is one. */
  #kinds = new Uint8Array(0);
  #starts = new Int32Array(0);
  #ends = new Int32Array(0);
  #numbers = new Float64Array(0);
  /** By column: number of the last scan that found it. */
  #seenIn = new Float64Array(0);
  #row = 0;
  #scans = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  readonly #stop: DecimalEnd = { end: 0 };
  /** Line of the file, from 1, that the scan stands on. */
  line = 1;
  /** Whether a key that the header lacks is added to it; else such fields are passed over and counted. */
  isOpen = true;
  /** Whether a key was passed over. */
  hasLateKey = false;

  constructor(name: string, header: JsonHeader) {
    this.#name = name;
    this.#header = header;
  }

  /**
   * Finds the fields of the object that begins at `start`. @returns the byte after it
   * @param row number of the row, from 1
   * @throws INCOMPLETE where the bytes end before; MlxError DATA_MALFORMED
   */
  scan(bytes: Buffer, start: number, row: number): number {
    this.#bytes = bytes;
    this.#row = row;
    this.#scans++;
    this.#at = start;
    if (this.#kinds.length < this.#header.names.length) this.#grow(this.#header.names.length);
    if (bytes[start] !== OPEN) throw this.#wrong('expected an object such as {"age":39}');
    this.#at++;
    for (let [count, expected] = [0, 0]; ; count++) {
      const first = this.#token();
      if (first === CLOSE && count === 0) return this.#at + 1;
      if (first !== QUOTE) throw this.#wrong(count === 0 ? 'expected a key or "}"' : 'expected a key');
      const column = this.#field(expected);
      if (column !== -1) expected = column + 1;
      const next = this.#token();
      if (next === CLOSE) return this.#at + 1;
      if (next !== COMMA) throw this.#wrong('expected "," or "}" after a value');
      this.#at++;
    }
  }

  /** Moves the row that was scanned last into the sinks. */
  pour(sinks: readonly (CellSink | null)[], line: number): void {
    for (let column = 0; column < sinks.length; column++) {
      const sink = sinks[column];
      if (sink === null || sink === undefined) continue;
      const kind = this.#seenIn[column] === this.#scans ? (this.#kinds[column] as number) : NOTHING;
      const [start, end] = [this.#starts[column] as number, this.#ends[column] as number];
      if (kind === NUMBER && sink instanceof NumberSink && sink.takesDecimals) {
        sink.push(this.#numbers[column] as number);
      } else if (kind === NOTHING) {
        if (sink instanceof NumberSink) sink.push(Number.NaN);
        else sink.text('', line);
      } else if (kind === ESCAPED) {
        sink.text(this.#parsed(start, end), line);
      } else {
        sink.bytes(this.#bytes, start, end, line);
      }
    }
  }

  /** A key and its value; the key is likely that of column `expected`. @returns the column, -1 where it is passed over */
  #field(expected: number): number {
    const start = this.#at;
    let column = expected;
    let keyEnd = this.#header.endOf(this.#bytes, start, expected);
    if (keyEnd === -1) {
      column = this.#unexpected();
      keyEnd = this.#at;
    }
    this.#at = keyEnd;
    if (this.#token() !== COLON) throw this.#wrong('expected ":" after a key');
    this.#at++;
    if (column !== -1 && this.#seenIn[column] === this.#scans) throw this.#twice(start, keyEnd);
    this.#value(column, start, keyEnd);
    if (column !== -1) this.#seenIn[column] = this.#scans;
    return column;
  }

  /** Moves behind a key. @returns its column, a new one if need be */
  #unexpected(): number {
    const start = this.#at;
    const isEscaped = this.#string();
    const end = this.#at;
    if (isEscaped) this.#parsed(start, end);
    const known = this.#header.find(this.#bytes, start, end);
    if (known !== -1) return known;
    if (!this.isOpen) {
      this.hasLateKey = true;
      return -1;
    }
    if (this.#header.names.length === MAX_COLUMNS) {
      throw this.#error(`there are more than ${MAX_COLUMNS} keys`, 'A table has no more columns.');
    }
    const column = this.#header.add(this.#bytes, start, end);
    if (column >= this.#kinds.length) this.#grow(column + 1);
    return column;
  }

  #value(column: number, keyStart: number, keyEnd: number): void {
    const first = this.#token();
    let start = this.#at;
    let kind = BYTES;
    if (first === QUOTE) {
      const isEscaped = this.#string();
      if (isEscaped) this.#parsed(start, this.#at);
      kind = isEscaped ? ESCAPED : BYTES;
      if (!isEscaped) start++;
    } else if (first === OPEN || first === 91) {
      throw this.#nested(keyStart, keyEnd, first === OPEN ? 'an object' : 'an array');
    } else {
      kind = this.#scalar(column);
    }
    if (column === -1) return;
    let end = kind === BYTES && first === QUOTE ? this.#at - 1 : this.#at;
    if (kind === BYTES) {
      while (start < end && isSpace(this.#bytes[start] as number)) start++;
      while (end > start && isSpace(this.#bytes[end - 1] as number)) end--;
    }
    this.#kinds[column] = kind;
    this.#starts[column] = start;
    this.#ends[column] = end;
  }

  /** A number or a literal. @returns its kind */
  #scalar(column: number): number {
    const bytes = this.#bytes;
    const start = this.#at;
    const end = numberEnd(bytes, start);
    if (end < 0) return this.#literal();
    if (end >= bytes.length) throw INCOMPLETE;
    this.#at = end;
    if (column === -1) return NUMBER;
    const value = scanDecimal(bytes, start, this.#stop);
    const number = Number.isNaN(value) ? decimalFromText(bytes.toString('latin1', start, end)) : value;
    this.#numbers[column] = number;
    // What overflows is told by the sink, as the text that it is.
    return Number.isNaN(number) ? BYTES : NUMBER;
  }

  #literal(): number {
    const literal = LITERALS.findIndex((word) => this.#holds(word, this.#at));
    if (literal === -1) throw this.#wrong('expected a string, a number, true, false or null');
    this.#at += (LITERALS[literal] as Buffer).length;
    return literal === NULL ? NOTHING : BYTES;
  }

  #holds(word: Buffer, start: number): boolean {
    const bytes = this.#bytes;
    for (let i = 0; i < word.length; i++) {
      if (start + i >= bytes.length) throw INCOMPLETE;
      if (bytes[start + i] !== word[i]) return false;
    }
    return true;
  }

  /** Moves behind the string that begins here. @returns whether it holds an escape */
  #string(): boolean {
    const bytes = this.#bytes;
    let isEscaped = false;
    let i = this.#at + 1;
    for (; i < bytes.length; i++) {
      const byte = bytes[i] as number;
      if (byte === QUOTE) {
        this.#at = i + 1;
        return isEscaped;
      }
      if (byte === BACKSLASH) {
        isEscaped = true;
        i++;
      } else if (byte < 32) {
        throw this.#wrong('a string holds a line end or another control character; write it as \\n');
      }
    }
    throw INCOMPLETE;
  }

  #parsed(start: number, end: number): string {
    try {
      return JSON.parse(this.#bytes.toString('utf8', start, end)) as string;
    } catch {
      this.#at = start;
      throw this.#wrong('a string holds an escape that JSON does not know');
    }
  }

  /** The next byte that is no white space, at which the scan then stands. */
  #token(): number {
    const bytes = this.#bytes;
    for (; this.#at < bytes.length; this.#at++) {
      const byte = bytes[this.#at] as number;
      if (byte === 10) this.line++;
      else if (byte !== 32 && byte !== 9 && byte !== 13) return byte;
    }
    throw INCOMPLETE;
  }

  #grow(columns: number): void {
    const size = Math.max(16, columns * 2);
    this.#kinds = grown(this.#kinds, new Uint8Array(size));
    this.#starts = grown(this.#starts, new Int32Array(size));
    this.#ends = grown(this.#ends, new Int32Array(size));
    this.#numbers = grown(this.#numbers, new Float64Array(size));
    this.#seenIn = grown(this.#seenIn, new Float64Array(size));
  }

  #wrong(what: string): MlxError {
    const found = JSON.stringify(this.#bytes.toString('utf8', this.#at, this.#at + MAX_SHOWN).split('\n')[0]);
    return this.#error(`${what}; found ${found}`, 'Each row is one JSON object of names and plain values.');
  }

  #twice(start: number, end: number): MlxError {
    const key = this.#bytes.toString('utf8', start, end);
    return this.#error(`the key ${key} is there twice`, 'Rename one of the two.');
  }

  #nested(start: number, end: number, what: string): MlxError {
    const key = this.#bytes.toString('utf8', start, end);
    const hint =
      'A cell of a table is one value: give the parts columns of their own, such as "address.city".';
    return this.#error(`${key} holds ${what}`, hint);
  }

  #error(what: string, hint: string): MlxError {
    const message = `${this.#name}, line ${this.line} (row ${this.#row}): ${what}.`;
    return new MlxError('DATA_MALFORMED', message, { hint, details: { line: this.line, row: this.#row } });
  }
}

function grown<T extends Uint8Array | Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** White space that `trim` takes away too. */
function isSpace(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}

/** Where a number by the grammar of JSON (RFC 8259, 6) ends; -1 where there is none, `bytes.length` where it may go on. */
function numberEnd(bytes: Buffer, start: number): number {
  let i = bytes[start] === 45 ? start + 1 : start;
  const isZero = bytes[i] === 48;
  const whole = i;
  i = digitsEnd(bytes, i);
  if (i === whole) return i < bytes.length ? -1 : i;
  if (isZero && i > whole + 1) return -1;
  if (bytes[i] === 46) {
    const fraction = i + 1;
    i = digitsEnd(bytes, fraction);
    if (i === fraction) return i < bytes.length ? -1 : i;
  }
  if (bytes[i] === 101 || bytes[i] === 69) {
    i++;
    if (bytes[i] === 43 || bytes[i] === 45) i++;
    const exponent = i;
    i = digitsEnd(bytes, exponent);
    if (i === exponent) return i < bytes.length ? -1 : i;
  }
  return i;
}

function digitsEnd(bytes: Buffer, start: number): number {
  let i = start;
  while ((bytes[i] as number) >= 48 && (bytes[i] as number) <= 57) i++;
  return i;
}
