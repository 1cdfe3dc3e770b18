import type { Database } from 'better-sqlite3';
import { MlxError } from '../errors.js';

/** What a database file must be: its mark in the file header and the numbered steps to its present shape. */
export interface DatabaseShape {
  /** `PRAGMA application_id`: tells a file of ours from any other SQLite file. */
  readonly applicationId: number;
  /** Step `i` leads from version `i` to `i + 1`; steps are only ever added at the end. */
  readonly migrations: readonly string[];
}

/**
 * Reads the version of the file without changing it, and refuses what is not ours to change.
 * Errors: STORE_TOO_NEW when a later mlx wrote it, STORE_CORRUPT when it is another program's file.
 */
export function checkVersion(db: Database, shape: DatabaseShape, path: string): void {
  // One snapshot: another process may be making the store between two reads.
  const { version, mark, objects } = db.transaction(() => ({
    version: userVersion(db),
    mark: db.pragma('application_id', { simple: true }),
    objects: db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get(),
  }))();
  if (version > shape.migrations.length) {
    throw new MlxError(
      'STORE_TOO_NEW',
      `${path} has store version ${version}; this mlx knows versions up to ${shape.migrations.length}.`,
      {
        hint: 'Use the newer mlx that wrote it. Nothing was changed.',
        details: { found: version, known: shape.migrations.length },
      },
    );
  }
  if (mark === shape.applicationId) return;
  if (mark === 0 && version === 0 && objects === 0) return;
  throw new MlxError('STORE_CORRUPT', `${path} is an SQLite file, but not one of mlx.`, {
    hint: 'Move it away, or name another folder with --store. Nothing was changed.',
  });
}

/** Brings the file to the present shape, one transaction per step; safe when several processes try at once. */
export function migrate(db: Database, shape: DatabaseShape): void {
  while (userVersion(db) < shape.migrations.length) {
    db.transaction(() => {
      // Another process may have taken this step while we waited for the lock.
      const version = userVersion(db);
      const step = shape.migrations[version];
      if (step === undefined) return;
      db.exec(step);
      db.pragma(`application_id = ${shape.applicationId}`);
      db.pragma(`user_version = ${version + 1}`);
    }).immediate();
  }
}

function userVersion(db: Database): number {
  return db.pragma('user_version', { simple: true }) as number;
}
