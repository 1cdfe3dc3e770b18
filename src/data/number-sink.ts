import { CellError, type CellType, type CellValue, decodeText } from './cell.js';
import { CellNotes, hasLeadingZero } from './cell-notes.js';
import {
  type ColumnPart,
  type ColumnSink,
  capacityFor,
  type NumberPart,
  type PartPosition,
  type RowEstimate,
  type SinkPlan,
  trimmed,
} from './column-sink.js';
import { OddCells } from './odd-cells.js';
import { columnKind } from './schema.js';
import type { Column } from './table.js';
import { offsetOf } from './time.js';

/** Numbers and times, decoded cell by cell. */
export class NumberSink implements ColumnSink {
  readonly odd = new OddCells();
  readonly notes = new CellNotes();
  readonly plan: SinkPlan;
  /** Whether decimals may be pushed as they stand: times have other rules. */
  readonly takesDecimals: boolean;
  readonly #name: string;
  readonly #type: CellType;
  readonly #estimate: RowEstimate;
  #values: Float64Array;
  #length = 0;

  constructor(name: string, type: CellType, estimate: RowEstimate) {
    this.#name = name;
    this.#type = type;
    this.plan = { kind: 'number', type };
    this.takesDecimals = columnKind(type.type) === 'number';
    this.#estimate = estimate;
    this.#values = roomFor(capacityFor(0, estimate));
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
    if (typeof value === 'number') this.#note(cell.trim());
    this.push(typeof value === 'number' ? value : Number.NaN);
  }

  /** Adds a decoded value, NaN for none. */
  push(value: number): void {
    if (this.#length === this.#values.length) this.#grow(this.#length + 1);
    this.#values[this.#length++] = value;
  }

  take(): NumberPart {
    const values = this.#values.subarray(0, this.#length);
    this.#length = 0;
    return { kind: 'number', values, odd: this.odd.take(), notes: this.notes.take() };
  }

  append(part: ColumnPart, at: PartPosition): void {
    if (part.kind !== 'number')
      throw new RangeError(`a part of ${part.kind} for the numbers of ${this.#name}`);
    const needed = this.#length + part.values.length;
    if (needed > this.#values.length) this.#grow(needed);
    this.#values.set(part.values, this.#length);
    this.#length = needed;
    this.odd.append(part.odd, at);
    this.notes.append(part.notes, at);
  }

  finish(): Column {
    const kind = this.takesDecimals ? 'number' : 'time';
    return { kind, name: this.#name, values: trimmed(this.#values, this.#length) };
  }

  #note(text: string): void {
    if (this.takesDecimals) this.notes.hasLeadingZeros ||= hasLeadingZero(text);
    else this.notes.addOffset(offsetOf(text), this.#length + 1);
  }

  #grow(needed: number): void {
    const larger = roomFor(Math.max(needed, capacityFor(this.#length, this.#estimate)));
    larger.set(this.#values.subarray(0, this.#length));
    this.#values = larger;
  }
}

/** From so many values on threads may be asked about a column, and they see shared memory without a copy. */
const SHARED_FROM = 1 << 16;

function roomFor(length: number): Float64Array {
  if (length < SHARED_FROM) return new Float64Array(length);
  return new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
}
