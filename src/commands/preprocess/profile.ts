import { writeFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { writeAtomically } from '../../data/atomic-file.js';
import { type Input, inputName } from '../../data/input-name.js';
import { profileTable } from '../../data/profile/profile-table.js';
import type { ReadResult } from '../../data/read.js';
import type { Schema } from '../../data/schema.js';
import { MlxError } from '../../errors.js';
import { profilePage } from '../../reports/profile/profile-page.js';

/** Before anything is read: whether the ending says what to write. @throws MlxError USAGE */
export function checkProfilePath(path: string | undefined): void {
  if (path === undefined || ['.html', '.json'].includes(extname(path))) return;
  throw new MlxError('USAGE', `${path}: a profile is written as .html or .json.`, {
    hint: 'Give the file one of these endings.',
  });
}

interface Profiled {
  readonly data: Input;
  readonly read: ReadResult;
  readonly schema: Schema;
  /** The schema was inferred from this very table. */
  readonly isInferred: boolean;
  readonly duplicateRows: number;
  readonly seed: number;
  readonly now: Date;
}

/** Profiles the table as it was read: a page to look at, or JSON for programs. @throws MlxError FILE_UNWRITABLE, DISK_FULL */
export async function writeProfile(path: string, profiled: Profiled): Promise<void> {
  const { data, read, schema, isInferred, duplicateRows, seed, now } = profiled;
  const profile = profileTable(read.table, schema, { seed, isInferred, duplicateRows, bytes: read.bytes });
  const text =
    extname(path) === '.json'
      ? `${JSON.stringify(profile, null, 2)}\n`
      : profilePage(profile, {
          title: [data]
            .flat()
            .map((path) => basename(inputName(path)))
            .join(', '),
          date: now.toISOString().slice(0, 10),
        });
  await writeAtomically(path, (temporary) => writeFile(temporary, text));
}
