import { createHash } from 'node:crypto';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { MlxError, toMlxError } from '../errors.js';

/** Bytes read at a time: large enough that per-chunk costs vanish, small beside any table. */
export const CHUNK_BYTES = 1024 * 1024;

/** The MlxError for a system error on `path`, which its message names. */
export function fileError(path: string, thrown: unknown): MlxError {
  if (thrown instanceof MlxError) return thrown;
  const known = toMlxError(thrown);
  const code = (thrown as NodeJS.ErrnoException).code;
  const isSystemError = known.code === 'INTERNAL' && code !== undefined;
  const why: Readonly<Record<string, string>> = {
    ENOENT: 'no such file',
    ENOTDIR: 'a part of the path is not a folder',
    EISDIR: 'it is a folder, not a file',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    ENOSPC: 'no space is left on the device',
  };
  const reason = (code === undefined ? undefined : why[code]) ?? known.message;
  return new MlxError(isSystemError ? 'FILE_UNREADABLE' : known.code, `${path}: ${reason}`, {
    cause: thrown,
    details: { path },
    ...(known.hint === undefined || isSystemError ? {} : { hint: known.hint }),
  });
}

/** Size in bytes of a file; 0 for a pipe. @throws MlxError FILE_NOT_FOUND, FILE_UNREADABLE (a folder too) */
export async function fileSize(path: string): Promise<number> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    return stats.isFile() ? stats.size : 0;
  } catch (thrown) {
    throw fileError(path, thrown);
  }
}

/**
 * The bytes of a file, in order, one chunk ahead of the consumer. A chunk is valid until the next one is
 * asked for: two buffers take turns.
 * @throws MlxError FILE_NOT_FOUND, FILE_UNREADABLE naming the path
 */
export async function* readChunks(path: string, chunkBytes = CHUNK_BYTES): AsyncGenerator<Buffer> {
  const size = await fileSize(path);
  const length = size === 0 ? chunkBytes : Math.min(chunkBytes, size + 1);
  const file = await openFile(path);
  let pending: Promise<Buffer> | undefined;
  try {
    let [current, other] = [Buffer.allocUnsafe(length), Buffer.allocUnsafe(length)];
    pending = fill(file, current);
    for (;;) {
      const chunk = await pending;
      if (chunk.length === 0) return;
      pending = fill(file, other);
      [current, other] = [other, current];
      yield chunk;
    }
  } catch (thrown) {
    throw fileError(path, thrown);
  } finally {
    await pending?.catch(() => undefined);
    await file.close();
  }
}

/** SHA-256 of a file's bytes, in hexadecimal. @throws MlxError FILE_NOT_FOUND, FILE_UNREADABLE */
export async function fileDigest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of readChunks(path)) hash.update(chunk);
  return hash.digest('hex');
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (thrown) {
    throw fileError(path, thrown);
  }
}

async function fill(file: FileHandle, buffer: Buffer): Promise<Buffer> {
  const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
  return buffer.subarray(0, bytesRead);
}
