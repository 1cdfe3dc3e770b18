import { FRAME, FRAME_HEAD, LENGTH_BYTES, TAG } from './frame.js';
import type { JournalRow, JournalVersion } from './row.js';

const INITIAL_BYTES = 64 * 1024;
/** UTF-16 units become at most three bytes each in UTF-8. */
const BYTES_PER_UNIT = 3;
const TAGGED_NUMBER = 9;
/** A tag and the length after it. */
const TAGGED_LENGTH = 5;
/** The row's fields beside its texts, cells and probabilities. */
const FIXED_BYTES = 128;

/** Rows and versions as frames, one after another in one piece of memory that is used again and again. */
export class FrameEncoder {
  #bytes = Buffer.allocUnsafe(INITIAL_BYTES);
  #view = viewOf(this.#bytes);
  #end = 0;

  get length(): number {
    return this.#end;
  }

  /** What the frames stand at the beginning of, `length` bytes of it; valid until the next change. */
  get memory(): Buffer {
    return this.#bytes;
  }

  clear(): void {
    this.#end = 0;
    if (this.#bytes.length > 32 * INITIAL_BYTES) this.#allocate(INITIAL_BYTES);
  }

  version(number: number, version: JournalVersion): void {
    const { model, columns, classes } = version;
    const text = JSON.stringify({ model, version: version.version, columns, classes });
    this.#reserve(FRAME_HEAD + 4 + text.length * BYTES_PER_UNIT);
    const start = this.#begin(FRAME.version, number);
    this.#end += this.#bytes.write(text, this.#end);
    this.#finish(start);
  }

  /** @param version the number of the row's version in this file */
  row(version: number, row: JournalRow): void {
    this.#reserve(roomFor(row));
    const start = this.#begin(FRAME.row, version);
    this.#value(row.id);
    this.#value(row.timeMs);
    this.#value(row.arm);
    this.#value(row.unit);
    this.#value(row.prediction);
    this.#value(row.confidence);
    this.#value(row.latencyMs);
    this.#value(row.requestId);
    this.#probabilities(row.probabilities);
    const cells = row.row;
    for (let i = 0; i < cells.length; i++) this.#value(cells[i] as number | string | null);
    this.#finish(start);
  }

  #begin(kind: number, version: number): number {
    const start = this.#end;
    this.#bytes[start + LENGTH_BYTES] = kind;
    this.#view.setUint32(start + FRAME_HEAD, version, true);
    this.#end = start + FRAME_HEAD + 4;
    return start;
  }

  #finish(start: number): void {
    this.#view.setUint32(start, this.#end - start - LENGTH_BYTES, true);
  }

  #value(value: string | number | null): void {
    const at = this.#end;
    if (typeof value === 'number') {
      this.#bytes[at] = TAG.number;
      this.#view.setFloat64(at + 1, value, true);
      this.#end = at + TAGGED_NUMBER;
    } else if (value === null) {
      this.#bytes[at] = TAG.none;
      this.#end = at + 1;
    } else {
      const length = this.#bytes.write(value, at + TAGGED_LENGTH);
      this.#list(TAG.text, length);
      this.#end += length;
    }
  }

  #probabilities(values: JournalRow['probabilities']): void {
    if (values === null) {
      this.#value(null);
    } else if (values instanceof Float32Array) {
      this.#list(TAG.floats, values.length);
      for (let i = 0; i < values.length; i++, this.#end += 4)
        this.#view.setFloat32(this.#end, values[i] as number, true);
    } else {
      this.#list(TAG.numbers, values.length);
      for (let i = 0; i < values.length; i++, this.#end += 8)
        this.#view.setFloat64(this.#end, values[i] as number, true);
    }
  }

  #list(tag: number, length: number): void {
    this.#bytes[this.#end] = tag;
    this.#view.setUint32(this.#end + 1, length, true);
    this.#end += TAGGED_LENGTH;
  }

  #reserve(room: number): void {
    const needed = this.#end + room;
    if (needed <= this.#bytes.length) return;
    const before = this.#bytes;
    this.#allocate(Math.max(needed, 2 * before.length));
    before.copy(this.#bytes, 0, 0, this.#end);
  }

  #allocate(size: number): void {
    this.#bytes = Buffer.allocUnsafe(size);
    this.#view = viewOf(this.#bytes);
  }
}

function roomFor(row: JournalRow): number {
  let units = row.id.length;
  if (row.arm !== null) units += row.arm.length;
  if (row.unit !== null) units += row.unit.length;
  if (row.requestId !== null) units += row.requestId.length;
  if (typeof row.prediction === 'string') units += row.prediction.length;
  for (const cell of row.row) if (typeof cell === 'string') units += cell.length;
  const numbers = row.row.length + (row.probabilities?.length ?? 0);
  return FIXED_BYTES + numbers * TAGGED_NUMBER + units * BYTES_PER_UNIT;
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
