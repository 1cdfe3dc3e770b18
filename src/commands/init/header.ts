import { CsvReader } from '../../data/csv.js';
import { textChunks } from '../../data/text-chunks.js';

const CHUNK_BYTES = 65_536;

/**
 * Column names of a CSV file; no more of it is read than they need.
 * @throws MlxError FILE_NOT_FOUND, FILE_UNREADABLE, DATA_EMPTY, DATA_MALFORMED, HEADER_INVALID
 */
export async function readHeader(path: string): Promise<readonly string[]> {
  const reader = new CsvReader({ name: path });
  for await (const chunk of textChunks(path, { chunkBytes: CHUNK_BYTES })) {
    reader.push(chunk);
    if (reader.header !== undefined) return reader.header;
  }
  reader.end();
  return reader.header ?? [];
}
