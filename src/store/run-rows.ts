import type { Connection } from './connection.js';
import type { RunArtifact, RunRecord, RunStatus } from './run-records.js';

interface RunRow {
  seq: number;
  id: string;
  name: string;
  experiment_name: string;
  status: RunStatus;
  started_at: string;
  ended_at: string | null;
  duration_ms: number | null;
  dataset_path: string | null;
  dataset_digest: string | null;
  dataset_rows: number | null;
  dataset_columns: number | null;
  test_path: string | null;
  test_digest: string | null;
  test_rows: number | null;
  git_commit: string | null;
  environment: string;
  error: string | null;
  parent_id: string | null;
  deleted_at: string | null;
}

interface EntryRow<V> {
  run: number;
  key: string;
  value: V;
}

/** Reads whole runs by their `seq`, in the order given. To be called inside a read or write. */
export function loadRuns(db: Connection, seqs: readonly number[]): RunRecord[] {
  if (seqs.length === 0) return [];
  const list = JSON.stringify(seqs);
  const within = 'IN (SELECT value FROM json_each(?))';
  const rows = db.all<RunRow>(
    `SELECT r.*, e.name AS experiment_name FROM runs r JOIN experiments e ON e.id = r.experiment WHERE r.seq ${within}`,
    list,
  );
  const parts = <Row extends { run: number }>(table: string): Map<number, Row[]> =>
    groupByRun(db.all<Row>(`SELECT * FROM ${table} WHERE run ${within}`, list));
  const params = parts<EntryRow<string>>('params');
  const tags = parts<EntryRow<string>>('tags');
  const metrics = parts<EntryRow<number | null>>('metrics');
  const artifacts = parts<RunArtifact & { run: number }>('run_artifacts');
  const bySeq = new Map(rows.map((row) => [row.seq, row]));
  return seqs.flatMap((seq) => {
    const row = bySeq.get(seq);
    if (row === undefined) return [];
    return [
      parseRun(row, {
        params: toRecord(params.get(seq), (value) => value),
        tags: toRecord(tags.get(seq), (value) => value),
        metrics: toRecord(metrics.get(seq), (value) => value ?? Number.NaN),
        artifacts: (artifacts.get(seq) ?? []).map(({ name, sha256, bytes }) => ({ name, sha256, bytes })),
      }),
    ];
  });
}

function parseRun(
  row: RunRow,
  parts: Pick<RunRecord, 'params' | 'tags' | 'metrics' | 'artifacts'>,
): RunRecord {
  return {
    id: row.id,
    name: row.name,
    experiment: row.experiment_name,
    status: row.status,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    durationMs: row.duration_ms,
    ...parts,
    dataset:
      row.dataset_digest === null
        ? null
        : {
            path: row.dataset_path ?? '',
            digest: row.dataset_digest,
            rows: row.dataset_rows ?? 0,
            columns: row.dataset_columns ?? 0,
          },
    testDataset:
      row.test_digest === null
        ? null
        : { path: row.test_path ?? '', digest: row.test_digest, rows: row.test_rows ?? 0 },
    gitCommit: row.git_commit,
    environment: JSON.parse(row.environment) as Record<string, string>,
    error: row.error,
    parentId: row.parent_id,
    deletedAt: row.deleted_at,
  };
}

function groupByRun<Row extends { run: number }>(rows: readonly Row[]): Map<number, Row[]> {
  const groups = new Map<number, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.run);
    if (group === undefined) groups.set(row.run, [row]);
    else group.push(row);
  }
  return groups;
}

function toRecord<V, W>(rows: readonly EntryRow<V>[] | undefined, parse: (value: V) => W): Record<string, W> {
  return Object.fromEntries((rows ?? []).map((row) => [row.key, parse(row.value)]));
}
