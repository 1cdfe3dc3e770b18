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

/** Where the last byte left off: each is the offset of its row in the table of {@link grammarOf}. */
const RECORD_START = 0;
const FIELD_START = 256;
const PLAIN = 512;
const QUOTED = 768;
const CLOSED = 1024;

/**
 * The place after each byte at each place. A quote opens only at the start of a field (RFC 4180), elsewhere it is
 * an ordinary character; a table, because branches on bytes of this kind are seldom foreseen by the processor.
 */
function grammarOf({ delimiter, newline, quote }: Layout): Uint16Array {
  const next = new Uint16Array(CLOSED + 256).fill(PLAIN);
  next.fill(QUOTED, QUOTED, CLOSED);
  for (const place of [RECORD_START, FIELD_START, PLAIN, CLOSED]) {
    next[place + delimiter] = FIELD_START;
    next[place + newline] = RECORD_START;
  }
  for (const place of [RECORD_START, FIELD_START, CLOSED]) next[place + quote] = QUOTED;
  next[QUOTED + quote] = CLOSED;
  return next;
}

/**
 * Cuts chunks of any size at record ends outside quotes, so that each piece can be read by itself. Whether the
 * text obeys the grammar is for the reader of the piece to say: up to the first fault the cuts are right.
 */
export class RecordCutter {
  readonly #layout: Layout;
  readonly #minBytes: number;
  readonly #grammar: Uint16Array;
  #place = RECORD_START;
  #buffer = Buffer.alloc(0);
  /** The bytes not yet handed out are `#buffer[#from … #length)`, those up to `#cut` whole records. */
  #from = 0;
  #cut = 0;
  #length = 0;

  /** @param minBytes pieces are no smaller, but for the first and the last */
  constructor(layout: Layout, minBytes = 0) {
    this.#layout = layout;
    this.#minBytes = minBytes;
    this.#grammar = grammarOf(layout);
  }

  push(chunk: Buffer): Piece | undefined {
    if (chunk.length === 0) return undefined;
    const isFirst = this.#buffer.length === 0;
    const scanFrom = this.#append(chunk);
    const bytes = this.#buffer.subarray(0, this.#length);
    const isQuoted = this.#place === QUOTED || this.#place === CLOSED;
    if (isQuoted || chunk.includes(this.#layout.quote)) this.#scan(bytes, scanFrom);
    else this.#findEnd(bytes, scanFrom);
    if (this.#cut === 0) return this.#length > MAX_RECORD_BYTES ? { bytes, isEndless: true } : undefined;
    if (this.#cut < this.#minBytes && !isFirst) return undefined;
    this.#from = this.#cut;
    return { bytes: bytes.subarray(0, this.#cut), isEndless: false };
  }

  /** What is left once the last chunk was pushed, its line end added. */
  end(): Piece | undefined {
    const rest = this.#buffer.subarray(this.#from, this.#length);
    if (rest.length === 0) return undefined;
    const isEnded = this.#place === RECORD_START;
    const bytes = isEnded ? rest : Buffer.concat([rest, Buffer.from([this.#layout.newline])]);
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
    this.#cut -= this.#from;
    this.#from = 0;
    this.#length = needed;
    return left;
  }

  /** Moves on over new bytes without a quote. */
  #findEnd(bytes: Buffer, scanFrom: number): void {
    const { delimiter, newline } = this.#layout;
    const end = bytes.lastIndexOf(newline) + 1;
    if (end > scanFrom) this.#cut = end;
    const last = bytes.at(-1);
    this.#place = last === newline ? RECORD_START : last === delimiter ? FIELD_START : PLAIN;
  }

  /** Moves on over new bytes with quotes. */
  #scan(bytes: Buffer, scanFrom: number): void {
    const grammar = this.#grammar;
    let place = this.#place;
    let cut = this.#cut;
    for (let i = scanFrom; i < bytes.length; i++) {
      place = grammar[place + (bytes[i] as number)] as number;
      if (place === RECORD_START) cut = i + 1;
    }
    this.#place = place;
    this.#cut = cut;
  }
}

/** How often a byte occurs. */
export function countBytes(bytes: Uint8Array, wanted: number): number {
  let count = 0;
  for (let at = bytes.indexOf(wanted); at !== -1; at = bytes.indexOf(wanted, at + 1)) count++;
  return count;
}
