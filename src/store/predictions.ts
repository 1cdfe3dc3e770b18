import { MlxError } from '../errors.js';
import { where } from './conditions.js';
import type { Connection, SqlValue } from './connection.js';
import type {
  LabelCounts,
  LabelledPrediction,
  LoggedPrediction,
  PredictionLabel,
  PredictionOutcome,
  PredictionQuery,
} from './prediction-records.js';
import {
  FULL_COLUMNS,
  type FullRow,
  INSERT_PREDICTION,
  OUTCOME_COLUMNS,
  type OutcomeRow,
  parseOutcome,
  parsePrediction,
} from './prediction-rows.js';
import { pruneSteps } from './prune-predictions.js';

const PAGE_ROWS = 2000;
const FROM = 'FROM predictions p LEFT JOIN labels l ON l.prediction = p.seq';

/**
 * The log of predictions, and the labels that come later. A commit survives the death of the
 * process; a power loss may take the last moments (`synchronous = NORMAL`).
 */
export class PredictionRepository {
  readonly #open: () => Promise<Connection>;

  /** The log is a file of its own, opened when it is first needed. */
  constructor(open: () => Promise<Connection>) {
    this.#open = open;
  }

  /** Adds predictions in one transaction. An id that is in the log already is left as it is. */
  async append(rows: readonly LoggedPrediction[]): Promise<void> {
    const db = await this.#open();
    db.write(() => {
      for (const row of rows) {
        db.run(
          INSERT_PREDICTION,
          row.id,
          toMilliseconds(row.time),
          row.model,
          row.version,
          row.arm,
          row.unit,
          JSON.stringify(row.inputs),
          row.prediction,
          row.confidence,
          row.probabilities === null ? null : JSON.stringify(row.probabilities),
          row.latencyMs,
          row.requestId,
        );
      }
    });
  }

  async get(id: string): Promise<LabelledPrediction | undefined> {
    const db = await this.#open();
    const row = db.get<FullRow>(`SELECT ${FULL_COLUMNS} ${FROM} WHERE p.id = ?`, id);
    return row === undefined ? undefined : parsePrediction(row);
  }

  /** Predictions oldest first, read page by page; what is appended meanwhile is not seen. */
  async *window(query: PredictionQuery = {}): AsyncGenerator<LabelledPrediction> {
    for await (const page of this.#pages<FullRow>(FULL_COLUMNS, query))
      for (const row of page) yield parsePrediction(row);
  }

  /** As `window`, without inputs and probabilities. */
  async *outcomes(query: PredictionQuery = {}): AsyncGenerator<PredictionOutcome> {
    for await (const page of this.#pages<OutcomeRow>(OUTCOME_COLUMNS, query))
      for (const row of page) yield parseOutcome(row);
  }

  async count(query: PredictionQuery = {}): Promise<number> {
    const db = await this.#open();
    const { clause, values } = conditions(query);
    const found = db.get<{ n: number }>(`SELECT count(*) AS n ${FROM} ${clause}`, ...values)?.n ?? 0;
    return Math.min(found, query.limit ?? found);
  }

  /** Adds or corrects labels, in one transaction; giving the same labels again changes nothing. */
  async addLabels(rows: readonly PredictionLabel[], time: string): Promise<LabelCounts> {
    const db = await this.#open();
    const counts = { added: 0, unchanged: 0, updated: 0, unknown: 0 };
    const at = toMilliseconds(time);
    db.write(() => {
      for (const { predictionId, label } of rows) counts[putLabel(db, predictionId, label, at)]++;
    });
    return counts;
  }

  /** Forgets predictions, and their labels, from before a time (ISO 8601); returns how many. */
  async prune(before: string): Promise<number> {
    const db = await this.#open();
    let removed = 0;
    for (const step of pruneSteps(db, toMilliseconds(before))) removed += step;
    return removed;
  }

  async *#pages<Row extends OutcomeRow>(columns: string, query: PredictionQuery): AsyncGenerator<Row[]> {
    const db = await this.#open();
    const { clause, values } = conditions(query);
    const end = db.get<{ seq: number | null }>('SELECT max(seq) AS seq FROM predictions')?.seq ?? 0;
    let after: readonly [time: number, seq: number] = [Number.MIN_SAFE_INTEGER, 0];
    if (query.limit !== undefined) {
      const first = db.get<{ time: number; seq: number }>(
        `SELECT p.time, p.seq ${FROM} ${clause} ORDER BY p.time DESC, p.seq DESC LIMIT 1 OFFSET ?`,
        ...values,
        query.limit,
      );
      if (first !== undefined) after = [first.time, first.seq];
    }
    const sql = `SELECT ${columns} ${FROM} ${clause === '' ? 'WHERE' : `${clause} AND`}
      (p.time, p.seq) > (?, ?) AND p.seq <= ? ORDER BY p.time, p.seq LIMIT ?`;
    for (;;) {
      const page = db.all<Row>(sql, ...values, ...after, end, PAGE_ROWS);
      yield page;
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE_ROWS) return;
      after = [last.time, last.seq];
    }
  }
}

function conditions(query: PredictionQuery): { clause: string; values: SqlValue[] } {
  return where([
    ['p.model = ?', query.model],
    ['p.version = ?', query.version],
    ['p.arm = ?', query.arm],
    ['p.time >= ?', query.since === undefined ? undefined : toMilliseconds(query.since)],
    ['p.time < ?', query.until === undefined ? undefined : toMilliseconds(query.until)],
    ['(l.label IS NOT NULL) = ?', query.labelled === undefined ? undefined : Number(query.labelled)],
  ]);
}

function putLabel(db: Connection, id: string, label: string | number, at: number): keyof LabelCounts {
  const found = db.get<{ seq: number; label: string | number | null }>(
    `SELECT p.seq, l.label ${FROM} WHERE p.id = ?`,
    id,
  );
  if (found === undefined) return 'unknown';
  if (found.label === label) return 'unchanged';
  db.run(
    `INSERT INTO labels (prediction, label, time) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET label = excluded.label, time = excluded.time`,
    found.seq,
    label,
    at,
  );
  return found.label === null ? 'added' : 'updated';
}

function toMilliseconds(time: string): number {
  const value = Date.parse(time);
  if (Number.isFinite(value)) return value;
  throw new MlxError('REQUEST_INVALID', `${JSON.stringify(time)} is not a time.`, {
    hint: 'Times are ISO 8601, for example 2026-03-01T12:00:00Z.',
  });
}
