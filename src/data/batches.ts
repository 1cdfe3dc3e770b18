import type { CellSink } from './cell-sink.js';
import { type Input, openInput } from './input.js';
import { openStream } from './open-stream.js';
import { refuseEmpty } from './pour.js';
import type { SourceFile } from './pour-files.js';
import type { SourceOptions } from './reading.js';
import type { Schema } from './schema.js';
import { SchemaPlan } from './schema-plan.js';
import { RawSink } from './sinks.js';
import type { Table } from './table.js';
import { requireNames } from './wanted.js';

export interface BatchOptions extends SourceOptions {
  readonly batchRows: number;
  /** Columns of the schema to decode; each must be in the file. */
  readonly columns: readonly string[];
  /** Columns of the file to carry along as text, trimmed and otherwise untouched. */
  readonly extra?: readonly string[] | undefined;
  /** Bytes read at a time; makes no difference to the result. */
  readonly chunkBytes?: number | undefined;
}

export interface TableBatch {
  readonly table: Table;
  readonly extra: ReadonlyMap<string, readonly string[]>;
  /** Row of all that is read, from 0, that the batch begins with. */
  readonly firstRow: number;
}

/**
 * The rows of one or more files, of any format `readTable` reads, in batches of `batchRows`; the last one of a file may
 * be shorter. Memory is bounded by a batch and a piece of the file. Levels are numbered anew in each batch.
 * @throws MlxError what `readTable` with a schema throws; COLUMN_NOT_FOUND for an extra column that is not there
 */
export async function* readBatches(
  input: Input,
  schema: Schema,
  options: BatchOptions,
): AsyncGenerator<TableBatch> {
  const { files, told, close } = await openInput(input, options);
  try {
    let rows = 0;
    for (const file of files) {
      const before = rows;
      for await (const batch of fileBatches(file, schema, options)) {
        yield { ...batch, firstRow: before + batch.firstRow };
        rows = before + batch.firstRow + batch.table.rows;
      }
    }
  } catch (thrown) {
    throw told(thrown);
  } finally {
    await close();
  }
}

async function* fileBatches(
  file: SourceFile,
  schema: Schema,
  options: BatchOptions,
): AsyncGenerator<TableBatch> {
  const { path } = file;
  const { columns, extra = [] } = options;
  const stream = await openStream(file, { ...options, needed: [...columns, ...extra] });
  try {
    let batch = new Batch(path, schema, options, stream.header);
    let firstRow = 0;
    do {
      for (;;) {
        const added = stream.read(batch.sinks, options.batchRows - batch.rows);
        if (added === 0) break;
        batch.rows += added;
        if (batch.rows < options.batchRows) continue;
        yield batch.finish(firstRow);
        firstRow += batch.rows;
        batch = new Batch(path, schema, options, stream.header);
      }
    } while (await stream.next());
    if (batch.rows > 0) yield batch.finish(firstRow);
    refuseEmpty(path, firstRow + batch.rows);
  } finally {
    await stream.close();
  }
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
