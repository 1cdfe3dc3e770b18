import { open } from 'node:fs/promises';
import { constants, gunzipSync } from 'node:zlib';
import { fileError } from './file.js';
import { isGzip } from './gunzip.js';

/** The first bytes of a file, fewer where it has not so many; none of a pipe, which would lose them. */
async function firstBytes(path: string, count: number): Promise<Buffer> {
  try {
    const file = await open(path, 'r');
    try {
      if (!(await file.stat()).isFile()) return Buffer.alloc(0);
      const { bytesRead, buffer } = await file.read(Buffer.alloc(count), 0, count, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (thrown) {
    throw fileError(path, thrown);
  }
}

/** Bytes that are looked at to tell what a file is. */
const SNIFFED_BYTES = 4096;

/**
 * How a file begins, as text; of a gzip file, how its contents do: nothing where it is damaged, which whoever reads it
 * is told. @throws MlxError FILE_NOT_FOUND, FILE_UNREADABLE
 */
export async function firstText(path: string): Promise<string> {
  const bytes = await firstBytes(path, SNIFFED_BYTES);
  if (!isGzip(bytes)) return bytes.toString();
  try {
    // A part of a gzip file: what can be told from it is enough.
    return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1 << 24 }).toString();
  } catch {
    return '';
  }
}
