import type { PackedRows } from '../packed-rows.js';

/** What a lane must hold. */
export interface LaneShape {
  readonly rows: number;
  /** Columns of numbers and times. */
  readonly numbers: number;
  /** Columns of text. */
  readonly texts: number;
  readonly classes: number;
  /** Bytes of UTF-8 for all texts. */
  readonly textBytes: number;
}

const HEADER_BYTES = 64;
/** Places in the header, of 32 bits each. */
const STATE = 0;
const ROWS = 1;
const IS_ALONE = 2;
const TEXT_BYTES = 3;
/** Place in the header, of 64 bits. */
const RUN_MS = 4;

const IDLE = 0;
const ASKED = 1;

const encoder = new TextEncoder();

/**
 * Memory that two threads share: rows go one way and scores come back the other. Writing to it and ringing a bell costs
 * the sender a third of what a message does.
 */
export class Lane {
  readonly shape: LaneShape;
  readonly buffer: SharedArrayBuffer;
  readonly #header: Int32Array;
  readonly #times: Float64Array;
  readonly #numbers: Float64Array;
  readonly #scores: Float32Array;
  readonly #labels: Int32Array;
  readonly #lengths: Uint32Array;
  readonly #text: Buffer;

  constructor(shape: LaneShape, buffer = new SharedArrayBuffer(layoutOf(shape).end)) {
    this.shape = shape;
    this.buffer = buffer;
    const at = layoutOf(shape);
    this.#header = new Int32Array(buffer, 0, HEADER_BYTES / 4);
    this.#times = new Float64Array(buffer, 0, HEADER_BYTES / 8);
    this.#numbers = new Float64Array(buffer, at.numbers, shape.rows * shape.numbers);
    this.#scores = new Float32Array(buffer, at.scores, shape.rows * Math.max(1, shape.classes));
    this.#labels = new Int32Array(buffer, at.labels, shape.rows);
    this.#lengths = new Uint32Array(buffer, at.lengths, shape.rows * shape.texts);
    this.#text = Buffer.from(buffer, at.text, shape.textBytes);
  }

  /** True when the pack has room. */
  holds({ rows, texts }: PackedRows): boolean {
    return rows <= this.shape.rows && (texts.length === 0 || utf8Bound(texts) <= this.shape.textBytes);
  }

  /** Puts a pack down for the other side. */
  ask({ rows, numbers, texts }: PackedRows, isAlone: boolean): void {
    this.#numbers.set(numbers);
    let textBytes = 0;
    if (texts.length > 0) {
      for (let index = 0; index < texts.length; index++)
        this.#lengths[index] = (texts[index] as string).length;
      textBytes = encoder.encodeInto(texts.join(''), this.#text).written;
    }
    this.#header[ROWS] = rows;
    this.#header[IS_ALONE] = isAlone ? 1 : 0;
    this.#header[TEXT_BYTES] = textBytes;
    Atomics.store(this.#header, STATE, ASKED);
  }

  get isAsked(): boolean {
    return Atomics.load(this.#header, STATE) === ASKED;
  }

  /** A copy of the pack that was put down: ONNX Runtime takes no shared memory. */
  asked(): { readonly packed: PackedRows; readonly isAlone: boolean } {
    const rows = this.#header[ROWS] as number;
    const text = this.#text.toString('utf8', 0, this.#header[TEXT_BYTES]);
    const texts = new Array<string>(rows * this.shape.texts);
    let start = 0;
    for (let index = 0; index < texts.length; index++) {
      const end = start + (this.#lengths[index] as number);
      texts[index] = text.slice(start, end);
      start = end;
    }
    const numbers = this.#numbers.slice(0, rows * this.shape.numbers);
    return { packed: { rows, numbers, texts }, isAlone: this.#header[IS_ALONE] === 1 };
  }

  /** Where the scores of row `row` on are written: probabilities of each class, or one value a row. */
  writeScores(row: number, scores: Float32Array, labels: Int32Array | null): void {
    this.#scores.set(scores, row * Math.max(1, this.shape.classes));
    if (labels !== null) this.#labels.set(labels, row);
  }

  /** The pack is done with. */
  answer(runMs: number): void {
    this.#times[RUN_MS] = runMs;
    Atomics.store(this.#header, STATE, IDLE);
  }

  /** Copies of what was written. */
  answered(): { readonly scores: Float32Array; readonly labels: Int32Array; readonly runMs: number } {
    const rows = this.#header[ROWS] as number;
    return {
      scores: this.#scores.slice(0, rows * Math.max(1, this.shape.classes)),
      labels: this.#labels.slice(0, rows),
      runMs: this.#times[RUN_MS] as number,
    };
  }
}

/** A bound on the bytes of texts in UTF-8: three for each unit of UTF-16. */
export function utf8Bound(texts: readonly string[]): number {
  let units = 0;
  for (const text of texts) units += text.length;
  return units * 3;
}

/** Where each part begins, in bytes. */
function layoutOf({ rows, numbers, texts, classes, textBytes }: LaneShape) {
  const scores = HEADER_BYTES + 8 * rows * numbers;
  const labels = scores + 4 * rows * Math.max(1, classes);
  const lengths = labels + 4 * rows;
  const text = lengths + 4 * rows * texts;
  return { numbers: HEADER_BYTES, scores, labels, lengths, text, end: text + textBytes };
}
