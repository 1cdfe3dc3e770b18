import type { Layout } from './layout.js';

/** Whole records, each ended by the line end. */
export interface Piece {
  /** Valid until the cutter is given the next chunk. */
  readonly bytes: Buffer;
  /** Whether it is the beginning of a record that is longer than any may be. */
  readonly isEndless: boolean;
}

/** No record is longer: an unclosed quote would otherwise swallow the rest of a huge file. */
export const MAX_RECORD_BYTES = 64 * 1024 * 1024;

/**
 * Cuts chunks of any size at record ends outside quotes, so that each piece can be read by itself. A quote opens
 * only at the start of a field (RFC 4180); elsewhere it is an ordinary character. Whether the text obeys the
 * grammar is for the reader of the piece to say: up to the first fault the cuts are right.
 */
export class RecordCutter {
  readonly #layout: Layout;
  #buffer = Buffer.alloc(0);
  /** The bytes not yet handed out are `#buffer[#from … #length)`. */
  #from = 0;
  #length = 0;
  #isQuoted = false;
  /** Whether the last byte closed a quote: another quote after it is an escaped one. */
  #justClosed = false;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  push(chunk: Buffer): Piece | undefined {
    if (chunk.length === 0) return undefined;
    const { newline, quote } = this.#layout;
    const scanFrom = this.#append(chunk);
    const bytes = this.#buffer.subarray(0, this.#length);
    let cut: number;
    if (this.#isQuoted || chunk.includes(quote)) {
      cut = this.#scan(bytes, scanFrom);
    } else {
      this.#justClosed = false;
      cut = bytes.lastIndexOf(newline) + 1;
      if (cut <= scanFrom) cut = 0;
    }
    if (cut === 0) return this.#length > MAX_RECORD_BYTES ? { bytes, isEndless: true } : undefined;
    this.#from = cut;
    return { bytes: bytes.subarray(0, cut), isEndless: false };
  }

  /** What is left once the last chunk was pushed, its line end added. */
  end(): Piece | undefined {
    const rest = this.#buffer.subarray(this.#from, this.#length);
    if (rest.length === 0) return undefined;
    const bytes = Buffer.concat([rest, Buffer.from([this.#layout.newline])]);
    this.#from = this.#length;
    return { bytes, isEndless: false };
  }

  /** Moves what is left to the front and adds the chunk; returns where the chunk begins. */
  #append(chunk: Buffer): number {
    const left = this.#length - this.#from;
    const needed = left + chunk.length;
    const room =
      needed > this.#buffer.length ? Buffer.allocUnsafeSlow(Math.ceil(needed * 1.25)) : this.#buffer;
    this.#buffer.copy(room, 0, this.#from, this.#length);
    chunk.copy(room, left);
    this.#buffer = room;
    this.#from = 0;
    this.#length = needed;
    return left;
  }

  /** Follows the quotes of the new bytes; returns the end of the last whole record, 0 when there is none. */
  #scan(bytes: Buffer, scanFrom: number): number {
    const { delimiter, newline, quote } = this.#layout;
    let isQuoted = this.#isQuoted;
    let closedAt = this.#justClosed ? scanFrom - 1 : -2;
    let cut = 0;
    for (let i = scanFrom; i < bytes.length; i++) {
      const byte = bytes[i] as number;
      if (byte === quote) {
        if (isQuoted) {
          isQuoted = false;
          closedAt = i;
        } else {
          const before = i === 0 ? newline : bytes[i - 1];
          isQuoted = before === delimiter || before === newline || closedAt === i - 1;
        }
      } else if (byte === newline && !isQuoted) cut = i + 1;
    }
    this.#isQuoted = isQuoted;
    this.#justClosed = closedAt === bytes.length - 1;
    return cut;
  }
}

/** How often a byte occurs. */
export function countBytes(bytes: Uint8Array, wanted: number): number {
  let count = 0;
  for (let at = bytes.indexOf(wanted); at !== -1; at = bytes.indexOf(wanted, at + 1)) count++;
  return count;
}
