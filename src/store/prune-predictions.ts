import type { Connection } from './connection.js';

/** Rows in one transaction: few enough that a server that logs meanwhile never waits long. */
const STEP_ROWS = 2000;
const PRUNE = `DELETE FROM predictions WHERE seq IN
  (SELECT seq FROM predictions WHERE model = ? AND time < ? LIMIT ?)`;

/**
 * Forgets predictions, and their labels, from before a time, one transaction a step; a step tells how many.
 * @param before milliseconds since 1970
 */
export function* pruneSteps(db: Connection, before: number): Generator<number> {
  for (const { model } of db.all<{ model: string }>('SELECT DISTINCT model FROM predictions')) {
    let removed: number;
    do {
      removed = db.write(() => db.run(PRUNE, model, before, STEP_ROWS));
      yield removed;
    } while (removed === STEP_ROWS);
  }
}
