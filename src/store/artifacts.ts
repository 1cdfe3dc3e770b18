import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MlxError } from '../errors.js';

/** A file in the store, known by the SHA-256 of its bytes (64 lower-case hex digits). */
export interface StoredArtifact {
  readonly sha256: string;
  readonly bytes: number;
}

const SHA256 = /^[0-9a-f]{64}$/;
const LEFTOVER_AGE_MS = 3_600_000;

/**
 * Content-addressed files at `artifacts/ab/abcd…`: immutable, each content kept once. A file is
 * written to `artifacts/tmp`, synced, renamed, and its folder synced, so that a name always stands
 * for whole content. Putting content that is there already writes it anew, which also mends a
 * damaged file.
 */
export class ArtifactStore {
  readonly #root: string;
  readonly #temporary: string;

  constructor(root: string) {
    this.#root = root;
    this.#temporary = join(root, 'tmp');
  }

  /** Copies a file into the store. Errors: FILE_NOT_FOUND, FILE_UNREADABLE. */
  async putFile(path: string): Promise<StoredArtifact> {
    if (!(await isFile(path))) {
      throw new MlxError('FILE_NOT_FOUND', `There is no file ${path}.`, { hint: 'Check the path.' });
    }
    return this.#put(createReadStream(path));
  }

  async putBytes(data: Uint8Array): Promise<StoredArtifact> {
    return this.#put([data]);
  }

  /** Where that content lies, whether or not it is there. Errors: NAME_INVALID for anything but 64 hex digits. */
  pathOf(sha256: string): string {
    if (!SHA256.test(sha256)) {
      throw new MlxError('NAME_INVALID', `${JSON.stringify(sha256.slice(0, 80))} is not a SHA-256.`, {
        hint: 'A SHA-256 has 64 digits from 0-9 and a-f.',
      });
    }
    return join(this.#root, sha256.slice(0, 2), sha256);
  }

  async has(sha256: string): Promise<boolean> {
    return isFile(this.pathOf(sha256));
  }

  /** The bytes, checked against their name. Errors: ARTIFACT_CORRUPT when they differ or are gone. */
  async read(sha256: string): Promise<Buffer> {
    const path = this.pathOf(sha256);
    if (!(await isFile(path))) throw damaged(sha256, 'is missing');
    const bytes = await readFile(path);
    const found = createHash('sha256').update(bytes).digest('hex');
    if (found !== sha256) throw damaged(sha256, 'has other bytes than when it was stored');
    return bytes;
  }

  /** Removes what writers that died more than an hour ago have left half-written. */
  async sweep(now: Date): Promise<void> {
    for (const name of await readdir(this.#temporary).catch(() => [])) {
      const path = join(this.#temporary, name);
      const age = await stat(path).then(
        (found) => now.getTime() - found.mtimeMs,
        () => 0,
      );
      // Where artifacts are mounted read-only, somebody else sweeps.
      if (age > LEFTOVER_AGE_MS) await rm(path, { force: true }).catch(() => undefined);
    }
  }

  async #put(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<StoredArtifact> {
    await mkdir(this.#temporary, { recursive: true, mode: 0o700 });
    const temporary = join(this.#temporary, `${process.pid}-${randomBytes(8).toString('hex')}`);
    try {
      const artifact = await writeSynced(temporary, chunks);
      const path = this.pathOf(artifact.sha256);
      const created = await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await rename(temporary, path);
      await syncFolder(dirname(path));
      if (created !== undefined) await syncFolder(this.#root);
      return artifact;
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }
}

async function writeSynced(
  path: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<StoredArtifact> {
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.byteLength;
      await writeAll(file, chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { sha256: hash.digest('hex'), bytes };
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  let offset = 0;
  while (offset < chunk.byteLength) {
    const { bytesWritten } = await file.write(chunk, offset);
    offset += bytesWritten;
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

function damaged(sha256: string, what: string): MlxError {
  return new MlxError('ARTIFACT_CORRUPT', `Artifact ${sha256} ${what}.`, {
    hint: 'Restore the artifacts folder from a copy, or put the same file into the store again.',
    details: { sha256 },
  });
}
