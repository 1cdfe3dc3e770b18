import { where } from './conditions.js';
import type { Connection } from './connection.js';

export interface StoredAlert {
  readonly id: number;
  /** ISO 8601 UTC. */
  readonly time: string;
  readonly kind: string;
  readonly model: string | null;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

export interface AlertQuery {
  readonly model?: string;
  readonly kind?: string;
  /** From this time on, ISO 8601 UTC as `Date.toISOString` writes it. */
  readonly since?: string;
  readonly limit?: number;
}

/** Alerts that were raised, newest first. */
export class AlertRepository {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  async add(alert: Omit<StoredAlert, 'id'>): Promise<StoredAlert> {
    const row = this.#db.write(() =>
      this.#db.get<{ id: number }>(
        'INSERT INTO alerts (time, kind, model, message, details) VALUES (?, ?, ?, ?, ?) RETURNING id',
        alert.time,
        alert.kind,
        alert.model,
        alert.message,
        JSON.stringify(alert.details),
      ),
    );
    return { ...alert, id: row?.id ?? 0 };
  }

  async list(query: AlertQuery = {}): Promise<StoredAlert[]> {
    const { clause, values } = where([
      ['model = ?', query.model],
      ['kind = ?', query.kind],
      ['time >= ?', query.since],
    ]);
    const rows = this.#db.all<Omit<StoredAlert, 'details'> & { details: string }>(
      `SELECT * FROM alerts ${clause} ORDER BY id DESC LIMIT ?`,
      ...values,
      query.limit ?? -1,
    );
    return rows.map((row) => ({ ...row, details: JSON.parse(row.details) as Record<string, unknown> }));
  }
}
