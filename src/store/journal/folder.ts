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

/** The name under which a file is kept that cannot be read to its end. */
export function asideName(name: string): string {
  return `${name}${DAMAGED_ENDING}`;
}

/** Keeps the file under that name; false where somebody else has just done so. */
export function setAside(folder: string, name: string): boolean {
  try {
    renameSync(join(folder, name), join(folder, asideName(name)));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Names of the files that were set aside. */
export function damagedJournals(folder: string): string[] {
  return namesIn(folder).filter((name) => name.endsWith(DAMAGED_ENDING));
}
