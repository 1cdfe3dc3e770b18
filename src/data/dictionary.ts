import { CellError } from './cell.js';

/** Longer texts are seldom repeated: they are looked up as strings only. */
const MAX_CACHED_BYTES = 64;
/** Spellings that are recognised by their bytes; a column of free text has no use for more. */
const MAX_CACHED = 1 << 16;
const SLOTS = MAX_CACHED * 2;

/**
 * Codes for distinct texts in order of first appearance. Repeated cells are recognised by their bytes, so
 * that no string is made of them. Several spellings (` a`, `a`) may share a code.
 *
 * A code is an index into `levels`, -1 for missing, or below -1 for a text that does not decode.
 */
export class TextCodes {
  readonly #decode: (text: string) => string;
  readonly #levels: string[] = [];
  readonly #codeOfLevel = new Map<string, number>();
  readonly #codeOfOdd = new Map<string, number>();
  readonly #errors: CellError[] = [];
  /** Hash table: slot → cached spelling + 1. */
  #slots = new Int32Array(64);
  readonly #hashes: number[] = [];
  readonly #codes: number[] = [];
  /** The cached spellings one after the other, and where each begins. */
  #bytes = Buffer.alloc(256);
  readonly #starts: number[] = [0];

  /** @param decode text to level, '' for missing; throws CellError for text that is odd */
  constructor(decode: (text: string) => string) {
    this.#decode = decode;
  }

  get levels(): readonly string[] {
    return this.#levels;
  }

  errorOf(code: number): CellError {
    const error = this.#errors[-2 - code];
    if (error === undefined) throw new RangeError(`no odd text has the code ${code}`);
    return error;
  }

  codeOfBytes(source: Buffer, start: number, end: number): number {
    if (start === end) return -1;
    if (end - start > MAX_CACHED_BYTES) return this.#codeOf(source.toString('utf8', start, end));
    const hash = hashBytes(source, start, end);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let entry = this.#slots[slot] as number; entry !== 0; entry = this.#slots[slot] as number) {
      if (this.#hashes[entry - 1] === hash && this.#isSpelling(entry - 1, source, start, end))
        return this.#codes[entry - 1] as number;
      slot = (slot + 1) & mask;
    }
    const code = this.#codeOf(source.toString('utf8', start, end));
    if (this.#codes.length < MAX_CACHED) {
      this.#hashes.push(hash);
      this.#slots[slot] = this.#codes.push(code);
      this.#keep(source, start, end);
      if (this.#codes.length * 2 > this.#slots.length && this.#slots.length < SLOTS) this.#rehash();
    }
    return code;
  }

  /** For text that is cut from a longer one, which a new level must not keep alive: it is copied. */
  codeOfText(text: string): number {
    return this.#codeOfLevel.get(text) ?? this.#codeOf(Buffer.from(text).toString());
  }

  /** For a text that was decoded already. */
  codeOfLevel(level: string): number {
    const known = this.#codeOfLevel.get(level);
    if (known !== undefined) return known;
    const code = this.#levels.push(level) - 1;
    this.#codeOfLevel.set(level, code);
    return code;
  }

  #codeOf(text: string): number {
    const known = this.#codeOfLevel.get(text);
    if (known !== undefined) return known;
    let level: string;
    try {
      level = this.#decode(text);
    } catch (error) {
      if (!(error instanceof CellError)) throw error;
      return this.#oddCode(text, error);
    }
    if (level === '') return -1;
    if (level !== text) return this.codeOfLevel(level);
    const code = this.#levels.push(level) - 1;
    this.#codeOfLevel.set(level, code);
    return code;
  }

  #oddCode(text: string, error: CellError): number {
    const code = this.#codeOfOdd.get(text) ?? -1 - this.#errors.push(error);
    this.#codeOfOdd.set(text, code);
    return code;
  }

  #isSpelling(index: number, source: Buffer, start: number, end: number): boolean {
    const known = this.#bytes;
    const from = this.#starts[index] as number;
    if ((this.#starts[index + 1] as number) - from !== end - start) return false;
    for (let i = start, j = from; i < end; i++, j++) if (known[j] !== source[i]) return false;
    return true;
  }

  #keep(source: Buffer, start: number, end: number): void {
    const from = this.#starts[this.#starts.length - 1] as number;
    const needed = from + end - start;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(needed * 2);
      this.#bytes.copy(larger, 0, 0, from);
      this.#bytes = larger;
    }
    source.copy(this.#bytes, from, start, end);
    this.#starts.push(needed);
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    const mask = this.#slots.length - 1;
    this.#hashes.forEach((hash, index) => {
      let slot = hash & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = index + 1;
    });
  }
}

/** FNV-1a with a final mix, for the low bits pick the slot. */
function hashBytes(source: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (source[i] as number), 0x01000193);
  return hash ^ (hash >>> 15);
}
