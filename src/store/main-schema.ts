import type { DatabaseShape } from './migrate.js';

/** The tables of `mlx.db`. Times are ISO 8601 UTC text as `Date.toISOString` writes it. */
const VERSION_1 = `
CREATE TABLE experiments (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  created_at TEXT NOT NULL
) STRICT;

CREATE TABLE runs (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  experiment INTEGER NOT NULL REFERENCES experiments (id),
  status TEXT NOT NULL CHECK (status IN ('running', 'finished', 'failed', 'interrupted')),
  started_at TEXT NOT NULL,
  ended_at TEXT,
  duration_ms REAL,
  dataset_path TEXT, dataset_digest TEXT, dataset_rows INTEGER, dataset_columns INTEGER,
  test_path TEXT, test_digest TEXT, test_rows INTEGER,
  git_commit TEXT,
  environment TEXT NOT NULL,
  error TEXT,
  parent_id TEXT,
  deleted_at TEXT,
  pid INTEGER NOT NULL, host TEXT NOT NULL, boot_id TEXT, process_start TEXT
) STRICT;
CREATE INDEX runs_by_name ON runs (name);
CREATE INDEX runs_by_parent ON runs (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX runs_running ON runs (seq) WHERE status = 'running';

CREATE TABLE params (
  run INTEGER NOT NULL REFERENCES runs (seq),
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  number REAL,
  PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX params_by_value ON params (key, value);
CREATE INDEX params_by_number ON params (key, number) WHERE number IS NOT NULL;

CREATE TABLE tags (
  run INTEGER NOT NULL REFERENCES runs (seq),
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_by_value ON tags (key, value);

CREATE TABLE metrics (
  run INTEGER NOT NULL REFERENCES runs (seq),
  key TEXT NOT NULL,
  value REAL,
  PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX metrics_by_value ON metrics (key, value);

CREATE TABLE metric_steps (
  run INTEGER NOT NULL REFERENCES runs (seq),
  key TEXT NOT NULL,
  step INTEGER NOT NULL,
  value REAL,
  time TEXT NOT NULL,
  PRIMARY KEY (run, key, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE run_artifacts (
  run INTEGER NOT NULL REFERENCES runs (seq),
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_artifacts_by_sha256 ON run_artifacts (sha256);

CREATE TABLE models (
  name TEXT PRIMARY KEY,
  created_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE versions (
  model TEXT NOT NULL REFERENCES models (name),
  version INTEGER NOT NULL CHECK (version >= 1),
  sha256 TEXT NOT NULL,
  run_id TEXT,
  task TEXT NOT NULL CHECK (task IN ('classification', 'regression')),
  metrics TEXT NOT NULL,
  test_digest TEXT,
  certified INTEGER NOT NULL CHECK (certified IN (0, 1)),
  source TEXT NOT NULL,
  description TEXT,
  created_at TEXT NOT NULL,
  created_by TEXT NOT NULL,
  details TEXT NOT NULL,
  stage TEXT NOT NULL CHECK (stage IN ('none', 'staging', 'production', 'archived')),
  PRIMARY KEY (model, version)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX one_production_version ON versions (model) WHERE stage = 'production';
CREATE TRIGGER versions_are_immutable BEFORE UPDATE OF
  model, version, sha256, run_id, task, metrics, test_digest, certified, source, description,
  created_at, created_by, details ON versions
BEGIN SELECT RAISE(ABORT, 'a model version is immutable'); END;
CREATE TRIGGER versions_are_kept BEFORE DELETE ON versions
BEGIN SELECT RAISE(ABORT, 'a model version is never deleted'); END;

CREATE TABLE aliases (
  model TEXT NOT NULL,
  alias TEXT NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (model, alias),
  FOREIGN KEY (model, version) REFERENCES versions (model, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  seq INTEGER PRIMARY KEY,
  time TEXT NOT NULL,
  actor TEXT NOT NULL,
  kind TEXT NOT NULL,
  model TEXT NOT NULL REFERENCES models (name),
  version INTEGER NOT NULL,
  from_stage TEXT,
  to_stage TEXT,
  reason TEXT,
  evidence TEXT NOT NULL,
  prev_hash TEXT NOT NULL,
  hash TEXT NOT NULL UNIQUE,
  FOREIGN KEY (model, version) REFERENCES versions (model, version)
) STRICT;
CREATE INDEX events_by_model ON events (model);
CREATE TRIGGER events_are_immutable BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END;
CREATE TRIGGER events_are_kept BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'the event log is append-only'); END;

CREATE TABLE abtests (
  id TEXT PRIMARY KEY,
  model TEXT NOT NULL REFERENCES models (name),
  control INTEGER NOT NULL,
  treatment INTEGER NOT NULL CHECK (treatment <> control),
  ratio REAL NOT NULL CHECK (ratio > 0 AND ratio < 1),
  salt TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('running', 'stopped')),
  started_at TEXT NOT NULL,
  stopped_at TEXT,
  reason TEXT,
  FOREIGN KEY (model, control) REFERENCES versions (model, version),
  FOREIGN KEY (model, treatment) REFERENCES versions (model, version)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX one_running_abtest ON abtests (model) WHERE status = 'running';

CREATE TABLE alerts (
  id INTEGER PRIMARY KEY,
  time TEXT NOT NULL,
  kind TEXT NOT NULL,
  model TEXT,
  message TEXT NOT NULL,
  details TEXT NOT NULL
) STRICT;
CREATE INDEX alerts_by_time ON alerts (time);

CREATE TABLE locks (
  name TEXT PRIMARY KEY,
  acquired_at TEXT NOT NULL,
  pid INTEGER NOT NULL, host TEXT NOT NULL, boot_id TEXT, process_start TEXT
) STRICT, WITHOUT ROWID;
`;

/** "mlx" and a one, in ASCII. */
export const MAIN_SHAPE: DatabaseShape = { applicationId: 0x6d6c7831, migrations: [VERSION_1] };
