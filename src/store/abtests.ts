import { where } from './conditions.js';
import type { Connection } from './connection.js';

/** A comparison of two versions on live traffic. It starts and stops through the registry's decisions. */
export interface Abtest {
  readonly id: string;
  readonly model: string;
  readonly control: number;
  readonly treatment: number;
  /** Share of the traffic that the treatment gets, 0 < ratio < 1. */
  readonly ratio: number;
  /** Makes the assignment of units independent of every other test. */
  readonly salt: string;
  readonly status: 'running' | 'stopped';
  /** ISO 8601 UTC. */
  readonly startedAt: string;
  readonly stoppedAt: string | null;
  /** Why it was stopped. */
  readonly reason: string | null;
}

interface AbtestRow {
  id: string;
  model: string;
  control: number;
  treatment: number;
  ratio: number;
  salt: string;
  status: 'running' | 'stopped';
  started_at: string;
  stopped_at: string | null;
  reason: string | null;
}

export class AbtestRepository {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  async get(id: string): Promise<Abtest | undefined> {
    const row = this.#db.get<AbtestRow>('SELECT * FROM abtests WHERE id = ?', id);
    return row === undefined ? undefined : parseAbtest(row);
  }

  async running(model: string): Promise<Abtest | null> {
    return loadRunning(this.#db, model);
  }

  /** Newest first. */
  async list(query: { model?: string; status?: Abtest['status'] } = {}): Promise<Abtest[]> {
    const { clause, values } = where([
      ['model = ?', query.model],
      ['status = ?', query.status],
    ]);
    const sql = `SELECT * FROM abtests ${clause} ORDER BY started_at DESC, id DESC`;
    return this.#db.all<AbtestRow>(sql, ...values).map(parseAbtest);
  }
}

/** The test that runs on a model; to be called inside a read or write. */
export function loadRunning(db: Connection, model: string): Abtest | null {
  const row = db.get<AbtestRow>("SELECT * FROM abtests WHERE model = ? AND status = 'running'", model);
  return row === undefined ? null : parseAbtest(row);
}

/** Writes a test as it is from now on; to be called inside a write. */
export function putAbtest(db: Connection, test: Abtest): void {
  db.run(
    `INSERT INTO abtests (id, model, control, treatment, ratio, salt, status, started_at, stopped_at, reason)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET status = excluded.status, stopped_at = excluded.stopped_at, reason = excluded.reason`,
    test.id,
    test.model,
    test.control,
    test.treatment,
    test.ratio,
    test.salt,
    test.status,
    test.startedAt,
    test.stoppedAt,
    test.reason,
  );
}

function parseAbtest(row: AbtestRow): Abtest {
  return {
    id: row.id,
    model: row.model,
    control: row.control,
    treatment: row.treatment,
    ratio: row.ratio,
    salt: row.salt,
    status: row.status,
    startedAt: row.started_at,
    stoppedAt: row.stopped_at,
    reason: row.reason,
  };
}
