import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import { MlxError } from '../../errors.js';
import type { Manifest } from '../manifest.js';
import type { PackedRows } from '../packed-rows.js';
import type { PackScores, ThreadReply, ThreadRequest, ThreadTask } from './messages.js';
import { closeThread, startThread } from './start-thread.js';

interface Waiting {
  readonly resolve: (scores: PackScores) => void;
  readonly reject: (error: MlxError) => void;
}

export interface ThreadOptions {
  /** A thread at work that says nothing for so long hangs, and is replaced. */
  readonly hangMs?: number;
  /** Called when that happens, before what it was scoring fails. */
  readonly onHung?: () => void;
}

/** How long is waited for threads that were told to close. */
const CLOSE_MS = 5000;
/** After so long it is tried again to start a thread that could not be started. */
const RESTART_MS = 1000;
/** With so many threads that hang, no other is started until one ends. */
const MAX_STUCK = 2;

/**
 * A model in a thread of its own: loading and running it never hold up the caller's event loop, and its memory goes
 * with its thread. A thread that dies or hangs is replaced; what it was scoring fails. One that hangs is left behind and
 * told to close: to terminate a thread inside ONNX Runtime aborts the whole process when the run returns.
 */
export class ThreadedModel {
  readonly manifest: Manifest;
  readonly #task: ThreadTask;
  readonly #options: ThreadOptions;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker;
  #nextId = 0;
  #isClosed = false;
  /** Resolved while the thread has its model; pending while a replacement loads it. */
  #ready: Promise<void> = Promise.resolve();
  /** `performance.now()` when the thread last said something, or was given work while idle. */
  #heardAt = 0;
  #watch: NodeJS.Timeout | undefined;
  /** The ends of threads that hang. */
  readonly #stuck = new Set<Promise<void>>();

  private constructor(task: ThreadTask, options: ThreadOptions, worker: Worker, manifest: Manifest) {
    this.#task = task;
    this.#options = options;
    this.#worker = worker;
    this.manifest = manifest;
    this.#listen(worker);
  }

  /**
   * Starts a thread that reads the file, checks its SHA-256, loads it and runs it once.
   * @throws MlxError ARTIFACT_CORRUPT, MODEL_INVALID, FILE_NOT_FOUND, FILE_UNREADABLE
   */
  static async open(task: ThreadTask, options: ThreadOptions = {}): Promise<ThreadedModel> {
    const { worker, manifest } = await startThread(task);
    return new ThreadedModel(task, options, worker, manifest);
  }

  /**
   * Scores a pack; packs are scored in the order in which they are given.
   * @param isAlone each row in a run of its own
   * @throws MlxError SCORING_FAILED when the thread dies or hangs, or the model was released
   */
  async score(packed: PackedRows, isAlone: boolean): Promise<PackScores> {
    if (this.#stuck.size >= MAX_STUCK) throw threadHangs();
    await this.#ready.catch(() => {
      throw threadEnded();
    });
    if (this.#isClosed) throw threadEnded();
    const id = this.#nextId++;
    if (this.#waiting.size === 0) this.#heardAt = performance.now();
    this.#watchOver();
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      const request: ThreadRequest = { kind: 'score', id, packed, isAlone };
      this.#worker.postMessage(request);
    });
  }

  /** Ends the thread after what it was given before; does not wait for ever. */
  async release(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const closed = this.#ready.then(() => closeThread(this.#worker)).catch(() => undefined);
    const timeout = new AbortController();
    const { signal } = timeout;
    const tooLong = delay(CLOSE_MS, undefined, { signal }).catch(() => undefined);
    await Promise.race([Promise.all([closed, ...this.#stuck]), tooLong]);
    timeout.abort();
    clearTimeout(this.#watch);
    this.#worker.unref();
  }

  #listen(worker: Worker): void {
    worker.on('message', (reply: ThreadReply) => {
      this.#heardAt = performance.now();
      if (reply.kind !== 'scored') return;
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      waiting?.resolve(reply);
    });
    // Its 'exit' follows and is what counts.
    worker.on('error', () => undefined);
    worker.once('exit', () => {
      if (worker === this.#worker) this.#lost(threadEnded());
    });
  }

  /** Fails what the thread had, and starts another one. */
  #lost(error: MlxError): void {
    const lost = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of lost) reject(error);
    if (!this.#isClosed && this.#stuck.size < MAX_STUCK) this.#restart();
  }

  #restart(): void {
    this.#ready = startThread(this.#task).then(({ worker }) => {
      this.#worker = worker;
      if (!this.#isClosed) this.#listen(worker);
    });
    this.#ready.catch(() => {
      setTimeout(() => {
        if (!this.#isClosed) this.#restart();
      }, RESTART_MS).unref();
    });
  }

  #watchOver(): void {
    const { hangMs } = this.#options;
    if (hangMs === undefined || this.#watch !== undefined) return;
    // A loop that was held up finds its timers before its messages: those come first.
    const look = () => setImmediate(() => this.#look(hangMs));
    const leftMs = Math.max(1, this.#heardAt + hangMs - performance.now());
    this.#watch = setTimeout(look, leftMs).unref();
  }

  #look(hangMs: number): void {
    this.#watch = undefined;
    if (this.#waiting.size === 0) return;
    if (performance.now() - this.#heardAt < hangMs) this.#watchOver();
    else this.#hung();
  }

  #hung(): void {
    const worker = this.#worker;
    worker.removeAllListeners().on('error', () => undefined);
    worker.unref();
    const ended = closeThread(worker).then(() => {
      const wasFull = this.#stuck.size === MAX_STUCK;
      this.#stuck.delete(ended);
      if (wasFull && !this.#isClosed) this.#restart();
    });
    this.#stuck.add(ended);
    this.#options.onHung?.();
    this.#lost(threadHangs());
  }
}

function threadEnded(): MlxError {
  return new MlxError('SCORING_FAILED', 'The thread of the model has ended.', { hint: 'Try again.' });
}

function threadHangs(): MlxError {
  return new MlxError('SCORING_FAILED', 'The model does not answer.', { hint: 'Try again in a while.' });
}
