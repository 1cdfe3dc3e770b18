import { existsSync, readFileSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../../data/atomic-file.js';

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
 * Carries a plan out. The file is whole at every instant; one that is replaced stays as private as it was.
 * @throws MlxError FILE_UNWRITABLE, DISK_FULL
 */
export async function applyPlan(folder: string, { path, status, text }: FilePlan): Promise<void> {
  if (status === 'unchanged' || status === 'kept') return;
  const absolute = join(folder, path);
  const mode = status === 'created' ? 0o666 : statSync(absolute).mode | 0o600;
  await writeAtomically(absolute, (temporary) => writeFile(temporary, text, { flag: 'wx', mode }), path);
}
