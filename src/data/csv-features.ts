import { once } from 'node:events';
import { createGzip, type Gzip } from 'node:zlib';
import { csvCell, csvLine } from '../csv-line.js';
import { AtomicFile } from './atomic-file.js';
import type { FeatureBatch, FeatureWriter } from './feature-writer.js';
import { FloatText } from './float-text.js';
import { type Column, cellText } from './table.js';

/** Rows of float32 features and extra columns as CSV by RFC 4180, with line feeds. */
export class CsvFeatures implements FeatureWriter {
  readonly #sink: ByteSink;
  /** One is filled while the other is on its way to the disk. */
  #texts: readonly [FloatText, FloatText] = [new FloatText(), new FloatText()];
  #pending: Promise<void> = Promise.resolve();

  private constructor(sink: ByteSink) {
    this.#sink = sink;
  }

  /** @throws MlxError FILE_UNWRITABLE */
  static async create(path: string, header: readonly string[], isGzip: boolean): Promise<CsvFeatures> {
    const file = await AtomicFile.create(path);
    const features = new CsvFeatures(isGzip ? new GzipSink(file) : file);
    features.#texts[0].text(csvLine(header));
    return features;
  }

  async write({ matrix, rows, extra }: FeatureBatch): Promise<void> {
    const width = rows === 0 ? 0 : matrix.length / rows;
    const writers = extra.map(cellWriter);
    for (let row = 0; row < rows; row++) {
      const [text] = this.#texts;
      text.floats(matrix, row * width, width);
      writers.forEach((writeCell, index) => {
        if (width + index > 0) text.comma();
        writeCell(text, row);
      });
      text.newline();
      if (text.isFull) await this.#flush();
    }
  }

  async close(): Promise<void> {
    await this.#flush();
    await this.#pending;
    await this.#sink.commit();
  }

  async discard(): Promise<void> {
    await this.#pending.catch(() => undefined);
    await this.#sink.discard();
  }

  async #flush(): Promise<void> {
    await this.#pending;
    const [full, empty] = this.#texts;
    this.#pending = this.#sink.bytes(full.take());
    // Told by whoever waits for it next.
    this.#pending.catch(() => undefined);
    this.#texts = [empty, full];
  }
}

/** Columns with more levels have their cells encoded one by one: that would not be worth the room. */
const MAX_ENCODED_LEVELS = 4096;

/** The cells of an extra column, one after another. */
function cellWriter(column: Column): (text: FloatText, row: number) => void {
  if (column.kind === 'number') return (text, row) => text.double(column.values[row] as number);
  if (column.kind === 'time' || column.levels.length > MAX_ENCODED_LEVELS) {
    return (text, row) => text.text(csvCell(cellText(column, row)));
  }
  const levels = column.levels.map((level) => Buffer.from(csvCell(level)));
  return (text, row) => {
    const level = levels[column.codes[row] as number];
    if (level !== undefined) text.encoded(level);
  };
}

type ByteSink = Pick<AtomicFile, 'bytes' | 'commit' | 'discard'>;

/** Compresses on a thread of its own, at the level at which the disk is not waited for. */
class GzipSink implements ByteSink {
  readonly #file: AtomicFile;
  readonly #gzip: Gzip = createGzip({ level: 1 });
  /** Takes over what comes out; rejected when the file cannot be written. */
  readonly #written: Promise<void>;

  constructor(file: AtomicFile) {
    this.#file = file;
    this.#written = this.#drain();
    this.#written.catch(() => undefined);
  }

  async bytes(bytes: Uint8Array): Promise<void> {
    // zlib reads the buffer later: it is given its own.
    if (!this.#gzip.write(Buffer.from(bytes))) await Promise.race([once(this.#gzip, 'drain'), this.#written]);
  }

  async commit(): Promise<void> {
    this.#gzip.end();
    await this.#written;
    await this.#file.commit();
  }

  async discard(): Promise<void> {
    this.#gzip.destroy();
    await this.#written.catch(() => undefined);
    await this.#file.discard();
  }

  async #drain(): Promise<void> {
    for await (const piece of this.#gzip) await this.#file.bytes(piece as Buffer);
  }
}
