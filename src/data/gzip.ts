import { open } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import { MlxError } from '../errors.js';
import { fileError } from './file.js';

/** The first bytes of a file, fewer where it has not so many; none of a pipe, which would lose them. @throws MlxError FILE_NOT_FOUND, FILE_UNREADABLE */
export async function firstBytes(path: string, count: number): Promise<Buffer> {
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

/** Whether a file begins as gzip files do (RFC 1952, 2.3.1). @throws MlxError FILE_NOT_FOUND, FILE_UNREADABLE */
export async function isGzip(path: string): Promise<boolean> {
  return startsGzip(await firstBytes(path, 2));
}

/** The contents of gzip bytes; a chunk is valid until the next. @throws MlxError DATA_MALFORMED, or as `chunks` does */
export async function* inflated(chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  // zlib reads a chunk after the next one was asked for: it is given copies.
  async function* copies(): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) yield Buffer.from(chunk);
  }
  const gunzip = createGunzip({ chunkSize: 1024 * 1024 });
  pipeline(Readable.from(copies()), gunzip, () => undefined);
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === undefined || !code.startsWith('Z_')) throw thrown;
    throw new MlxError('DATA_MALFORMED', `${name} is a broken gzip file: ${(thrown as Error).message}.`, {
      hint: 'Copy or download it again.',
      cause: thrown,
    });
  }
}

/** Bytes that are looked at to tell what a file is. */
const SNIFFED_BYTES = 4096;

/** How a file begins, as text; of a gzip file, how its contents do. @throws MlxError FILE_NOT_FOUND, FILE_UNREADABLE */
export async function firstText(path: string): Promise<string> {
  const bytes = await firstBytes(path, SNIFFED_BYTES);
  if (!startsGzip(bytes)) return bytes.toString();
  // A part of a gzip file: what can be told from it is enough.
  return gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1 << 24 }).toString();
}

function startsGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}
