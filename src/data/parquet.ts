import { AtomicFile } from './atomic-file.js';
import type { ExtraColumn, FeatureBatch, FeatureWriter } from './feature-writer.js';
import {
  type ColumnBuffer,
  type ColumnChunk,
  type ExtraBuffer,
  FloatBuffer,
  NumberBuffer,
  PHYSICAL,
  Scratch,
  TextBuffer,
} from './parquet-column.js';
import { ThriftWriter } from './thrift.js';

const MAGIC = Buffer.from('PAR1');
/** Bytes of features that are gathered before they are written as a row group. */
const GROUP_BYTES = 8 * 1024 * 1024;
const MIN_GROUP_ROWS = 1024;
const MAX_GROUP_ROWS = 128 * 1024;
/** Rows that are turned from rows into columns at a time: they stay in the processor's cache. */
const TILE_ROWS = 512;

const OPTIONAL = 1;
const UNCOMPRESSED = 0;
const ENCODING = { plain: 0, rle: 3, dictionary: 8 } as const;
const PAGE = { data: 0, dictionary: 2 } as const;

/**
 * A Parquet file that is written row group by row group: a FLOAT column per feature, then the extra columns, numbers
 * as DOUBLE, text as UTF-8, times as TIMESTAMP (UTC, milliseconds). Columns are optional: NaN and missing are null.
 * Few distinct values are written as a dictionary; nothing is compressed beyond that, for floats do not yield and
 * time is dearer. Source: apache/parquet-format, README.md, Encodings.md and parquet.thrift.
 */
export class ParquetFeatures implements FeatureWriter {
  readonly #file: AtomicFile;
  readonly #features: readonly FloatBuffer[];
  readonly #extra: readonly ExtraBuffer[];
  readonly #capacity: number;
  /** Rows in the buffers. */
  #filled = 0;
  #rows = 0;
  #offset = 0;
  /** The row groups as they will stand in the footer. */
  readonly #groups = new ThriftWriter();
  #groupCount = 0;

  private constructor(file: AtomicFile, names: readonly string[], extra: readonly ExtraColumn[]) {
    this.#file = file;
    const rows = Math.floor(GROUP_BYTES / 4 / Math.max(1, names.length));
    this.#capacity = Math.min(MAX_GROUP_ROWS, Math.max(MIN_GROUP_ROWS, rows));
    const scratch = new Scratch(this.#capacity);
    this.#features = names.map((name) => new FloatBuffer(name, this.#capacity, scratch));
    this.#extra = extra.map(({ name, kind }) =>
      kind === 'string'
        ? new TextBuffer(name, this.#capacity, scratch)
        : new NumberBuffer(name, kind, this.#capacity, scratch),
    );
  }

  /** @throws MlxError FILE_UNWRITABLE */
  static async create(
    path: string,
    names: readonly string[],
    extra: readonly ExtraColumn[],
  ): Promise<ParquetFeatures> {
    const features = new ParquetFeatures(await AtomicFile.create(path), names, extra);
    await features.#put(MAGIC);
    return features;
  }

  async write({ matrix, rows, extra }: FeatureBatch): Promise<void> {
    for (let from = 0; from < rows; ) {
      const count = Math.min(rows - from, this.#capacity - this.#filled);
      this.#transpose(matrix, from, count);
      for (const [index, buffer] of this.#extra.entries()) {
        const column = extra[index];
        if (column !== undefined) buffer.fill(column, from, count, this.#filled);
      }
      this.#filled += count;
      from += count;
      if (this.#filled === this.#capacity) await this.#endGroup();
    }
  }

  async close(): Promise<void> {
    if (this.#filled > 0) await this.#endGroup();
    const footer = this.#footer();
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32LE(footer.length);
    for (const part of [footer, length, MAGIC]) await this.#put(part);
    await this.#file.commit();
  }

  discard(): Promise<void> {
    return this.#file.discard();
  }

  #transpose(matrix: Float32Array, from: number, count: number): void {
    const width = this.#features.length;
    for (let tile = 0; tile < count; tile += TILE_ROWS) {
      const end = Math.min(tile + TILE_ROWS, count);
      for (let column = 0; column < width; column++) {
        const { values } = this.#features[column] as FloatBuffer;
        let at = (from + tile) * width + column;
        for (let row = tile; row < end; row++, at += width) values[this.#filled + row] = matrix[at] as number;
      }
    }
  }

  async #endGroup(): Promise<void> {
    const rows = this.#filled;
    const start = this.#offset;
    const chunks: WrittenChunk[] = [];
    for (const buffer of [...this.#features, ...this.#extra]) {
      chunks.push(await this.#writeChunk(buffer, rows));
    }
    this.#groups.element(() => {
      this.#groups.structs(1, chunks.length);
      for (const chunk of chunks) putChunk(this.#groups, chunk, rows);
      this.#groups.i64(2, this.#offset - start);
      this.#groups.i64(3, rows);
    });
    this.#groupCount++;
    this.#rows += rows;
    this.#filled = 0;
  }

  async #writeChunk(buffer: ColumnBuffer, rows: number): Promise<WrittenChunk> {
    const start = this.#offset;
    const { dictionary, page } = buffer.encode(rows);
    if (dictionary !== null) {
      await this.#put(pageHeader(PAGE.dictionary, dictionary.bytes.length, dictionary.size, ENCODING.plain));
      await this.#put(dictionary.bytes);
    }
    const data = this.#offset;
    const bytes = page.reduce((sum, part) => sum + part.length, 0);
    await this.#put(pageHeader(PAGE.data, bytes, rows, encodingOf(dictionary)));
    for (const part of page) await this.#put(part);
    return { buffer, start, data, bytes: this.#offset - start, encoding: encodingOf(dictionary) };
  }

  #footer(): Uint8Array {
    const thrift = new ThriftWriter();
    const buffers = [...this.#features, ...this.#extra];
    thrift.element(() => {
      thrift.i32(1, 1);
      thrift.structs(2, buffers.length + 1);
      thrift.element(() => {
        thrift.text(4, 'features');
        thrift.i32(5, buffers.length);
      });
      for (const buffer of buffers) putColumn(thrift, buffer);
      thrift.i64(3, this.#rows);
      thrift.structs(4, this.#groupCount);
      thrift.raw(this.#groups.bytes);
      thrift.text(6, 'mlx');
    });
    return thrift.bytes;
  }

  async #put(bytes: Uint8Array): Promise<void> {
    this.#offset += bytes.length;
    await this.#file.bytes(bytes);
  }
}

interface WrittenChunk {
  readonly buffer: ColumnBuffer;
  readonly start: number;
  /** Where the data page begins: behind the dictionary page, if there is one. */
  readonly data: number;
  readonly bytes: number;
  readonly encoding: number;
}

function encodingOf(dictionary: ColumnChunk['dictionary']): number {
  return dictionary === null ? ENCODING.plain : ENCODING.dictionary;
}

function pageHeader(type: number, bytes: number, values: number, encoding: number): Uint8Array {
  const thrift = new ThriftWriter();
  thrift.element(() => {
    thrift.i32(1, type);
    thrift.i32(2, bytes);
    thrift.i32(3, bytes);
    thrift.struct(type === PAGE.data ? 5 : 7, () => {
      thrift.i32(1, values);
      thrift.i32(2, encoding);
      if (type !== PAGE.data) return;
      thrift.i32(3, ENCODING.rle);
      thrift.i32(4, ENCODING.rle);
    });
  });
  return thrift.bytes;
}

/** A column of the schema. */
function putColumn(thrift: ThriftWriter, { name, physical }: ColumnBuffer): void {
  thrift.element(() => {
    thrift.i32(1, physical);
    thrift.i32(3, OPTIONAL);
    thrift.text(4, name);
    if (physical === PHYSICAL.bytes) {
      thrift.i32(6, 0);
      thrift.struct(10, () => thrift.struct(1, () => undefined));
    }
    if (physical === PHYSICAL.int64) {
      thrift.i32(6, 9);
      thrift.struct(10, () =>
        thrift.struct(8, () => {
          thrift.boolean(1, true);
          thrift.struct(2, () => thrift.struct(1, () => undefined));
        }),
      );
    }
  });
}

/** A column of a row group. */
function putChunk(
  thrift: ThriftWriter,
  { buffer, start, data, bytes, encoding }: WrittenChunk,
  rows: number,
): void {
  thrift.element(() => {
    thrift.i64(2, start);
    thrift.struct(3, () => {
      thrift.i32(1, buffer.physical);
      thrift.i32s(2, [...new Set([ENCODING.plain, ENCODING.rle, encoding])]);
      thrift.texts(3, [buffer.name]);
      thrift.i32(4, UNCOMPRESSED);
      thrift.i64(5, rows);
      thrift.i64(6, bytes);
      thrift.i64(7, bytes);
      thrift.i64(9, data);
      if (start !== data) thrift.i64(11, start);
    });
  });
}
