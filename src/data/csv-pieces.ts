import { type Header, readHeader } from './header.js';
import { type LayoutHints, layoutHints } from './layout.js';
import type { CsvSource } from './piece.js';
import { type Piece, RecordCutter } from './records.js';

export interface CsvOptions {
  /** How messages call the text: a path, or 'the request body'. */
  readonly name: string;
  /** One character; found from the header when not given. */
  readonly delimiter?: string | undefined;
  /** One character; " when not given. */
  readonly quote?: string | undefined;
}

/** A piece has so many bytes for each column, so that what is done by piece and column does not weigh. */
const MIN_COLUMN_BYTES = 400;

/** Cuts the text of a table as its bytes arrive: into the header, and pieces of whole records. */
export class CsvPieces {
  readonly #name: string;
  readonly #hints: LayoutHints;
  /** Bytes up to the header's end, until the header is known. */
  #head: Buffer | undefined = Buffer.alloc(0);
  #header: Header | undefined;
  #cutter: RecordCutter | undefined;
  #source: CsvSource | undefined;

  /** @throws MlxError USAGE */
  constructor(options: CsvOptions) {
    this.#name = options.name;
    this.#hints = layoutHints(options.name, options);
  }

  /** The header once enough bytes were pushed to know it. */
  get header(): Header | undefined {
    return this.#header;
  }

  /** What the pieces are of; there is none before the first piece. */
  get source(): CsvSource {
    if (this.#source === undefined) throw new RangeError('no header was read yet');
    return this.#source;
  }

  /** @returns the records that are whole now, if any; @throws MlxError DATA_MALFORMED, HEADER_INVALID */
  push(chunk: Buffer): Piece | undefined {
    const body = this.#head === undefined ? chunk : this.#pushHead(this.#head, chunk, false);
    return this.#cutter?.push(body);
  }

  /** @returns what is left; @throws MlxError DATA_EMPTY when there is no header, and as `push` does */
  end(): Piece | undefined {
    if (this.#head !== undefined) this.#pushHead(this.#head, Buffer.alloc(0), true);
    return this.#cutter?.end();
  }

  /** The bytes after the header, once it is whole. */
  #pushHead(head: Buffer, chunk: Buffer, isWhole: boolean): Buffer {
    const bytes = Buffer.concat([head, chunk]);
    const header = readHeader(bytes, isWhole, this.#hints, this.#name);
    this.#header = header;
    this.#head = header === undefined ? bytes : undefined;
    if (header === undefined) return Buffer.alloc(0);
    const { delimiter, newline, quote } = header;
    this.#source = { name: this.#name, layout: { delimiter, newline, quote }, first: bytes.subarray(0, 16) };
    this.#cutter = new RecordCutter(this.#source.layout, header.names.length * MIN_COLUMN_BYTES);
    return bytes.subarray(header.end);
  }
}
