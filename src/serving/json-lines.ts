import { MlxError } from '../errors.js';
import { parseJsonBody } from './body.js';
import { decodeRow, type Row, type RowDecoder } from './decode.js';

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Reads rows of newline-delimited JSON as its bytes arrive; empty lines are passed over. */
export class JsonLines {
  readonly #decoder: RowDecoder;
  readonly #limit: number;
  /** The beginning of a line whose end has not come yet. */
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #rows = 0;

  /** @param limit bytes that a line may have; a longer one is refused, and forgotten as it arrives */
  constructor(decoder: RowDecoder, limit: number) {
    this.#decoder = decoder;
    this.#limit = limit;
  }

  /** The rows whose lines are whole with these bytes; a bad line is the error instead. */
  push(bytes: Buffer): (Row | MlxError)[] {
    const rows: (Row | MlxError)[] = [];
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      this.#keep(bytes.subarray(start, end));
      this.#take(rows);
      start = end + 1;
    }
    this.#keep(bytes.subarray(start));
    return rows;
  }

  /** The last row, where no line end came after it. */
  end(): (Row | MlxError)[] {
    const rows: (Row | MlxError)[] = [];
    this.#take(rows);
    return rows;
  }

  #keep(bytes: Buffer): void {
    this.#pendingBytes += bytes.length;
    if (this.#pendingBytes > this.#limit) this.#pending = [];
    else if (bytes.length > 0) this.#pending.push(bytes);
  }

  #take(rows: (Row | MlxError)[]): void {
    const size = this.#pendingBytes;
    const [first] = this.#pending;
    const line = this.#pending.length === 1 && first !== undefined ? first : Buffer.concat(this.#pending);
    this.#pending = [];
    this.#pendingBytes = 0;
    if (size > this.#limit) rows.push(this.#tooLong(size));
    else if (!isEmpty(line)) rows.push(this.#decode(line));
  }

  #decode(line: Buffer): Row | MlxError {
    const field = `rows[${this.#rows++}]`;
    try {
      return decodeRow(this.#decoder, parseJsonBody(line, 'The line'), field);
    } catch (error) {
      if (error instanceof MlxError) return error;
      throw error;
    }
  }

  #tooLong(bytes: number): MlxError {
    this.#rows++;
    return new MlxError('REQUEST_TOO_LARGE', `The line has ${bytes} bytes; the limit is ${this.#limit}.`, {
      hint: 'Write one row a line.',
      details: { limit: this.#limit },
    });
  }
}

function isEmpty(line: Buffer): boolean {
  return line.length === 0 || (line.length === 1 && line[0] === CARRIAGE_RETURN);
}
