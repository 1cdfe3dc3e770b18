import { CsvStream } from './csv-stream.js';
import { withInput } from './input.js';
import type { Input } from './input-name.js';
import { JsonStream } from './json-stream.js';
import { ParquetStream } from './parquet-stream.js';
import type { SourceFile } from './pour-files.js';
import type { SourceOptions } from './reading.js';
import type { RowStream, StreamOptions } from './row-stream.js';

const HEADER_CHUNK_BYTES = 65_536;

/** The rows of one file, of any format. @throws MlxError FILE_*, DATA_EMPTY, DATA_MALFORMED, HEADER_INVALID, USAGE */
export function openStream(
  { path, format }: SourceFile,
  options: StreamOptions & SourceOptions,
): Promise<RowStream> {
  if (format === 'csv') return CsvStream.open(path, options);
  if (format === 'parquet') return ParquetStream.open(path, options);
  return JsonStream.open(path, options);
}

/**
 * The column names of an input's first file; no more of it is read than they need, which is all of a JSON file.
 * @throws MlxError as {@link openStream} does, and FILE_NOT_FOUND for a pattern that nothing matches
 */
export function readHeader(input: Input, options: SourceOptions): Promise<readonly string[]> {
  return withInput(input, options, async ({ files }) => {
    const stream = await openStream(files[0] as SourceFile, {
      ...options,
      chunkBytes: HEADER_CHUNK_BYTES,
      needed: 'all',
    });
    await stream.close();
    return stream.header;
  });
}
