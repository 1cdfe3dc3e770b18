import { existsSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { Connection } from '../connection.js';
import { INSERT_PREDICTION } from '../prediction-rows.js';
import { DamagedJournal } from './decoder.js';
import { type ParsedName, parseName, writerLiveness } from './file-name.js';
import { asideName, namesIn, setAside } from './folder.js';
import { JournalFile, type RowBatch } from './journal-file.js';

/** Rows in one transaction: many enough to be quick, few enough that nobody waits long for the write lock. */
const BATCH_ROWS = 1000;
/** Whether another host's writer still lives cannot be asked: a file untouched for a day is taken for whole. */
const FOREIGN_AGE_MS = 24 * 3_600_000;
/** A writer that writes nothing shows in this way that it lives. */
const TOUCH_AGE_MS = 3_600_000;

/** `own`: the files of one's own writer. `all`: those of every writer, alive or dead. */
export type IngestScope = 'own' | 'all';

export interface IngesterOptions {
  readonly folder: string;
  /** The writer beside which this ingester runs; null for none. */
  readonly writer: string | null;
  /** What was read of that writer's files by an ingester before this one. */
  readonly removed?: IngestedCounts;
  readonly now?: () => number;
}

export interface IngestedCounts {
  readonly rows: number;
  readonly bytes: number;
}

interface Progress {
  bytes: number;
  rows: number;
}

interface Entry {
  readonly name: string;
  readonly parsed: ParsedName;
  /** Whether nothing more is written to it. */
  readonly isWhole: boolean;
}

/**
 * Brings journal files into log.db, each row once: how far a file has been read is kept in log.db, and moves on in the
 * transaction that adds the rows. So any number of ingesters, in any number of processes, may read the same file, and
 * each may be killed at any instant. Files that are whole are removed when they have been read.
 */
export class Ingester {
  readonly #db: Connection;
  readonly #folder: string;
  readonly #writer: string | null;
  readonly #now: () => number;
  readonly #open = new Map<string, JournalFile>();
  readonly #own = new Map<string, Progress>();
  #removed: Progress;
  #isWriterClosed = false;
  #damaged: string[] = [];

  constructor(db: Connection, { folder, writer, removed, now = Date.now }: IngesterOptions) {
    this.#db = db;
    this.#folder = folder;
    this.#writer = writer;
    this.#now = now;
    this.#removed = { rows: 0, bytes: 0, ...removed };
  }

  /** Of the own writer's files: what log.db holds. */
  get ingested(): IngestedCounts {
    const total = { ...this.#removed };
    for (const { rows, bytes } of this.#own.values()) {
      total.rows += rows;
      total.bytes += bytes;
    }
    return total;
  }

  /** Of those, what was in files that have been removed. */
  get removed(): IngestedCounts {
    return { ...this.#removed };
  }

  /** Names of files that could not be read to their end, since this was last asked. They are kept under these names. */
  takeDamaged(): string[] {
    const found = this.#damaged;
    this.#damaged = [];
    return found;
  }

  /** The own writer writes nothing more: its files are whole. */
  writerClosed(): void {
    this.#isWriterClosed = true;
  }

  /**
   * Reads what the files hold at this moment, one transaction a step.
   * @throws MlxError for log.db, and what the file system throws; it can be run again
   */
  *ingest(scope: IngestScope): Generator<void> {
    const entries = this.#entries(scope);
    for (const entry of entries) yield* this.#ingestFile(entry);
    if (scope !== 'all') return;
    this.#forgetRemoved(entries);
    for (const { name, parsed, isWhole } of entries)
      if (parsed.writer === this.#writer && !isWhole) this.#touch(join(this.#folder, name));
  }

  close(): void {
    for (const file of this.#open.values()) file.close();
    this.#open.clear();
  }

  *#ingestFile({ name, parsed, isWhole }: Entry): Generator<void> {
    const isOwn = parsed.writer === this.#writer;
    try {
      const file = this.#openFile(name);
      if (file === undefined) return;
      if (isOwn && !this.#own.has(name)) this.#own.set(name, this.#progress(name));
      const size = file.size();
      while (file.position < size && this.#step(name, file, isOwn)) yield;
      if (isWhole && this.#open.has(name)) this.#remove(name, isOwn);
    } catch (error) {
      if (!(error instanceof DamagedJournal)) throw error;
      if (setAside(this.#folder, name)) this.#damaged.push(asideName(name));
      this.#forget(name, isOwn);
    }
  }

  /** One transaction; false where nothing whole is left to read. */
  #step(name: string, file: JournalFile, isOwn: boolean): boolean {
    const batch = file.next(BATCH_ROWS);
    if (batch.end === file.position) return false;
    const found = this.#add(name, file.position, batch);
    if (found === 'added') {
      file.accept(batch);
    } else if (found === 'gone' || found < file.position) {
      // gone, or log.db was put back to an earlier state: the next round begins anew
      this.#closeFile(name);
      return false;
    } else {
      // another ingester was faster
      file.skipTo(found);
    }
    if (isOwn) this.#own.set(name, this.#progress(name));
    return true;
  }

  /** Adds the rows unless the file has been read further, or to its end, meanwhile. */
  #add(name: string, position: number, { rows, end }: RowBatch): 'added' | 'gone' | number {
    return this.#db.write(() => {
      const found = this.#progress(name);
      // A file is removed before its progress is forgotten: one without progress that is still there is new.
      if (found.bytes === 0 && !existsSync(join(this.#folder, name))) return 'gone';
      if (found.bytes !== position) return found.bytes;
      for (const row of rows) this.#db.run(INSERT_PREDICTION, ...row);
      this.#db.run(
        `INSERT INTO journals (name, bytes, rows) VALUES (?, ?, ?)
         ON CONFLICT DO UPDATE SET bytes = excluded.bytes, rows = excluded.rows`,
        name,
        end,
        found.rows + rows.length,
      );
      return 'added';
    });
  }

  #progress(name: string): Progress {
    return (
      this.#db.get<Progress>('SELECT bytes, rows FROM journals WHERE name = ?', name) ?? { bytes: 0, rows: 0 }
    );
  }

  /** The files of the folder that are ours to read, in the order in which they were written. */
  #entries(scope: IngestScope): Entry[] {
    const found: { name: string; parsed: ParsedName }[] = [];
    const last = new Map<string, number>();
    for (const name of namesIn(this.#folder)) {
      const parsed = parseName(name);
      if (parsed === undefined) continue;
      if (scope === 'own' && parsed.writer !== this.#writer) continue;
      found.push({ name, parsed });
      last.set(parsed.writer, Math.max(parsed.number, last.get(parsed.writer) ?? 0));
    }
    return found.map(({ name, parsed }) => {
      const isLast = last.get(parsed.writer) === parsed.number;
      return { name, parsed, isWhole: this.#isWhole(name, parsed, isLast) };
    });
  }

  /** A living writer's files are left to the ingester beside it, which counts what it has read. */
  #isWhole(name: string, parsed: ParsedName, isLast: boolean): boolean {
    if (parsed.writer === this.#writer) return this.#isWriterClosed || !isLast;
    const state = writerLiveness(parsed);
    if (state !== 'unknown') return state === 'dead';
    const found = statSync(join(this.#folder, name), { throwIfNoEntry: false });
    return found !== undefined && this.#now() - found.mtimeMs > FOREIGN_AGE_MS;
  }

  #touch(path: string): void {
    const now = this.#now();
    if (now - statSync(path).mtimeMs > TOUCH_AGE_MS) utimesSync(path, now / 1000, now / 1000);
  }

  /** Undefined where another ingester has removed it. */
  #openFile(name: string): JournalFile | undefined {
    let file = this.#open.get(name);
    if (file !== undefined) return file;
    try {
      file = new JournalFile(join(this.#folder, name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    this.#open.set(name, file);
    file.skipTo(this.#progress(name).bytes);
    return file;
  }

  #remove(name: string, isOwn: boolean): void {
    rmSync(join(this.#folder, name), { force: true });
    this.#forget(name, isOwn);
  }

  #forget(name: string, isOwn: boolean): void {
    this.#closeFile(name);
    if (isOwn) {
      const { bytes, rows } = this.#progress(name);
      this.#removed = { bytes: this.#removed.bytes + bytes, rows: this.#removed.rows + rows };
      this.#own.delete(name);
    }
    this.#db.run('DELETE FROM journals WHERE name = ?', name);
  }

  /** What an ingester that was killed between removing a file and forgetting it has left. */
  #forgetRemoved(entries: readonly Entry[]): void {
    const present = new Set(entries.map(({ name }) => name));
    for (const name of this.#open.keys()) if (!present.has(name)) this.#closeFile(name);
    for (const { name } of this.#db.all<{ name: string }>('SELECT name FROM journals')) {
      if (!present.has(name) && !existsSync(join(this.#folder, name)))
        this.#db.run('DELETE FROM journals WHERE name = ?', name);
    }
  }

  #closeFile(name: string): void {
    this.#open.get(name)?.close();
    this.#open.delete(name);
  }
}

/** Brings everything that servers have answered until now into log.db; quick where there is nothing new. */
export function ingestAll(db: Connection, folder: string): void {
  if (namesIn(folder).length === 0) return;
  const ingester = new Ingester(db, { folder, writer: null });
  try {
    for (const _ of ingester.ingest('all'));
  } finally {
    ingester.close();
  }
}
