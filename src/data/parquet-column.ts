import { packIndices, packPresence } from './bit-packing.js';
import type { Column } from './table.js';

/** Physical types of Parquet that are written here. */
export const PHYSICAL = { int64: 2, float: 4, double: 5, bytes: 6 } as const;

/** The values of one column in one row group: pages without their headers. */
export interface ColumnChunk {
  /** The distinct values, where the page holds indices into them. */
  readonly dictionary: { readonly bytes: Uint8Array; readonly size: number } | null;
  /** The page in parts that follow one another: presence, then values or indices. */
  readonly page: readonly Uint8Array[];
}

/** A column of the row group that is being filled. */
export interface ColumnBuffer {
  readonly name: string;
  readonly physical: (typeof PHYSICAL)[keyof typeof PHYSICAL];
  /** Encodes the first `rows` values; they may be valid until the buffer is filled again. */
  encode(rows: number): ColumnChunk;
}

/** With more distinct values than this in a row group, floats are written as they stand. */
const MAX_FLOATS = 4096;
const SLOTS = MAX_FLOATS * 2;

/** Float32 values; NaN is null. Few distinct ones (a flag, an ordinal) become indices of a few bits. */
export class FloatBuffer implements ColumnBuffer {
  readonly physical = PHYSICAL.float;
  readonly name: string;
  readonly values: Float32Array;
  readonly #scratch: Scratch;

  constructor(name: string, capacity: number, scratch: Scratch) {
    this.name = name;
    this.values = new Float32Array(capacity);
    this.#scratch = scratch;
  }

  encode(rows: number): ColumnChunk {
    const { values } = this;
    const { missing, indices, slots } = this.#scratch;
    const present = gatherPresent(values, rows, missing);
    const presence = presencePart(missing, rows, present);
    const bits = new Uint32Array(values.buffer, 0, present);
    const dictionary = distinctBits(bits, indices, slots);
    if (dictionary === undefined) return { dictionary: null, page: [presence, bytesOf(bits)] };
    const packed = packIndices(indices, present, dictionary.length);
    return { dictionary: { bytes: bytesOf(dictionary), size: dictionary.length }, page: [presence, packed] };
  }
}

/** Fills `indices`; undefined where there are too many distinct values, or none. */
function distinctBits(bits: Uint32Array, indices: Uint32Array, slots: Int32Array): Uint32Array | undefined {
  const distinct = new Uint32Array(Math.min(MAX_FLOATS, bits.length >> 1));
  let size = 0;
  slots.fill(-1);
  for (let i = 0; i < bits.length; i++) {
    const value = bits[i] as number;
    let slot = Math.imul(value, 0x9e3779b1) >>> 19;
    for (; ; slot = (slot + 1) & (SLOTS - 1)) {
      const index = slots[slot] as number;
      if (index === -1) {
        if (size === distinct.length) return undefined;
        distinct[size] = value;
        slots[slot] = size;
        indices[i] = size++;
        break;
      }
      if (distinct[index] === value) {
        indices[i] = index;
        break;
      }
    }
  }
  return size === 0 ? undefined : distinct.subarray(0, size);
}

/** Columns beside the features, which come as columns of a table. */
export interface ExtraBuffer extends ColumnBuffer {
  /** Takes over rows from `from` on as this buffer's rows from `at` on. */
  fill(column: Column, from: number, count: number, at: number): void;
}

/** Doubles, or (as int64) milliseconds of times; NaN is null. */
export class NumberBuffer implements ExtraBuffer {
  readonly name: string;
  readonly physical: typeof PHYSICAL.double | typeof PHYSICAL.int64;
  readonly #values: Float64Array;
  readonly #scratch: Scratch;

  constructor(name: string, kind: 'number' | 'time', capacity: number, scratch: Scratch) {
    this.name = name;
    this.physical = kind === 'number' ? PHYSICAL.double : PHYSICAL.int64;
    this.#values = new Float64Array(capacity);
    this.#scratch = scratch;
  }

  fill(column: Column, from: number, count: number, at: number): void {
    if (column.kind !== 'string') this.#values.set(column.values.subarray(from, from + count), at);
  }

  encode(rows: number): ColumnChunk {
    const values = this.#values;
    const { missing } = this.#scratch;
    const present = gatherPresent(values, rows, missing);
    const kept = values.subarray(0, present);
    const bytes = bytesOf(this.physical === PHYSICAL.double ? kept : milliseconds(kept));
    return { dictionary: null, page: [presencePart(missing, rows, present), bytes] };
  }
}

/** Seconds as milliseconds in 64-bit integers, low word first. */
function milliseconds(seconds: Float64Array): Int32Array {
  const words = new Int32Array(seconds.length * 2);
  seconds.forEach((value, i) => {
    words[i * 2] = value * 1000; // of which an Int32Array keeps the low word
    words[i * 2 + 1] = Math.floor((value * 1000) / 2 ** 32);
  });
  return words;
}

/** Text; what the dictionary of the table's column knows as missing is null. */
export class TextBuffer implements ExtraBuffer {
  readonly physical = PHYSICAL.bytes;
  readonly name: string;
  readonly #codes: Int32Array;
  readonly #levels = new Map<string, number>();
  readonly #scratch: Scratch;

  constructor(name: string, capacity: number, scratch: Scratch) {
    this.name = name;
    this.#codes = new Int32Array(capacity);
    this.#scratch = scratch;
  }

  fill(column: Column, from: number, count: number, at: number): void {
    if (column.kind !== 'string') return;
    for (let i = 0; i < count; i++) {
      const level = column.levels[column.codes[from + i] as number];
      this.#codes[at + i] = level === undefined ? -1 : this.#codeOf(level);
    }
  }

  encode(rows: number): ColumnChunk {
    const { missing, indices } = this.#scratch;
    const levels = [...this.#levels.keys()];
    this.#levels.clear();
    let present = 0;
    for (let row = 0; row < rows; row++) {
      const code = this.#codes[row] as number;
      missing[row] = code < 0 ? 1 : 0;
      if (code >= 0) indices[present++] = code;
    }
    const presence = presencePart(missing, rows, present);
    if (levels.length === 0 || levels.length > present / 2) {
      const texts = Array.from(indices.subarray(0, present), (code) => levels[code] as string);
      return { dictionary: null, page: [presence, plainTexts(texts)] };
    }
    const packed = packIndices(indices, present, levels.length);
    return { dictionary: { bytes: plainTexts(levels), size: levels.length }, page: [presence, packed] };
  }

  #codeOf(level: string): number {
    const known = this.#levels.get(level);
    if (known !== undefined) return known;
    this.#levels.set(level, this.#levels.size);
    return this.#levels.size - 1;
  }
}

/** Room that the columns of a row group use one after another. */
export class Scratch {
  readonly missing: Uint8Array;
  readonly indices: Uint32Array;
  readonly slots = new Int32Array(SLOTS);

  constructor(capacity: number) {
    this.missing = new Uint8Array(capacity);
    this.indices = new Uint32Array(capacity);
  }
}

/** Each text behind its length in bytes. */
function plainTexts(texts: readonly string[]): Uint8Array {
  const size = texts.reduce((sum, text) => sum + 4 + Buffer.byteLength(text), 0);
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const text of texts) {
    const length = bytes.write(text, at + 4);
    bytes.writeUInt32LE(length, at);
    at += 4 + length;
  }
  return bytes;
}

function presencePart(missing: Uint8Array, rows: number, present: number): Uint8Array {
  const packed = packPresence(missing, rows, present);
  const bytes = Buffer.allocUnsafe(4 + packed.length);
  bytes.writeUInt32LE(packed.length);
  bytes.set(packed, 4);
  return bytes;
}

/** Parquet and every machine that Node runs on are little-endian. */
function bytesOf(values: Uint32Array | Int32Array | Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** Moves the values that are there to the front and marks the rows where none is. @returns how many there are */
function gatherPresent(values: Float32Array | Float64Array, rows: number, missing: Uint8Array): number {
  let present = 0;
  for (let row = 0; row < rows; row++) {
    const value = values[row] as number;
    const isMissing = Number.isNaN(value);
    missing[row] = isMissing ? 1 : 0;
    if (!isMissing) values[present++] = value;
  }
  return present;
}
