import { type ErrorCode, MlxError } from '../../errors.js';
import { storePaths } from '../location.js';
import { IngestClient } from './ingest-thread.js';
import type { JournalRow } from './row.js';
import { JournalWriter } from './writer.js';

const FILE_BYTES = 16 * 1024 * 1024;
const BACKLOG_BYTES = 1024 * 1024 * 1024;
/** So much is written at once, without waiting for the commit. */
const EARLY_BYTES = 1024 * 1024;
/** So much is kept in memory while the journal cannot be written. */
const MEMORY_BYTES = 64 * 1024 * 1024;
const RETRY_MS = 1000;

export interface JournalOptions {
  /** Longest time between a commit and its rows being in log.db. */
  readonly flushMs: number;
  /** Rows kept in memory while the journal cannot be written; more are dropped. */
  readonly memoryRows: number;
  /** Age at which predictions are forgotten; null: never. */
  readonly retentionMs: number | null;
  /** Size at which the next file is begun. Default 16 MiB. */
  readonly fileBytes?: number;
  /** Most bytes that wait to be read into log.db; more rows are dropped. Default 1 GiB. */
  readonly backlogBytes?: number;
  /** Called when the state may have changed, not for each row. */
  readonly onChange?: () => void;
  /** Called with the names of files that could not be read to their end. */
  readonly onDamage?: (names: readonly string[]) => void;
}

/** Why rows do not go where they should. */
export interface JournalProblem {
  /** `journal`: it cannot be written. `log`: log.db cannot be. `backlog`: log.db is so far behind that rows are dropped. */
  readonly where: 'journal' | 'log' | 'backlog';
  readonly code: ErrorCode;
  readonly message: string;
}

/** Rows since the start: those taken are pending, written or dropped. */
export interface JournalState {
  /** Taken, and not in log.db yet. */
  readonly pending: number;
  /** In log.db. */
  readonly written: number;
  readonly dropped: number;
  /** Attempts to write, the journal or log.db, that failed. */
  readonly failures: number;
  readonly problem: JournalProblem | null;
}

/**
 * The way of predictions into log.db: what `commit` has written survives the death of this process at any instant, and
 * a thread, or whichever process opens the log next, brings it into log.db.
 */
export class Journal {
  readonly #writer: JournalWriter;
  readonly #client: IngestClient;
  readonly #commits = new Int32Array(new SharedArrayBuffer(4));
  readonly #memoryRows: number;
  readonly #backlogBytes: number;
  readonly #onChange: () => void;
  #added = 0;
  #dropped = 0;
  #failures = 0;
  #writeProblem: JournalProblem | null = null;
  #isBacklogFull = false;
  #retry: NodeJS.Timeout | undefined;
  #closing: Promise<void> | undefined;

  /** @param root the store's folder */
  constructor(root: string, options: JournalOptions) {
    const { flushMs, memoryRows, retentionMs, onChange, onDamage } = options;
    const { fileBytes = FILE_BYTES, backlogBytes = BACKLOG_BYTES } = options;
    this.#writer = new JournalWriter(storePaths(root).journal, fileBytes);
    this.#memoryRows = memoryRows;
    this.#backlogBytes = backlogBytes;
    this.#onChange = onChange ?? (() => undefined);
    const { writer } = this.#writer.names;
    this.#client = new IngestClient(
      { root, writer, commits: this.#commits, flushMs, retentionMs },
      (damaged) => {
        if (damaged.length > 0) onDamage?.(damaged);
        this.#measureBacklog();
        this.#onChange();
      },
    );
  }

  get state(): JournalState {
    const { rows, failures } = this.#client.state;
    return {
      pending: this.#added - rows,
      written: rows,
      dropped: this.#dropped,
      failures: this.#failures + failures,
      problem: this.#problem(),
    };
  }

  /** Takes a row for the next commit. Where it cannot be kept, it is counted as dropped. */
  add(row: JournalRow): void {
    const writer = this.#writer;
    if (this.#isBacklogFull || (this.#writeProblem !== null && this.#isMemoryFull())) {
      this.#dropped++;
      return;
    }
    writer.add(row);
    this.#added++;
    if (writer.pendingBytes > EARLY_BYTES) this.commit();
  }

  /** Writes what was added. Never throws: what could not be written is tried again, and `state` says why. */
  commit(): void {
    if (this.#writer.pendingBytes > 0 && this.#retry === undefined) this.#write();
  }

  /**
   * Resolves when log.db holds what every process had committed at the time of the call.
   * @throws MlxError why it does not
   */
  async flush(): Promise<void> {
    this.commit();
    if (this.#writeProblem !== null) throw new MlxError(this.#writeProblem.code, this.#writeProblem.message);
    await this.#client.flush();
  }

  /** Writes what was added and has it brought into log.db; what was not, the next process does. Not to be used afterwards. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.commit();
    clearTimeout(this.#retry);
    const lost = this.#writer.close();
    this.#added -= lost;
    this.#dropped += lost;
    await this.#client.close();
  }

  #write(): void {
    try {
      this.#writer.commit();
    } catch (error) {
      this.#failed(error);
      return;
    }
    Atomics.add(this.#commits, 0, 1);
    this.#measureBacklog();
    if (this.#writeProblem === null) return;
    this.#writeProblem = null;
    this.#onChange();
  }

  #failed(error: unknown): void {
    this.#failures++;
    this.#writeProblem = writeProblem(error);
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.commit();
    }, RETRY_MS);
    this.#retry.unref();
    this.#onChange();
  }

  #isMemoryFull(): boolean {
    return this.#writer.pendingRows >= this.#memoryRows || this.#writer.pendingBytes >= MEMORY_BYTES;
  }

  #measureBacklog(): void {
    const isFull = this.#writer.committedBytes - this.#client.state.bytes >= this.#backlogBytes;
    if (isFull === this.#isBacklogFull) return;
    this.#isBacklogFull = isFull;
    this.#onChange();
  }

  #problem(): JournalProblem | null {
    if (this.#writeProblem !== null) return this.#writeProblem;
    const { problem } = this.#client.state;
    if (this.#isBacklogFull) {
      const { code, message } = problem ?? { code: 'OVERLOADED', message: 'log.db takes rows too slowly' };
      return { where: 'backlog', code, message };
    }
    return problem === null ? null : { where: 'log', ...problem };
  }
}

function writeProblem(error: unknown): JournalProblem {
  const { code, message } = error as NodeJS.ErrnoException;
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  return { where: 'journal', code: isFull ? 'DISK_FULL' : 'FILE_UNWRITABLE', message };
}
