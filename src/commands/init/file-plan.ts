import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MlxError } from '../../errors.js';

/** `extended`: lines were added at the end, nothing of what was there changed. */
export type FileStatus = 'created' | 'unchanged' | 'kept' | 'overwritten' | 'extended';

/** What is to become of one file. */
export interface FilePlan {
  /** Relative to the project. */
  readonly path: string;
  readonly status: FileStatus;
  /** The whole text of the file from now on. */
  readonly text: string;
}

/** The text of a file; undefined when there is none. */
export function textAt(folder: string, path: string): string | undefined {
  const absolute = join(folder, path);
  return existsSync(absolute) ? readFileSync(absolute, 'utf8') : undefined;
}

/** A file whose text is wholly ours: written where it is absent, left alone where it differs. */
export function planFile(folder: string, path: string, text: string, force: boolean): FilePlan {
  const present = textAt(folder, path);
  return { path, text, status: statusOf(present === undefined ? undefined : present === text, force) };
}

/** @param isSame whether the file says the same already; undefined when there is no file */
export function statusOf(isSame: boolean | undefined, force: boolean): FileStatus {
  if (isSame === undefined) return 'created';
  if (isSame) return 'unchanged';
  return force ? 'overwritten' : 'kept';
}

/**
 * Carries a plan out. A new file is never written over one that appeared meanwhile; a replaced one
 * is whole at every instant and keeps its mode.
 * @throws MlxError FILE_EXISTS, FILE_UNWRITABLE, DISK_FULL
 */
export async function applyPlan(folder: string, { path, status, text }: FilePlan): Promise<void> {
  if (status === 'unchanged' || status === 'kept') return;
  const absolute = join(folder, path);
  const temporary = `${absolute}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    if (status === 'created') return await writeFile(absolute, text, { flag: 'wx' });
    const { mode } = await stat(absolute);
    await writeFile(temporary, text, { flag: 'wx', mode });
    await rename(temporary, absolute);
  } catch (error) {
    if (status !== 'created') await rm(temporary, { force: true });
    throw writeError(path, error);
  }
}

function writeError(path: string, thrown: unknown): unknown {
  const code = (thrown as NodeJS.ErrnoException).code ?? '';
  if (code === 'EEXIST') {
    return new MlxError('FILE_EXISTS', `${path} appeared while it was being written.`, {
      hint: 'Run the command again.',
      cause: thrown,
    });
  }
  if (!['EACCES', 'EPERM', 'EROFS'].includes(code)) return thrown;
  return new MlxError('FILE_UNWRITABLE', `${path} cannot be written: ${(thrown as Error).message}`, {
    hint: 'Check that you may write to this folder.',
    cause: thrown,
  });
}
