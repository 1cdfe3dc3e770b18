import { MlxError } from '../errors.js';
import { CR, type Layout, QUOTE } from './layout.js';

/** Whole records, each ended by the line end. Valid until the cutter is given the next chunk. */
export interface Piece {
  readonly bytes: Buffer;
  /** Whether a quote is among the bytes: only then is there any CSV grammar to obey. */
  readonly hasQuotes: boolean;
}

/** No record is longer: an unclosed quote would otherwise swallow the rest of a huge file. */
export const MAX_RECORD_BYTES = 64 * 1024 * 1024;

/** Where the last byte left off: before a field, in a plain one, in quotes, after the closing quote. */
type Place = 'start' | 'plain' | 'quoted' | 'closed' | 'padded';

/**
 * Cuts chunks of any size at record boundaries outside quotes, so that each piece can be parsed by
 * itself. A quote opens only at the start of a field (RFC 4180); elsewhere it is an ordinary character.
 */
export class RecordCutter {
  readonly #layout: Layout;
  readonly #name: string;
  #buffer = Buffer.alloc(0);
  /** The bytes not yet handed out are `#buffer[#from … #length)`. */
  #from = 0;
  #length = 0;
  #place: Place = 'start';
  #quoteAt = 0;
  #hasQuotes = false;

  constructor(layout: Layout, name: string) {
    this.#layout = layout;
    this.#name = name;
  }

  /**
   * @param line line of the file that the first byte not yet handed out is on
   * @throws MlxError DATA_MALFORMED for text after a closing quote, or a record without an end
   */
  push(chunk: Buffer, line: number): Piece | undefined {
    const scanFrom = this.#append(chunk);
    const bytes = this.#buffer.subarray(0, this.#length);
    const inQuotes = this.#place !== 'start' && this.#place !== 'plain';
    const chunkHasQuotes = chunk.includes(QUOTE);
    this.#hasQuotes ||= chunkHasQuotes;
    const cut =
      chunkHasQuotes || inQuotes ? this.#scan(bytes, scanFrom, line) : this.#lastRecordEnd(bytes, scanFrom);
    if (cut <= 0) {
      if (this.#length > MAX_RECORD_BYTES) throw this.#endless(bytes, line);
      return undefined;
    }
    const piece = { bytes: bytes.subarray(0, cut), hasQuotes: this.#hasQuotes };
    this.#from = cut;
    if (this.#hasQuotes) this.#hasQuotes = bytes.subarray(cut).includes(QUOTE);
    return piece;
  }

  /** What is left once the last chunk was pushed, its line end added. */
  end(line: number): Piece | undefined {
    const rest = this.#buffer.subarray(this.#from, this.#length);
    if (this.#place === 'quoted') {
      const opened = line + countBytes(rest.subarray(0, this.#quoteAt - this.#from), this.#layout.newline);
      throw new MlxError(
        'DATA_MALFORMED',
        `${this.#name}, line ${opened}: a quote is opened and never closed.`,
        {
          hint: 'Close the quote, or write a quote inside a quoted cell twice.',
          details: { line: opened },
        },
      );
    }
    if (rest.length === 0) return undefined;
    const bytes = Buffer.concat([rest, Buffer.from([this.#layout.newline])]);
    this.#from = this.#length;
    return { bytes, hasQuotes: this.#hasQuotes };
  }

  /** Moves what is left to the front and adds the chunk; returns where the chunk begins. */
  #append(chunk: Buffer): number {
    const left = this.#length - this.#from;
    const needed = left + chunk.length;
    const room = needed > this.#buffer.length ? Buffer.allocUnsafe(Math.ceil(needed * 1.25)) : this.#buffer;
    this.#buffer.copy(room, 0, this.#from, this.#length);
    chunk.copy(room, left);
    this.#quoteAt -= this.#from;
    this.#buffer = room;
    this.#from = 0;
    this.#length = needed;
    return left;
  }

  #lastRecordEnd(bytes: Buffer, scanFrom: number): number {
    const { delimiter, newline } = this.#layout;
    const end = bytes.lastIndexOf(newline) + 1;
    const last = bytes.at(-1);
    if (bytes.length > scanFrom) this.#place = last === delimiter || last === newline ? 'start' : 'plain';
    return end > scanFrom ? end : 0;
  }

  /** Walks the grammar over the new bytes; returns the end of the last whole record, 0 when there is none. */
  #scan(bytes: Buffer, scanFrom: number, line: number): number {
    const { delimiter, newline } = this.#layout;
    let place = this.#place;
    let cut = 0;
    for (let i = scanFrom; i < bytes.length; i++) {
      const byte = bytes[i] as number;
      if (place === 'quoted') {
        if (byte === QUOTE) place = 'closed';
      } else if (byte === delimiter) {
        place = 'start';
      } else if (byte === newline) {
        place = 'start';
        cut = i + 1;
      } else if (place === 'start') {
        place = byte === QUOTE ? 'quoted' : 'plain';
        if (byte === QUOTE) this.#quoteAt = i;
      } else if (place === 'closed' && byte === QUOTE) {
        place = 'quoted';
      } else if (place !== 'plain') {
        if (byte !== 32 && byte !== 9 && byte !== CR) throw this.#textAfterQuote(bytes, i, line);
        place = 'padded';
      }
    }
    this.#place = place;
    return cut;
  }

  #textAfterQuote(bytes: Buffer, at: number, line: number): MlxError {
    const where = line + countBytes(bytes.subarray(0, at), this.#layout.newline);
    return new MlxError('DATA_MALFORMED', `${this.#name}, line ${where}: text follows a closing quote.`, {
      hint: 'Write a quote inside a quoted cell twice, and put nothing between the closing quote and the delimiter.',
      details: { line: where },
    });
  }

  #endless(bytes: Buffer, line: number): MlxError {
    const why =
      this.#place === 'quoted'
        ? `a quote opened on line ${line + countBytes(bytes.subarray(0, this.#quoteAt), this.#layout.newline)} is not closed`
        : `the record on line ${line} does not end`;
    return new MlxError('DATA_MALFORMED', `${this.#name}: ${why} within ${MAX_RECORD_BYTES >> 20} MiB.`, {
      hint: 'Check the quotes and the line ends of the file.',
      details: { line },
    });
  }
}

/** How often a byte occurs. */
export function countBytes(bytes: Uint8Array, wanted: number): number {
  let count = 0;
  for (let at = bytes.indexOf(wanted); at !== -1; at = bytes.indexOf(wanted, at + 1)) count++;
  return count;
}
