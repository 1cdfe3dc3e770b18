import { isUtf8 } from 'node:buffer';
import { MlxError } from '../errors.js';
import type { CellSink } from './cell-sink.js';
import { fileSize } from './file.js';
import { INCOMPLETE, JsonHeader, JsonRow } from './json-row.js';
import { MAX_RECORD_BYTES } from './records.js';
import type { RowStream, StreamOptions } from './row-stream.js';
import { textChunks } from './text-chunks.js';

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const COMMA = 44;

/** A key that the header lacks, met when rows were handed out already: the file must be read with all its keys. */
export class LateKey extends Error {}

/**
 * JSON objects, one after another (JSON lines) or as one array, of names and scalars. A row may lack any key: that
 * cell is missing. A string counts as the text of a CSV cell, so a column of strings such as "39" holds numbers.
 * The header is every key of the first piece of the file; a key that comes up later throws {@link LateKey}, unless
 * `needed` says which are of interest: then the whole file is gone through for its keys first, if need be.
 */
export class JsonStream implements RowStream {
  readonly anomalies = [];
  readonly progress = { read: 0, size: 0 };
  readonly #name: string;
  readonly #options: StreamOptions;
  readonly #row: JsonRow;
  readonly #header = new JsonHeader();
  readonly #chunks: AsyncGenerator<Buffer>;
  /** What was read and not yet handed out begins at `#from`. */
  #bytes = Buffer.alloc(0);
  #from = 0;
  #rows = 0;
  #place: 'start' | 'lines' | 'first' | 'after' | 'next' | 'end' = 'start';
  #isWhole = false;

  private constructor(path: string, size: number, options: StreamOptions) {
    this.#name = path;
    this.#options = options;
    this.progress.size = size;
    this.#row = new JsonRow(path, this.#header);
    this.#chunks = this.#contents(path);
  }

  /** @throws MlxError FILE_*, DATA_EMPTY, DATA_MALFORMED, HEADER_INVALID */
  static async open(path: string, options: StreamOptions): Promise<JsonStream> {
    const stream = new JsonStream(path, await fileSize(path), options);
    try {
      const { needed } = options;
      await stream.#findHeader(needed === 'all');
      if (Array.isArray(needed) && needed.some((name) => !stream.header.includes(name))) {
        await stream.close();
        return await JsonStream.open(path, { ...options, needed: 'all' });
      }
      return stream;
    } catch (thrown) {
      await stream.close();
      throw thrown;
    }
  }

  get header(): readonly string[] {
    return this.#header.names;
  }

  /** Whether no key can come up that the header lacks. */
  get isHeaderWhole(): boolean {
    return this.#isWhole || this.#options.needed === 'all';
  }

  next(): Promise<boolean> {
    return this.#fetch();
  }

  read(sinks: readonly (CellSink | null)[], limit: number): number {
    let rows = 0;
    for (; rows < limit; rows++) {
      const line = this.#advance();
      if (line === undefined) break;
      this.#row.pour(sinks, line);
    }
    if (this.#row.hasLateKey && this.#options.needed === undefined) throw new LateKey();
    return rows;
  }

  async close(): Promise<void> {
    await this.#chunks.return(undefined);
  }

  /** Reads the first piece, or every piece, for its keys, and goes back to where the rows begin. */
  async #findHeader(isWhole: boolean): Promise<void> {
    if (isWhole) await this.#findAllKeys();
    while ((await this.#fetch()) && this.#lookAhead() === 0);
    if (this.#isWhole && this.#rows === 0 && this.#lookAhead() === 0) {
      throw new MlxError('DATA_EMPTY', `${this.#name} is empty: there is no object in it.`, {
        hint: 'Each row is one JSON object of names and plain values.',
      });
    }
    this.#row.isOpen = false;
    const empty = this.header.includes('');
    if (empty || this.header.length === 0) {
      throw new MlxError(
        'HEADER_INVALID',
        `${this.#name}: ${empty ? 'a key is empty' : 'the objects have no keys'}.`,
        {
          hint: 'Give every column a name.',
        },
      );
    }
  }

  async #findAllKeys(): Promise<void> {
    const { hash: _, ...options } = this.#options;
    const scout = new JsonStream(this.#name, 0, options);
    try {
      while (await scout.#fetch()) while (scout.#advance() !== undefined);
    } finally {
      await scout.close();
    }
    for (const name of scout.header) {
      const key = Buffer.from(JSON.stringify(name));
      this.#header.add(key, 0, key.length);
    }
  }

  /** Goes over the rows of the piece and back. @returns how many there are */
  #lookAhead(): number {
    const before = [this.#from, this.#rows, this.#place, this.#row.line] as const;
    let rows = 0;
    while (this.#advance() !== undefined) rows++;
    [this.#from, this.#rows, this.#place, this.#row.line] = before;
    return rows;
  }

  /** Scans the next object; what stands before it is passed for good. @returns the line it begins on; undefined when more bytes are needed, or none is left */
  #advance(): number | undefined {
    if (!this.#toObject()) return undefined;
    const { line } = this.#row;
    try {
      this.#from = this.#row.scan(this.#bytes, this.#from, this.#rows + 1);
    } catch (thrown) {
      if (thrown !== INCOMPLETE) throw thrown;
      this.#row.line = line;
      if (this.#isWhole) throw this.#malformed('the file ends in the middle of a row');
      return undefined;
    }
    this.#rows++;
    this.#place = this.#place === 'lines' ? 'lines' : 'after';
    return line;
  }

  /** Moves to the next object, over brackets and commas of an array; false where the bytes end before. */
  #toObject(): boolean {
    for (; this.#from < this.#bytes.length; this.#from++) {
      const byte = this.#bytes[this.#from] as number;
      if (byte === 10) this.#row.line++;
      const isSpace = byte === 10 || byte === 32 || byte === 9 || byte === 13;
      if (!isSpace && !this.#passes(byte)) return true;
    }
    const isOver = this.#place === 'start' || this.#place === 'lines' || this.#place === 'end';
    if (this.#isWhole && !isOver) throw this.#malformed('the array is not closed');
    return false;
  }

  /** Whether a byte belongs to the array around the objects. */
  #passes(byte: number): boolean {
    switch (this.#place) {
      case 'start':
        this.#place = byte === OPEN_LIST ? 'first' : 'lines';
        return byte === OPEN_LIST;
      case 'first':
        if (byte === CLOSE_LIST) this.#place = 'end';
        return byte === CLOSE_LIST;
      case 'after':
        if (byte !== COMMA && byte !== CLOSE_LIST)
          throw this.#malformed('expected "," or "]" after an object');
        this.#place = byte === COMMA ? 'next' : 'end';
        return true;
      case 'end':
        throw this.#malformed('something follows the end of the array');
      case 'lines':
      case 'next':
        return false;
    }
  }

  /** Adds a chunk to what is left. @returns false when there was none */
  async #fetch(): Promise<boolean> {
    if (this.#isWhole) return false;
    const { value, done } = await this.#chunks.next();
    const rest = this.#bytes.subarray(this.#from);
    if (done === true) {
      this.#isWhole = true;
      this.#bytes = Buffer.concat([rest, Buffer.from('\n')]);
    } else {
      this.#bytes = Buffer.concat([rest, value]);
    }
    this.#from = 0;
    if (this.#bytes.length > MAX_RECORD_BYTES + (value?.length ?? 0)) {
      throw this.#malformed(`a row does not end within ${MAX_RECORD_BYTES >> 20} MiB`);
    }
    return true;
  }

  /** The text in pieces that end between characters. */
  async *#contents(path: string): AsyncGenerator<Buffer> {
    const { encoding, chunkBytes, hash } = this.#options;
    const onBytes = (bytes: Buffer): void => {
      this.progress.read += bytes.length;
      hash?.update(bytes);
    };
    let isFirst = true;
    let tail = Buffer.alloc(0);
    for await (const chunk of textChunks(path, { encoding, chunkBytes, onBytes })) {
      const piece = tail.length === 0 ? chunk : Buffer.concat([tail, chunk]);
      const end = characterEnd(piece);
      tail = Buffer.from(piece.subarray(end));
      if (!isUtf8(piece.subarray(0, end))) throw this.#malformed('the text is not UTF-8');
      yield isFirst && piece.subarray(0, 3).equals(BOM) ? piece.subarray(3, end) : piece.subarray(0, end);
      isFirst = false;
    }
    if (tail.length > 0) throw this.#malformed('the text is not UTF-8');
  }

  #malformed(what: string): MlxError {
    return new MlxError('DATA_MALFORMED', `${this.#name}, line ${this.#row.line}: ${what}.`, {
      hint: 'Write one JSON object a line, or one array of objects, in UTF-8.',
      details: { line: this.#row.line },
    });
  }
}

/** Where the last whole character of UTF-8 ends; the length where the bytes are no UTF-8 anyway. */
function characterEnd(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) break;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}
