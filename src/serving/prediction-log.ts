import { ERRORS, type ErrorCode } from '../errors.js';
import { hashUnit } from '../stats/hash.js';
import type { Journal, JournalProblem } from '../store/journal/journal.js';
import type { JournalRow, JournalVersion } from '../store/journal/row.js';
import type { Store } from '../store/store.js';
import type { ServerLog } from './options.js';

/** One answered prediction, as it is logged. */
export type LogEntry = JournalRow;
/** What the entries of a loaded version share: one object for each. */
export type LoggedVersion = JournalVersion;

export interface LogState {
  /** Rows that are not in log.db yet. */
  readonly pending: number;
  readonly written: number;
  /** Rows that could not be kept. */
  readonly dropped: number;
  /** Rows left out by the sample. */
  readonly sampledOut: number;
  /** Attempts to write that failed. */
  readonly failures: number;
  /** Why the last attempt failed; null when it did not. */
  readonly problem: ErrorCode | null;
}

/**
 * Logs predictions. What was added and committed survives the death of the process, unless `state` tells of a problem:
 * then rows wait in memory up to a limit, and serving goes on.
 */
export interface PredictionLog {
  /** Encodes a row for the journal; written by the next commit. */
  add(entry: LogEntry): void;
  /** Writes what was added. To be called before the answers go out; never throws (see state). */
  commit(): void;
  /**
   * Everything acknowledged, by any server of the store, is in log.db afterwards.
   * @throws MlxError why it is not
   */
  flush(): Promise<void>;
  readonly state: LogState;
  /** Writes what was added, one last time. */
  close(): Promise<void>;
}

export interface PredictionLogOptions {
  readonly log: ServerLog;
  /** Longest time between an answer and its row being in log.db. */
  readonly flushMs: number;
  /** Rows kept in memory while the journal cannot be written. */
  readonly capacity: number;
  /** Share of predictions that are logged, 0 to 1. Which ones follows from their ids. */
  readonly sample: number;
  /** Age at which predictions are forgotten; null: never. */
  readonly retentionMs: number | null;
}

const SAMPLE_SALT = 'prediction-log';

export async function openPredictionLog(
  store: Pick<Store, 'openJournal'>,
  options: PredictionLogOptions,
): Promise<PredictionLog> {
  const { log, flushMs, capacity, retentionMs } = options;
  let opened: JournaledLog | undefined;
  const journal = await store.openJournal({
    flushMs,
    memoryRows: capacity,
    retentionMs,
    onChange: () => opened?.tell(),
    onDamage: (names) =>
      log('error', 'a journal of predictions is damaged; what could be read of it is logged', {
        files: names.join(', '),
      }),
  });
  opened = new JournaledLog(journal, options);
  return opened;
}

class JournaledLog implements PredictionLog {
  readonly #journal: Journal;
  readonly #log: ServerLog;
  readonly #sample: number;
  #sampledOut = 0;
  #told: JournalProblem['where'] | null = null;

  constructor(journal: Journal, { log, sample }: PredictionLogOptions) {
    this.#journal = journal;
    this.#log = log;
    this.#sample = sample;
  }

  get state(): LogState {
    const { pending, written, dropped, failures, problem } = this.#journal.state;
    return {
      pending,
      written,
      dropped,
      sampledOut: this.#sampledOut,
      failures,
      problem: problem?.code ?? null,
    };
  }

  add(entry: LogEntry): void {
    if (this.#sample < 1 && hashUnit(SAMPLE_SALT, entry.id) >= this.#sample) this.#sampledOut++;
    else this.#journal.add(entry);
  }

  commit(): void {
    this.#journal.commit();
  }

  flush(): Promise<void> {
    return this.#journal.flush();
  }

  async close(): Promise<void> {
    const before = this.#journal.state.dropped;
    await this.#journal.close();
    const { dropped, pending } = this.#journal.state;
    const lost = dropped - before;
    if (lost > 0) this.#log('error', `${lost} predictions could not be logged`);
    if (pending > 0) this.#log('warn', `${pending} predictions wait in the journal for the log to be opened`);
  }

  /** Says once what goes wrong, and once that it is over. */
  tell(): void {
    const { problem, dropped } = this.#journal.state;
    const where = problem?.where ?? null;
    if (where === this.#told) return;
    this.#told = where;
    if (problem === null) this.#log('info', 'predictions are logged again', { dropped });
    else
      this.#log('error', `${WHAT[problem.where]} (${ERRORS[problem.code].summary})`, {
        reason: problem.message,
      });
  }
}

const WHAT: Readonly<Record<JournalProblem['where'], string>> = {
  journal: 'predictions cannot be logged; the newest are kept in memory, and it is tried again and again',
  log: 'log.db cannot be written; predictions are kept in the journal, and it is tried again and again',
  backlog: 'log.db is so far behind that predictions are not logged any more',
};
