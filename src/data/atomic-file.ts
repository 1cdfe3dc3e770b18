import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { MlxError } from '../errors.js';
import { fileError } from './file.js';

/** Bytes gathered before they go to the disk. */
const BUFFER_BYTES = 1024 * 1024;

/**
 * Writes a file by way of a temporary one beside it: whoever looks at `path` sees the old file or the whole new
 * one, never a half.
 * @param shown how errors name the file: as it was given, where that is not the path
 * @throws MlxError FILE_UNWRITABLE, DISK_FULL; then nothing is left behind
 */
export async function writeAtomically(
  path: string,
  write: (temporary: string) => Promise<void>,
  shown = path,
): Promise<void> {
  const temporary = temporaryName(path);
  try {
    await write(temporary);
    const file = await open(temporary, 'r+');
    await file.sync().finally(() => file.close());
    await rename(temporary, path);
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw writeError(shown, thrown);
  }
}

/** A file that grows by appending and appears under its name when it is committed. */
export class AtomicFile {
  readonly #path: string;
  readonly #temporary: string;
  #file: FileHandle | undefined;
  readonly #buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  #length = 0;

  private constructor(path: string, temporary: string, file: FileHandle) {
    this.#path = path;
    this.#temporary = temporary;
    this.#file = file;
  }

  /** @throws MlxError FILE_UNWRITABLE */
  static async create(path: string): Promise<AtomicFile> {
    const temporary = temporaryName(path);
    try {
      return new AtomicFile(path, temporary, await open(temporary, 'wx'));
    } catch (thrown) {
      throw writeError(path, thrown);
    }
  }

  /** Appends text; resolves when it is buffered or, every megabyte, written. */
  async text(text: string): Promise<void> {
    // A UTF-16 unit takes three bytes in UTF-8 at most.
    if (text.length * 3 > BUFFER_BYTES - this.#length) await this.#flush();
    if (text.length * 3 > BUFFER_BYTES) await this.#write(Buffer.from(text));
    else this.#length += this.#buffer.write(text, this.#length);
  }

  /** Appends bytes; the array may be used again once this resolves. */
  async bytes(bytes: Uint8Array): Promise<void> {
    await this.#flush();
    await this.#write(bytes);
  }

  /** Syncs the file and gives it its name. @throws MlxError FILE_UNWRITABLE, DISK_FULL */
  async commit(): Promise<void> {
    await this.#flush();
    try {
      await this.#file?.sync();
      await this.#file?.close();
      this.#file = undefined;
      await rename(this.#temporary, this.#path);
    } catch (thrown) {
      await this.discard();
      throw writeError(this.#path, thrown);
    }
  }

  /** Removes what was written. Harmless after a failure. */
  async discard(): Promise<void> {
    await this.#file?.close().catch(() => undefined);
    this.#file = undefined;
    await rm(this.#temporary, { force: true });
  }

  async #flush(): Promise<void> {
    const length = this.#length;
    this.#length = 0;
    if (length > 0) await this.#write(this.#buffer.subarray(0, length));
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (this.#file === undefined)
      throw new MlxError('FILE_UNWRITABLE', `${this.#path}: the file is closed already`);
    try {
      for (let offset = 0; offset < bytes.length; ) {
        const { bytesWritten } = await this.#file.write(bytes, offset);
        offset += bytesWritten;
      }
    } catch (thrown) {
      await this.discard();
      throw writeError(this.#path, thrown);
    }
  }
}

function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`);
}

/** The MlxError for a system error while `path` is written. */
export function writeError(path: string, thrown: unknown): MlxError {
  if (isDiskFull(thrown)) {
    return new MlxError('DISK_FULL', `${path}: no space is left on the device`, {
      cause: thrown,
      details: { path },
      hint: 'Free some space and run the command again; nothing half-written was kept.',
    });
  }
  const error = fileError(path, thrown);
  if (!['FILE_UNREADABLE', 'FILE_NOT_FOUND', 'INTERNAL'].includes(error.code)) return error;
  const reason = error.code === 'FILE_NOT_FOUND' ? `${path}: the folder is not there` : error.message;
  return new MlxError('FILE_UNWRITABLE', reason, {
    cause: thrown,
    details: { path },
    hint: 'Check that the folder is there and that you may write to it.',
  });
}

/** DuckDB tells it in words only. */
function isDiskFull(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const { code } = thrown as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT' || /no space left on device/i.test(thrown.message);
}
