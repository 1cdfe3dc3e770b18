import { Worker } from 'node:worker_threads';
import { MlxError } from '../../errors.js';
import type { IngestFailure, IngestJob, IngestReport, IngestRequest } from './ingest-messages.js';

/** A server that has just been started has its first answers to give: the thread can wait. */
const START_MS = 500;
const RESTART_MS = 1000;

/** What the thread has told. Counts are of the own writer's rows and bytes. */
export interface IngestState {
  readonly rows: number;
  readonly bytes: number;
  readonly failures: number;
  readonly problem: IngestFailure | null;
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: MlxError) => void;
}

/**
 * The thread that brings the journal into log.db, seen from the thread that writes it. It is started a little later, or when
 * it is needed; one that dies is started again.
 */
export class IngestClient {
  readonly #job: Omit<IngestJob, 'removed'>;
  readonly #onReport: (damaged: readonly string[]) => void;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #hasStarted = false;
  #nextStart: NodeJS.Timeout;
  #state: IngestState = { rows: 0, bytes: 0, failures: 0, problem: null };
  #removed = { rows: 0, bytes: 0 };
  /** Of threads that died. */
  #earlierFailures = 0;
  #lastId = 0;
  #closing: Promise<void> | undefined;

  constructor(job: Omit<IngestJob, 'removed'>, onReport: (damaged: readonly string[]) => void) {
    this.#job = job;
    this.#onReport = onReport;
    this.#nextStart = this.#startIn(START_MS);
  }

  get state(): IngestState {
    return this.#state;
  }

  /**
   * Resolves when log.db holds what all writers had committed at the time of the call.
   * @throws MlxError why it does not
   */
  flush(): Promise<void> {
    const worker = this.#startedWorker();
    const { problem } = this.#state;
    if (worker === undefined) return problem === null ? Promise.resolve() : Promise.reject(errorOf(problem));
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      this.#waiting.set(id, { resolve, reject });
      // While somebody waits, the thread keeps the process alive.
      worker.ref();
      worker.postMessage({ kind: 'flush', id } satisfies IngestRequest);
    });
  }

  /** Has the writer's files read to their end, if log.db can be written, and ends the thread. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    const worker = this.#startedWorker();
    clearTimeout(this.#nextStart);
    if (worker === undefined) return;
    worker.ref();
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    worker.postMessage({ kind: 'close' } satisfies IngestRequest);
    await ended;
  }

  /** The thread, started now if it has never been; undefined where it has died. */
  #startedWorker(): Worker | undefined {
    if (!this.#hasStarted) this.#start();
    return this.#worker;
  }

  #startIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#start(), ms).unref();
  }

  #start(): void {
    clearTimeout(this.#nextStart);
    this.#hasStarted = true;
    const job: IngestJob = { ...this.#job, removed: this.#removed };
    const worker = new Worker(new URL('./ingest-worker.js', import.meta.url), { workerData: job });
    this.#worker = worker;
    let death = 'it ended';
    worker.unref();
    worker.on('message', (report: IngestReport) => this.#take(report));
    worker.on('error', (error) => {
      death = error instanceof Error ? error.message : String(error);
    });
    worker.on('exit', () => this.#ended(death));
  }

  #take(report: IngestReport): void {
    if (report.kind === 'progress') {
      const { ingested, removed, failures, problem, damaged } = report;
      this.#removed = removed;
      this.#state = { ...ingested, failures: this.#earlierFailures + failures, problem };
      this.#onReport(damaged);
      return;
    }
    const waiting = this.#waiting.get(report.id);
    this.#waiting.delete(report.id);
    if (this.#waiting.size === 0 && this.#closing === undefined) this.#worker?.unref();
    if (report.problem === null) waiting?.resolve();
    else waiting?.reject(errorOf(report.problem));
  }

  #ended(death: string): void {
    this.#worker = undefined;
    const failure: IngestFailure = {
      code: 'INTERNAL',
      message: `the thread that writes log.db stopped: ${death}`,
    };
    for (const { reject } of this.#waiting.values()) reject(errorOf(failure));
    this.#waiting.clear();
    if (this.#closing !== undefined) return;
    this.#earlierFailures = this.#state.failures + 1;
    this.#state = { ...this.#state, failures: this.#earlierFailures, problem: failure };
    this.#onReport([]);
    this.#nextStart = this.#startIn(RESTART_MS);
  }
}

function errorOf({ code, message }: IngestFailure): MlxError {
  return new MlxError(code, message);
}
