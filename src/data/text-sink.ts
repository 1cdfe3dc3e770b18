import { type CellType, decodeText } from './cell.js';
import {
  type CellsPart,
  type ColumnPart,
  type ColumnSink,
  capacityFor,
  type PartPosition,
  type RowEstimate,
  type SeenAt,
  type SinkPlan,
  type TextPart,
  trimmed,
} from './column-sink.js';
import { TextCodes } from './dictionary.js';
import { OddCells } from './odd-cells.js';
import type { Column, StringColumn } from './table.js';

const NOWHERE: SeenAt = { rows: new Int32Array(0), lines: new Int32Array(0) };

/** A taker's dictionary begins anew past so many levels, and has no part in a column of more. */
const MAX_TAKEN_LEVELS = 1 << 13;

/** Text of any kind, dictionary-coded; each distinct text is decoded once. */
export class TextSink implements ColumnSink {
  readonly odd = new OddCells();
  readonly #name: string;
  readonly #type: CellType;
  readonly #estimate: RowEstimate;
  #dictionary: TextCodes;
  #codes: Int32Array;
  #length = 0;
  /** Levels that were taken already. */
  #taken = 0;
  /** By taker: the code here of each code there. */
  readonly #codeOfTaken = new Map<number, number[]>();

  constructor(name: string, type: CellType, estimate: RowEstimate) {
    this.#name = name;
    this.#type = type;
    this.#estimate = estimate;
    this.#dictionary = this.#newDictionary();
    this.#codes = new Int32Array(capacityFor(0, estimate));
  }

  get length(): number {
    return this.#length;
  }

  get plan(): SinkPlan {
    return this.hasManyLevels ? { kind: 'cells' } : { kind: 'text', type: this.#type, isUndecided: false };
  }

  protected get hasManyLevels(): boolean {
    return this.#dictionary.levels.length > MAX_TAKEN_LEVELS;
  }

  bytes(source: Buffer, start: number, end: number, line: number): void {
    this.#push(this.#dictionary.codeOfBytes(source, start, end), line);
  }

  text(cell: string, line: number): void {
    this.#push(this.#dictionary.codeOfText(cell), line);
  }

  take(): TextPart {
    const { levels } = this.#dictionary;
    const isFull = levels.length > MAX_TAKEN_LEVELS;
    const part: TextPart = {
      kind: 'text',
      codes: this.#codes.subarray(0, this.#length),
      levels: levels.slice(this.#taken),
      seenAt: this.takeSeen(isFull),
      isFresh: this.#taken === 0,
      odd: this.odd.take(),
    };
    this.#length = 0;
    if (isFull) this.#dictionary = this.#newDictionary();
    this.#taken = isFull ? 0 : levels.length;
    return part;
  }

  append(part: ColumnPart, at: PartPosition): void {
    if (part.kind === 'cells') this.#appendCells(part, at);
    else if (part.kind === 'text') this.#appendCodes(part, at);
    else throw new RangeError(`a part of ${part.kind} for the text of ${this.#name}`);
  }

  #appendCodes(part: TextPart, at: PartPosition): void {
    const known = part.isFresh ? [] : (this.#codeOfTaken.get(at.taker) ?? []);
    this.#codeOfTaken.set(at.taker, known);
    const { rows, lines } = part.seenAt;
    part.levels.forEach((level, index) => {
      const code = this.#dictionary.codeOfLevel(level);
      known.push(code);
      this.seen(code, at.rows + (rows[index] ?? 0), at.lines + (lines[index] ?? 0));
    });
    const { codes } = part;
    const needed = this.#length + codes.length;
    if (needed > this.#codes.length) this.#grow(needed);
    const own = this.#codes;
    let length = this.#length;
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i] as number;
      own[length++] = code < 0 ? -1 : (known[code] as number);
    }
    this.#length = needed;
    this.odd.append(part.odd, at);
  }

  finish(): Column {
    const codes = trimmed(this.#codes, this.#length);
    return { kind: 'string', name: this.#name, codes, levels: this.#dictionary.levels };
  }

  /** What is there so far. */
  protected view(): Pick<StringColumn, 'codes' | 'levels'> {
    return { codes: this.#codes.subarray(0, this.#length), levels: this.#dictionary.levels };
  }

  /** Told the code of each cell before it is added, and its row and line; of parts, that of each new level. */
  protected seen(_code: number, _row: number, _line: number): void {}

  /** Where the levels that are taken were first seen; told whether all are to be forgotten after that. */
  protected takeSeen(_isFull: boolean): SeenAt {
    return NOWHERE;
  }

  #appendCells({ bytes, ends, lines }: CellsPart, at: PartPosition): void {
    const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    let start = 0;
    for (let row = 0; row < ends.length; row++) {
      const end = ends[row] as number;
      this.bytes(source, start, end, at.lines + (lines[row] as number));
      start = end;
    }
  }

  /** A code below -1 stands for an odd text. */
  #push(code: number, line: number): void {
    if (code < -1) this.odd.add(this.#dictionary.errorOf(code), this.#length + 1, line);
    this.seen(code, this.#length + 1, line);
    if (this.#length === this.#codes.length) this.#grow(this.#length + 1);
    this.#codes[this.#length++] = Math.max(code, -1);
  }

  #grow(needed: number): void {
    const larger = new Int32Array(Math.max(needed, capacityFor(this.#length, this.#estimate)));
    larger.set(this.#codes.subarray(0, this.#length));
    this.#codes = larger;
  }

  #newDictionary(): TextCodes {
    return new TextCodes((text) => String(decodeText(this.#type, text) ?? ''));
  }
}
