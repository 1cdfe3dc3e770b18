import type { DatabaseShape } from './migrate.js';

/**
 * The tables of `log.db`. Times are milliseconds since 1970. `prediction` and `label` keep the type
 * that they had: text stays text, a number a number.
 */
const VERSION_1 = `
CREATE TABLE predictions (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  time INTEGER NOT NULL,
  model TEXT NOT NULL,
  version INTEGER NOT NULL,
  arm TEXT,
  unit TEXT,
  inputs TEXT NOT NULL,
  prediction ANY NOT NULL,
  confidence REAL,
  probabilities TEXT,
  latency_ms REAL NOT NULL,
  request_id TEXT
) STRICT;
CREATE INDEX predictions_by_model_and_time ON predictions (model, time);

CREATE TABLE labels (
  prediction INTEGER PRIMARY KEY REFERENCES predictions (seq) ON DELETE CASCADE,
  label ANY NOT NULL,
  time INTEGER NOT NULL
) STRICT;
`;

/** How much of each journal file is in the log: moved on in the transaction that adds its rows. */
const VERSION_2 = `
CREATE TABLE journals (
  name TEXT PRIMARY KEY,
  bytes INTEGER NOT NULL,
  rows INTEGER NOT NULL
) STRICT;
`;

/** "mlx" and a two, in ASCII. */
export const LOG_SHAPE: DatabaseShape = { applicationId: 0x6d6c7832, migrations: [VERSION_1, VERSION_2] };
