import type { RowEstimate } from './column-sink.js';
import { inferRows } from './infer-rows.js';
import { type Input, type OpenInput, withInput } from './input.js';
import { LateKey } from './json-stream.js';
import { pourText } from './pour.js';
import { pourFiles, type SourceFile } from './pour-files.js';
import type { ReadOptions, ReadResult } from './reading.js';
import type { Schema } from './schema.js';
import { SchemaPlan } from './schema-plan.js';
import type { Table } from './table.js';

export { type BatchOptions, readBatches, type TableBatch } from './batches.js';
export type { Input } from './input.js';
export type { ReadOptions, ReadResult, SourceOptions } from './reading.js';

/**
 * Reads a table from CSV, JSON (an object a line, or an array of objects; either may be gzip) or Parquet. Without a
 * schema the types come from every row; with one, each cell must decode, each feature (or each of `columns`) must be
 * there, and other columns of the file are passed over. A cell means the same in every format: a JSON value or a
 * Parquet one is read as the text that a CSV file would have for it.
 * @param input a path, a pattern (`data/*.csv`), `-` for standard input, or several of them, read one after another as
 *   one table; their columns must be the same, in any order
 * @throws MlxError FILE_NOT_FOUND, FILE_UNREADABLE, DATA_EMPTY, DATA_MALFORMED, HEADER_INVALID; DATA_INVALID where a
 *   file does not fit the schema or the other files; COLUMN_NOT_FOUND for an option that names no column; USAGE
 */
export function readTable(input: Input, options: ReadOptions = {}): Promise<ReadResult> {
  return withInput(input, options, (open) => readOpen(open, options));
}

/** Reads an input that is open, and leaves it so: it may be read again. @throws MlxError as {@link readTable} */
export async function readOpen({ name, files }: OpenInput, options: ReadOptions): Promise<ReadResult> {
  try {
    return await read(name, files, options, false);
  } catch (thrown) {
    if (!(thrown instanceof LateKey)) throw thrown;
    return read(name, files, options, true);
  }
}

async function read(
  name: string,
  files: readonly SourceFile[],
  options: ReadOptions,
  areKeysKnown: boolean,
): Promise<ReadResult> {
  const { schema, columns } = options;
  if (schema === undefined) return inferRows(name, files, options, areKeysKnown);
  const estimate: RowEstimate = { rows: 0 };
  const plan = new SchemaPlan(schema, name, columns, estimate);
  const poured = await pourFiles(files, (header) => plan.open(header), {
    ...options,
    estimate,
    areKeysKnown,
  });
  plan.locate(poured.files);
  const { rows, digest, bytes, anomalies } = poured;
  return { table: plan.finish(rows), schema, digest, bytes, anomalies };
}

/**
 * A table from CSV text, header first, by a schema: the body of a request, say.
 * @throws MlxError DATA_EMPTY, DATA_MALFORMED, HEADER_INVALID, DATA_INVALID
 */
export function parseTableText(text: string, schema: Schema): Table {
  const plan = new SchemaPlan(schema, 'the CSV text', undefined, { rows: 0 });
  const rows = pourText(text, 'the CSV text', (header) => plan.open(header));
  return plan.finish(rows);
}
