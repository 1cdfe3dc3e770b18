import { MlxError } from '../errors.js';
import type { Connection } from './connection.js';
import { liveness, ownIdentity, type ProcessIdentity } from './process-identity.js';
import { compileRunQuery, type RunQuery } from './run-query.js';
import type {
  MetricStep,
  NewRun,
  RunArtifact,
  RunDataset,
  RunEnd,
  RunRecord,
  RunTestDataset,
} from './run-records.js';
import { loadRuns } from './run-rows.js';

/** Experiments and their runs, with params, metrics, tags and artifacts. Deleting a run hides it. */
export class RunRepository {
  readonly #db: Connection;

  constructor(db: Connection) {
    this.#db = db;
  }

  /** Adds a run that this process carries out; makes its experiment when it is new. */
  async create(run: NewRun): Promise<void> {
    const process = ownIdentity();
    this.#db.write(() => {
      this.#db.run(
        'INSERT INTO experiments (name, created_at) VALUES (?, ?) ON CONFLICT DO NOTHING',
        run.experiment,
        run.startedAt,
      );
      this.#db.run(
        `INSERT INTO runs (id, name, experiment, status, started_at, environment, git_commit, parent_id,
           pid, host, boot_id, process_start)
         VALUES (?, ?, (SELECT id FROM experiments WHERE name = ?), 'running', ?, ?, ?, ?, ?, ?, ?, ?)`,
        run.id,
        run.name,
        run.experiment,
        run.startedAt,
        JSON.stringify(run.environment),
        run.gitCommit,
        run.parentId,
        process.pid,
        process.host,
        process.bootId,
        process.processStart,
      );
      const seq = this.#seqOf(run.id);
      this.#putParams(seq, run.params);
      this.#putTags(seq, run.tags);
    });
  }

  async setParams(id: string, params: Readonly<Record<string, string>>): Promise<void> {
    this.#db.write(() => this.#putParams(this.#seqOf(id), params));
  }

  async setTags(id: string, tags: Readonly<Record<string, string>>): Promise<void> {
    this.#db.write(() => this.#putTags(this.#seqOf(id), tags));
  }

  async setDataset(id: string, dataset: RunDataset): Promise<void> {
    this.#db.write(() =>
      this.#db.run(
        'UPDATE runs SET dataset_path = ?, dataset_digest = ?, dataset_rows = ?, dataset_columns = ? WHERE seq = ?',
        dataset.path,
        dataset.digest,
        dataset.rows,
        dataset.columns,
        this.#seqOf(id),
      ),
    );
  }

  async setTestDataset(id: string, dataset: RunTestDataset): Promise<void> {
    this.#db.write(() =>
      this.#db.run(
        'UPDATE runs SET test_path = ?, test_digest = ?, test_rows = ? WHERE seq = ?',
        dataset.path,
        dataset.digest,
        dataset.rows,
        this.#seqOf(id),
      ),
    );
  }

  /** Adds values to the histories of metrics, all or none. The last one given becomes the metric's value. */
  async addMetrics(id: string, steps: readonly MetricStep[]): Promise<void> {
    this.#db.write(() => {
      const seq = this.#seqOf(id);
      for (const { key, step, value, time } of steps) {
        const stored = Number.isNaN(value) ? null : value;
        this.#db.run(
          `INSERT INTO metric_steps (run, key, step, value, time) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT DO UPDATE SET value = excluded.value, time = excluded.time`,
          seq,
          key,
          step,
          stored,
          time,
        );
        this.#db.run(
          'INSERT INTO metrics (run, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
          seq,
          key,
          stored,
        );
      }
    });
  }

  /** Every value that a run's metrics had, by key and step. */
  async metricSteps(id: string): Promise<MetricStep[]> {
    return this.#db
      .all<{ key: string; step: number; value: number | null; time: string }>(
        `SELECT key, step, value, time FROM metric_steps
         WHERE run = (SELECT seq FROM runs WHERE id = ?) ORDER BY key, step`,
        id,
      )
      .map((row) => ({ ...row, value: row.value ?? Number.NaN }));
  }

  async addArtifact(id: string, artifact: RunArtifact): Promise<void> {
    this.#db.write(() =>
      this.#db.run(
        `INSERT INTO run_artifacts (run, name, sha256, bytes) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET sha256 = excluded.sha256, bytes = excluded.bytes`,
        this.#seqOf(id),
        artifact.name,
        artifact.sha256,
        artifact.bytes,
      ),
    );
  }

  /** Ends a running run; false when it had ended before. */
  async end(id: string, end: RunEnd): Promise<boolean> {
    const changed = this.#db.write(() =>
      this.#db.run(
        `UPDATE runs SET status = ?, ended_at = ?, duration_ms = ?, error = ? WHERE id = ? AND status = 'running'`,
        end.status,
        end.endedAt,
        end.durationMs,
        end.error,
        id,
      ),
    );
    return changed > 0;
  }

  /** Makes an interrupted run this process's own again; false when it is not interrupted. */
  async reopen(id: string): Promise<boolean> {
    const { pid, host, bootId, processStart } = ownIdentity();
    const changed = this.#db.write(() =>
      this.#db.run(
        `UPDATE runs SET status = 'running', ended_at = NULL, duration_ms = NULL, pid = ?, host = ?, boot_id = ?,
           process_start = ? WHERE id = ? AND status = 'interrupted'`,
        pid,
        host,
        bootId,
        processStart,
        id,
      ),
    );
    return changed > 0;
  }

  /** Hides a run (a time) or brings it back (null). Returns whether anything changed. */
  async setDeleted(id: string, deletedAt: string | null): Promise<boolean> {
    const sql = 'UPDATE runs SET deleted_at = ? WHERE id = ? AND (deleted_at IS NULL) = (? IS NOT NULL)';
    return this.#db.write(() => this.#db.run(sql, deletedAt, id, deletedAt)) > 0;
  }

  /** A run by its whole id, deleted or not. */
  async get(id: string): Promise<RunRecord | undefined> {
    return this.#db.read(() => {
      const row = this.#db.get<{ seq: number }>('SELECT seq FROM runs WHERE id = ?', id);
      return row === undefined ? undefined : loadRuns(this.#db, [row.seq])[0];
    });
  }

  async search(query: RunQuery = {}): Promise<RunRecord[]> {
    const limit = query.limit ?? Number.POSITIVE_INFINITY;
    return this.#db.read(() => {
      const seqs: number[] = [];
      for (const { sql, values } of compileRunQuery(query)) {
        const rest = limit - seqs.length;
        if (rest <= 0) break;
        // A negative limit is none.
        const rows = this.#db.all<{ seq: number }>(sql, ...values, Number.isFinite(rest) ? rest : -1);
        for (const row of rows) seqs.push(row.seq);
      }
      return loadRuns(this.#db, seqs);
    });
  }

  /** Runs whose id begins with `ref` or whose name is `ref`, newest first, at most `limit`. */
  async named(ref: string, options: { deleted: boolean; limit: number }): Promise<RunRecord[]> {
    return this.#db.read(() => {
      const rows = this.#db.all<{ seq: number }>(
        `SELECT seq FROM runs WHERE (name = ? OR (id >= ? AND id < ?)) AND (deleted_at IS NOT NULL) = ?
         ORDER BY seq DESC LIMIT ?`,
        ref,
        ref,
        `${ref}~`,
        options.deleted ? 1 : 0,
        options.limit,
      );
      return loadRuns(
        this.#db,
        rows.map((row) => row.seq),
      );
    });
  }

  async experiments(): Promise<{ name: string; runs: number; createdAt: string }[]> {
    return this.#db.all(
      `SELECT e.name, e.created_at AS createdAt, count(r.seq) AS runs FROM experiments e
       LEFT JOIN runs r ON r.experiment = e.id AND r.deleted_at IS NULL GROUP BY e.id ORDER BY e.name`,
    );
  }

  /** Marks running runs whose process on this host is gone as interrupted; returns their ids. */
  async interruptDead(): Promise<string[]> {
    const dead = this.#db
      .all<RunOwnerRow>("SELECT id, pid, host, boot_id, process_start FROM runs WHERE status = 'running'")
      .filter((row) => liveness(ownerOf(row)) === 'dead')
      .map((row) => row.id);
    if (dead.length === 0) return [];
    return this.#db.write(() =>
      dead.filter(
        (id) =>
          this.#db.run("UPDATE runs SET status = 'interrupted' WHERE id = ? AND status = 'running'", id) > 0,
      ),
    );
  }

  #seqOf(id: string): number {
    const row = this.#db.get<{ seq: number }>('SELECT seq FROM runs WHERE id = ?', id);
    if (row === undefined) throw new MlxError('RUN_NOT_FOUND', `There is no run ${JSON.stringify(id)}.`);
    return row.seq;
  }

  #putParams(seq: number, params: Readonly<Record<string, string>>): void {
    for (const [key, value] of Object.entries(params)) {
      this.#db.run(
        `INSERT INTO params (run, key, value, number) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET value = excluded.value, number = excluded.number`,
        seq,
        key,
        value,
        numberIn(value),
      );
    }
  }

  #putTags(seq: number, tags: Readonly<Record<string, string>>): void {
    for (const [key, value] of Object.entries(tags)) {
      this.#db.run(
        'INSERT INTO tags (run, key, value) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
        seq,
        key,
        value,
      );
    }
  }
}

interface RunOwnerRow {
  id: string;
  pid: number;
  host: string;
  boot_id: string | null;
  process_start: string | null;
}

function ownerOf(row: RunOwnerRow): ProcessIdentity {
  return { pid: row.pid, host: row.host, bootId: row.boot_id, processStart: row.process_start };
}

/** The number that a param's text is, so that it can be compared as one; null for any other text. */
function numberIn(text: string): number | null {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return null;
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}
