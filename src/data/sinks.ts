import { CellError, type CellType, type CellValue, decodeText } from './cell.js';
import type { CellSink } from './cell-sink.js';
import { TextCodes } from './dictionary.js';
import { OddCells } from './odd-cells.js';
import { type ColumnSchema, columnKind } from './schema.js';
import type { Column, StringColumn } from './table.js';

/** How many rows are expected in all, so that columns need not grow again and again. */
export interface RowEstimate {
  rows: number;
}

/** A sink that becomes a column; odd cells are missing in it and kept aside. */
export interface ColumnSink extends CellSink {
  readonly odd: OddCells;
  readonly length: number;
  finish(): Column;
}

/** The sink for a column of known type. */
export function columnSink(column: ColumnSchema, estimate: RowEstimate): ColumnSink {
  return columnKind(column.type) === 'string'
    ? new TextSink(column.name, column, estimate)
    : new NumberSink(column.name, column, estimate);
}

const MIN_CAPACITY = 1024;

function capacityFor(length: number, estimate: RowEstimate): number {
  return estimate.rows > length ? estimate.rows : Math.max(MIN_CAPACITY, Math.ceil(length * 1.5));
}

/** Numbers and times, decoded cell by cell. */
export class NumberSink implements ColumnSink {
  readonly odd = new OddCells();
  readonly #name: string;
  readonly #type: CellType;
  /** Whether decimals may be pushed as they stand: times have other rules. */
  readonly takesDecimals: boolean;
  readonly #estimate: RowEstimate;
  #values: Float64Array;
  #length = 0;

  constructor(name: string, type: CellType, estimate: RowEstimate) {
    this.#name = name;
    this.#type = type;
    this.takesDecimals = columnKind(type.type) === 'number';
    this.#estimate = estimate;
    this.#values = new Float64Array(capacityFor(0, estimate));
  }

  get length(): number {
    return this.#length;
  }

  bytes(source: Buffer, start: number, end: number, line: number): void {
    if (start === end) this.push(Number.NaN);
    else this.text(source.toString('utf8', start, end), line);
  }

  text(cell: string, line: number): void {
    let value: CellValue = null;
    try {
      value = decodeText(this.#type, cell);
    } catch (error) {
      if (!(error instanceof CellError)) throw error;
      this.odd.add(error, this.#length + 1, line);
    }
    this.push(typeof value === 'number' ? value : Number.NaN);
  }

  /** Adds a decoded value, NaN for none. */
  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(capacityFor(this.#length, this.#estimate));
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  finish(): Column {
    const kind = this.takesDecimals ? 'number' : 'time';
    return { kind, name: this.#name, values: trimmed(this.#values, this.#length) };
  }
}

/** Text of any kind, dictionary-coded; each distinct text is decoded once. */
export class TextSink implements ColumnSink {
  readonly odd = new OddCells();
  readonly #name: string;
  readonly #estimate: RowEstimate;
  readonly #dictionary: TextCodes;
  #codes: Int32Array;
  #length = 0;

  constructor(name: string, type: CellType, estimate: RowEstimate) {
    this.#name = name;
    this.#estimate = estimate;
    this.#dictionary = new TextCodes((text) => String(decodeText(type, text) ?? ''));
    this.#codes = new Int32Array(capacityFor(0, estimate));
  }

  get length(): number {
    return this.#length;
  }

  bytes(source: Buffer, start: number, end: number, line: number): void {
    this.#push(this.#dictionary.codeOfBytes(source, start, end), line);
  }

  text(cell: string, line: number): void {
    this.#push(this.#dictionary.codeOfText(cell), line);
  }

  finish(): Column {
    const codes = trimmed(this.#codes, this.#length);
    return { kind: 'string', name: this.#name, codes, levels: this.#dictionary.levels };
  }

  /** What is there so far. */
  protected view(): Pick<StringColumn, 'codes' | 'levels'> {
    return { codes: this.#codes.subarray(0, this.#length), levels: this.#dictionary.levels };
  }

  /** Told the code of each cell before it is added. */
  protected seen(_code: number, _line: number): void {}

  /** A code below -1 stands for an odd text. */
  #push(code: number, line: number): void {
    if (code < -1) this.odd.add(this.#dictionary.errorOf(code), this.#length + 1, line);
    this.seen(code, line);
    if (this.#length === this.#codes.length) {
      const larger = new Int32Array(capacityFor(this.#length, this.#estimate));
      larger.set(this.#codes);
      this.#codes = larger;
    }
    this.#codes[this.#length++] = Math.max(code, -1);
  }
}

/** Cells as they stand in the file, for columns that are only carried along. */
export class RawSink implements CellSink {
  #cells: string[] = [];

  bytes(source: Buffer, start: number, end: number): void {
    this.#cells.push(source.toString('utf8', start, end));
  }

  text(cell: string): void {
    this.#cells.push(cell.trim());
  }

  finish(): readonly string[] {
    return this.#cells;
  }
}

/** A view where little is wasted, else a copy that frees the rest. */
function trimmed<T extends Float64Array | Int32Array>(values: T, length: number): T {
  const isTight = length > values.length * 0.8;
  return (isTight ? values.subarray(0, length) : values.slice(0, length)) as T;
}
