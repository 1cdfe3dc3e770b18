import type { Connection } from './connection.js';
import { isSameProcess, liveness, ownIdentity, type ProcessIdentity } from './process-identity.js';

/** Whether another host's holder still lives cannot be asked; after a day its lock counts as left behind. */
const FOREIGN_LOCK_MS = 24 * 3_600_000;

export interface LockHolder extends ProcessIdentity {
  readonly acquiredAt: string;
}

export type LockResult =
  | { readonly acquired: true }
  | { readonly acquired: false; readonly holder: LockHolder };

interface LockRow {
  acquired_at: string;
  pid: number;
  host: string;
  boot_id: string | null;
  process_start: string | null;
}

/** Named advisory locks, each owned by one process. The lock of a process that died is free again. */
export class LockRepository {
  readonly #db: Connection;
  readonly #now: () => Date;

  constructor(db: Connection, now: () => Date) {
    this.#db = db;
    this.#now = now;
  }

  /** Takes the lock or says who has it; never waits. Not re-entrant: a second acquire finds oneself. */
  async acquire(name: string): Promise<LockResult> {
    const now = this.#now();
    const self = ownIdentity();
    return this.#db.write(() => {
      const holder = this.#holder(name);
      if (holder !== undefined && isHeld(holder, now)) return { acquired: false, holder };
      this.#db.run(
        `INSERT OR REPLACE INTO locks (name, acquired_at, pid, host, boot_id, process_start)
         VALUES (?, ?, ?, ?, ?, ?)`,
        name,
        now.toISOString(),
        self.pid,
        self.host,
        self.bootId,
        self.processStart,
      );
      return { acquired: true };
    });
  }

  /** Gives the lock back; false when this process does not hold it. */
  async release(name: string): Promise<boolean> {
    return this.#db.write(() => {
      const holder = this.#holder(name);
      if (holder === undefined || !isSameProcess(holder, ownIdentity())) return false;
      return this.#db.run('DELETE FROM locks WHERE name = ?', name) > 0;
    });
  }

  #holder(name: string): LockHolder | undefined {
    const row = this.#db.get<LockRow>('SELECT * FROM locks WHERE name = ?', name);
    if (row === undefined) return undefined;
    return {
      pid: row.pid,
      host: row.host,
      bootId: row.boot_id,
      processStart: row.process_start,
      acquiredAt: row.acquired_at,
    };
  }
}

function isHeld(holder: LockHolder, now: Date): boolean {
  const state = liveness(holder);
  if (state !== 'unknown') return state === 'alive';
  return now.getTime() - Date.parse(holder.acquiredAt) < FOREIGN_LOCK_MS;
}
