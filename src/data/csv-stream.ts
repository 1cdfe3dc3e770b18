import type { CellSink } from './cell-sink.js';
import { type CsvOptions, CsvReader } from './csv.js';
import { fileSize } from './file.js';
import type { RowStream, StreamOptions } from './row-stream.js';
import { textChunks } from './text-chunks.js';

type CsvStreamOptions = StreamOptions & Omit<CsvOptions, 'name'>;

/** The rows of a CSV file. */
export class CsvStream implements RowStream {
  readonly anomalies = [];
  readonly progress: { read: number; readonly size: number };
  readonly #reader: CsvReader;
  readonly #chunks: AsyncGenerator<Buffer>;
  #isWhole = false;

  private constructor(path: string, size: number, options: CsvStreamOptions) {
    this.progress = { read: 0, size };
    this.#reader = new CsvReader({ name: path, delimiter: options.delimiter, quote: options.quote });
    const { encoding, chunkBytes } = options;
    const onBytes = (bytes: Buffer): void => {
      this.progress.read += bytes.length;
    };
    this.#chunks = textChunks(path, { encoding, chunkBytes, onBytes });
  }

  /** @throws MlxError FILE_*, DATA_EMPTY, DATA_MALFORMED, HEADER_INVALID */
  static async open(path: string, options: CsvStreamOptions): Promise<CsvStream> {
    const stream = new CsvStream(path, await fileSize(path), options);
    try {
      while (stream.#reader.header === undefined && (await stream.next()));
      return stream;
    } catch (thrown) {
      await stream.close();
      throw thrown;
    }
  }

  get header(): readonly string[] {
    return this.#reader.header ?? [];
  }

  async next(): Promise<boolean> {
    if (this.#isWhole) return false;
    const { value, done } = await this.#chunks.next();
    this.#isWhole = done === true;
    if (done === true) this.#reader.end();
    else this.#reader.push(value);
    return true;
  }

  read(sinks: readonly (CellSink | null)[], limit: number): number {
    return this.#reader.read(sinks, limit);
  }

  async close(): Promise<void> {
    await this.#chunks.return(undefined);
  }
}
