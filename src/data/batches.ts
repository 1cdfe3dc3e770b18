import type { CellSink } from './cell-sink.js';
import { CsvReader } from './csv.js';
import type { TextEncoding } from './encoding.js';
import { refuseEmpty } from './pour.js';
import type { Schema } from './schema.js';
import { SchemaPlan } from './schema-plan.js';
import { RawSink } from './sinks.js';
import type { Table } from './table.js';
import { textChunks } from './text-chunks.js';
import { requireNames } from './wanted.js';

export interface BatchOptions {
  readonly batchRows: number;
  /** Columns of the schema to decode; each must be in the file. */
  readonly columns: readonly string[];
  /** Columns of the file to carry along as text, trimmed and otherwise untouched. */
  readonly extra?: readonly string[] | undefined;
  /** One ASCII character; sniffed from the header when not given. */
  readonly delimiter?: string | undefined;
  /** One ASCII character; " when not given. */
  readonly quote?: string | undefined;
  /** How the text is encoded; `auto` when not given. */
  readonly encoding?: TextEncoding | undefined;
  /** Bytes read at a time; makes no difference to the result. */
  readonly chunkBytes?: number | undefined;
}

export interface TableBatch {
  readonly table: Table;
  readonly extra: ReadonlyMap<string, readonly string[]>;
  /** Row of the file, from 0, that the batch begins with. */
  readonly firstRow: number;
}

/**
 * The rows of a CSV file in batches of `batchRows` (the last one may be shorter), in memory bounded by a
 * batch and a chunk. Levels are numbered anew in each batch.
 * @throws MlxError what `readTable` with a schema throws; COLUMN_NOT_FOUND for an extra column that is not there
 */
export async function* readBatches(
  path: string,
  schema: Schema,
  options: BatchOptions,
): AsyncGenerator<TableBatch> {
  const { batchRows, delimiter, quote, encoding, chunkBytes } = options;
  const reader = new CsvReader({ name: path, delimiter, quote });
  let batch: Batch | undefined;
  let firstRow = 0;
  function* full(): Generator<TableBatch> {
    if (reader.header === undefined) return;
    batch ??= new Batch(path, schema, options, reader.header);
    for (;;) {
      batch.rows += reader.read(batch.sinks, batchRows - batch.rows);
      if (batch.rows < batchRows) return;
      yield batch.finish(firstRow);
      firstRow += batch.rows;
      batch = new Batch(path, schema, options, reader.header);
    }
  }
  for await (const chunk of textChunks(path, { encoding, chunkBytes })) {
    reader.push(chunk);
    yield* full();
  }
  reader.end();
  yield* full();
  if (batch !== undefined && batch.rows > 0) yield batch.finish(firstRow);
  refuseEmpty(path, firstRow + (batch?.rows ?? 0));
}

/** Room is made for so many rows at once; a larger batch grows as it fills. */
const MAX_PREPARED_ROWS = 65_536;

/** One batch as it fills. */
class Batch {
  rows = 0;
  readonly sinks: readonly (CellSink | null)[];
  readonly #plan: SchemaPlan;
  readonly #extra = new Map<string, RawSink>();

  constructor(path: string, schema: Schema, options: BatchOptions, header: readonly string[]) {
    const { batchRows, columns, extra = [] } = options;
    requireNames(extra, header, path);
    for (const name of extra) this.#extra.set(name, new RawSink());
    this.#plan = new SchemaPlan(schema, path, columns, { rows: Math.min(batchRows, MAX_PREPARED_ROWS) });
    this.sinks = this.#plan.open(header).map((sink, index) => {
      const raw = this.#extra.get(header[index] as string);
      return raw === undefined || sink === null ? (raw ?? sink) : new BothSinks(sink, raw);
    });
  }

  finish(firstRow: number): TableBatch {
    const extra = new Map([...this.#extra].map(([name, sink]) => [name, sink.finish()]));
    return { table: this.#plan.finish(this.rows, firstRow), extra, firstRow };
  }
}

/** For a column that is decoded and carried along too. */
class BothSinks implements CellSink {
  readonly #sinks: readonly CellSink[];

  constructor(...sinks: readonly CellSink[]) {
    this.#sinks = sinks;
  }

  bytes(source: Buffer, start: number, end: number, line: number): void {
    for (const sink of this.#sinks) sink.bytes(source, start, end, line);
  }

  text(cell: string, line: number): void {
    for (const sink of this.#sinks) sink.text(cell, line);
  }
}
