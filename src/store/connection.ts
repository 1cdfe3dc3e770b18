import { closeSync, openSync } from 'node:fs';
import { createRequire } from 'node:module';
import type Sqlite from 'better-sqlite3';
import type { Database, Statement } from 'better-sqlite3';
import { type ErrorCode, MlxError } from '../errors.js';
import { sqliteCode, whenNotBusy } from './busy.js';
import { checkVersion, type DatabaseShape, migrate } from './migrate.js';

const BUSY_TIMEOUT_MS = 20_000;
const MAX_STATEMENTS = 200;

export interface ConnectionOptions {
  readonly shape: DatabaseShape;
  /**
   * `full`: a commit survives a power loss. `normal`: it survives the death of the process; a power
   * loss may take the last moments, never the consistency of the file.
   */
  readonly synchronous: 'full' | 'normal';
  /** How long a writer waits for the others before it gives up with BUSY. Default 20,000. */
  readonly busyTimeoutMs?: number;
  /** How much of the file may be kept in memory, in KiB. Default 16,000. */
  readonly cacheKib?: number;
}

export type SqlValue = string | number | null;

/**
 * One SQLite file, in WAL mode with foreign keys. Every write is a BEGIN IMMEDIATE transaction, so
 * that any number of processes queue for the lock instead of failing halfway. SQLite's errors leave
 * here as MlxError.
 */
export class Connection {
  readonly #db: Database;
  readonly #path: string;
  readonly #statements = new Map<string, Statement<SqlValue[]>>();

  private constructor(db: Database, path: string) {
    this.#db = db;
    this.#path = path;
  }

  /** Opens or creates the file, mode 0600; SQLite gives -wal and -shm the same mode. */
  static async open(path: string, options: ConnectionOptions): Promise<Connection> {
    const Library = loadSqlite();
    const { busyTimeoutMs = BUSY_TIMEOUT_MS } = options;
    try {
      closeSync(openSync(path, 'a', 0o600));
      const db = new Library(path, { timeout: busyTimeoutMs });
      try {
        await whenNotBusy(busyTimeoutMs, () => prepareDatabase(db, path, options));
      } catch (error) {
        db.close();
        throw error;
      }
      return new Connection(db, path);
    } catch (error) {
      throw translate(error, path);
    }
  }

  /** Runs reads in one snapshot. */
  read<T>(work: () => T): T {
    return this.#guard(() => this.#db.transaction(work).deferred());
  }

  /** Runs reads and writes as one transaction that starts by taking the write lock. */
  write<T>(work: () => T): T {
    return this.#guard(() => this.#db.transaction(work).immediate());
  }

  all<Row>(sql: string, ...values: SqlValue[]): Row[] {
    return this.#guard(() => this.#statement(sql).all(...values) as Row[]);
  }

  get<Row>(sql: string, ...values: SqlValue[]): Row | undefined {
    return this.#guard(() => this.#statement(sql).get(...values) as Row | undefined);
  }

  /** Runs a statement; returns the number of rows that it changed. */
  run(sql: string, ...values: SqlValue[]): number {
    return this.#guard(() => this.#statement(sql).run(...values).changes);
  }

  /** Moves whenever another connection has committed to the file. */
  dataVersion(): number {
    return this.#guard(() => this.#db.pragma('data_version', { simple: true }) as number);
  }

  /** Number of rows that this connection has changed since it was opened. */
  ownChanges(): number {
    return this.get<{ changes: number }>('SELECT total_changes() AS changes')?.changes ?? 0;
  }

  close(): void {
    this.#statements.clear();
    this.#db.close();
  }

  #statement(sql: string): Statement<SqlValue[]> {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      if (this.#statements.size >= MAX_STATEMENTS) this.#statements.clear();
      statement = this.#db.prepare<SqlValue[]>(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw translate(error, this.#path);
    }
  }
}

/** Loaded when a store is first opened; `require`, since it takes half the time of `import` for this package. */
function loadSqlite(): typeof Sqlite {
  return createRequire(import.meta.url)('better-sqlite3') as typeof Sqlite;
}

function prepareDatabase(db: Database, path: string, options: ConnectionOptions): void {
  checkVersion(db, options.shape, path);
  if (db.pragma('journal_mode', { simple: true }) !== 'wal') db.pragma('journal_mode = WAL');
  db.pragma(`synchronous = ${options.synchronous}`);
  db.pragma('foreign_keys = ON');
  // SQLite takes a negative number for KiB, a positive one for pages
  if (options.cacheKib !== undefined) db.pragma(`cache_size = ${-options.cacheKib}`);
  migrate(db, options.shape);
}

const HINTS: Partial<Record<ErrorCode, string>> = {
  STORE_CORRUPT: 'Restore the file from a copy, or move it away to start a new store.',
  BUSY: 'Another process has been writing for a long time. Run the command again.',
  DISK_FULL: 'Free some space and run the command again; nothing half-written was kept.',
  FILE_UNWRITABLE: 'Check that you own the store folder and may write to it.',
};

/** SQLite's primary result code decides; anything that is not SQLite's passes unchanged. */
function translate(error: unknown, path: string): unknown {
  const code = errorCode(sqliteCode(error));
  if (code === undefined) return error;
  const hint = HINTS[code];
  return new MlxError(code, `${path}: ${(error as Error).message}`, {
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  });
}

function errorCode(code: string): ErrorCode | undefined {
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'BUSY';
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return 'STORE_CORRUPT';
  if (code === 'SQLITE_FULL') return 'DISK_FULL';
  if (code.startsWith('SQLITE_READONLY')) return 'FILE_UNWRITABLE';
  if (code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_IOERR')) return 'FILE_UNREADABLE';
  return undefined;
}
