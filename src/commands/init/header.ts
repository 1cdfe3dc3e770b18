import { open } from 'node:fs/promises';
import { CsvReader } from '../../data/csv.js';
import { fileError } from '../../data/file.js';

const CHUNK_BYTES = 65_536;

/**
 * Column names of a CSV file; no more of it is read than they need.
 * @throws MlxError FILE_UNREADABLE, DATA_EMPTY, DATA_MALFORMED, HEADER_INVALID
 */
export async function readHeader(path: string): Promise<readonly string[]> {
  try {
    const file = await open(path);
    try {
      const reader = new CsvReader({ name: path });
      while (reader.header === undefined) {
        const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES);
        if (bytesRead > 0) reader.push(buffer.subarray(0, bytesRead));
        else reader.end();
      }
      return reader.header;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw fileError(path, error);
  }
}
