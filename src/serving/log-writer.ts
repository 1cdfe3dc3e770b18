import { ERRORS, type ErrorCode, toMlxError } from '../errors.js';
import type { LoggedPrediction } from '../store/prediction-records.js';
import type { Store } from '../store/store.js';
import type { ServerLog } from './options.js';

export interface LogWriterOptions {
  readonly store: Pick<Store, 'predictions'>;
  readonly log: ServerLog;
  /** Longest time that a prediction waits to be written. */
  readonly flushMs: number;
  /** Predictions kept while the log cannot be written. */
  readonly capacity: number;
}

export interface LogState {
  readonly pending: number;
  readonly written: number;
  readonly dropped: number;
  /** Attempts to write that failed. */
  readonly failures: number;
  /** Why the last attempt failed; null when it did not. */
  readonly problem: ErrorCode | null;
}

/** Rows in one transaction: few enough that writing them keeps no request waiting for long. */
const BATCH_ROWS = 500;
const RETRY_MS = 1000;

/**
 * Writes predictions to the log in batches, off the request path. While the log cannot be written (a full disk)
 * they wait in memory up to a limit, and it is tried again and again.
 */
export class LogWriter {
  readonly #options: LogWriterOptions;
  #pending: LoggedPrediction[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #written = 0;
  #dropped = 0;
  #failures = 0;
  #problem: ErrorCode | null = null;

  constructor(options: LogWriterOptions) {
    this.#options = options;
  }

  get state(): LogState {
    return {
      pending: this.#pending.length,
      written: this.#written,
      dropped: this.#dropped,
      failures: this.#failures,
      problem: this.#problem,
    };
  }

  add(row: LoggedPrediction): void {
    if (this.#pending.length >= this.#options.capacity) {
      this.#dropped++;
      return;
    }
    this.#pending.push(row);
    if (this.#problem !== null) return;
    if (this.#pending.length === BATCH_ROWS) this.#schedule(0);
    else this.#timer ??= setTimeout(() => void this.flush(), this.#options.flushMs);
  }

  /** Writes what is pending. Never fails: see `state`. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
    await this.#writing;
  }

  /** Writes what is pending, one last time. */
  async close(): Promise<void> {
    await this.#writing;
    await this.flush();
    clearTimeout(this.#timer);
    const lost = this.#pending.length;
    if (lost > 0)
      this.#options.log('error', `${lost} predictions could not be logged`, { code: this.#problem });
  }

  async #write(): Promise<void> {
    while (this.#pending.length > 0) {
      const batch = this.#pending.slice(0, BATCH_ROWS);
      try {
        await this.#options.store.predictions.append(batch);
      } catch (error) {
        this.#failed(error);
        return;
      }
      this.#pending.splice(0, batch.length);
      this.#written += batch.length;
      this.#recovered();
      // Requests get their turn between two batches.
      if (this.#pending.length > 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #failed(thrown: unknown): void {
    const error = toMlxError(thrown);
    this.#failures++;
    if (this.#problem !== error.code) {
      const what = `predictions cannot be logged (${ERRORS[error.code].summary}); they are kept and tried again`;
      this.#options.log('error', what, { reason: error.message });
    }
    this.#problem = error.code;
    this.#schedule(RETRY_MS);
  }

  #recovered(): void {
    if (this.#problem === null) return;
    this.#problem = null;
    this.#options.log('info', 'predictions are logged again', { dropped: this.#dropped });
  }

  #schedule(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), delayMs);
  }
}
