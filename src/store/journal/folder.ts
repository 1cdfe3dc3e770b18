import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

const DAMAGED_ENDING = '.damaged';

/** What lies in the journal's folder, in the order of names; nothing where there is no folder: nothing was served yet. */
export function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Keeps a file that cannot be read to its end under another name, which is returned. */
export function setAside(folder: string, name: string): string {
  const kept = `${name}${DAMAGED_ENDING}`;
  renameSync(join(folder, name), join(folder, kept));
  return kept;
}

/** Names of the files that were set aside. */
export function damagedJournals(folder: string): string[] {
  return namesIn(folder).filter((name) => name.endsWith(DAMAGED_ENDING));
}
