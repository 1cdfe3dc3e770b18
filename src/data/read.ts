import { createHash } from 'node:crypto';
import type { RowEstimate } from './column-sink.js';
import { withCrew } from './crew.js';
import { inferFile } from './infer-file.js';
import { pourFile, pourText } from './pour.js';
import type { ReadOptions, ReadResult } from './reading.js';
import type { Schema } from './schema.js';
import { SchemaPlan } from './schema-plan.js';
import type { Table } from './table.js';

export { type BatchOptions, readBatches, type TableBatch } from './batches.js';
export { TEXT_ENCODINGS, type TextEncoding } from './encoding.js';
export type { ReadOptions, ReadResult } from './reading.js';

/**
 * Reads a CSV file into a table. Without a schema the types come from every row; with one, each cell must
 * decode, each feature (or each of `columns`) must be there, and other columns of the file are passed over.
 * @throws MlxError FILE_NOT_FOUND, FILE_UNREADABLE, DATA_EMPTY, DATA_MALFORMED, HEADER_INVALID; DATA_INVALID
 *   where the file does not fit the schema; COLUMN_NOT_FOUND for an option that names no column; USAGE
 */
export async function readTable(path: string, options: ReadOptions = {}): Promise<ReadResult> {
  const { schema } = options;
  if (schema === undefined) return inferFile(path, options);
  const { columns, delimiter, quote, encoding, chunkBytes } = options;
  const hash = createHash('sha256');
  const estimate: RowEstimate = { rows: 0 };
  const plan = new SchemaPlan(schema, path, columns, estimate);
  const { rows, bytes } = await withCrew(path, options.workers, (crew) =>
    pourFile(path, (header) => plan.open(header), {
      delimiter,
      quote,
      encoding,
      chunkBytes,
      hash,
      estimate,
      crew,
    }),
  );
  return { table: plan.finish(rows), schema, digest: hash.digest('hex'), bytes, anomalies: [] };
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
