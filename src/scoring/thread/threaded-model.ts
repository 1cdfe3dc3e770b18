import { Worker } from 'node:worker_threads';
import { MlxError } from '../../errors.js';
import type { Manifest } from '../manifest.js';
import type { PackedRows } from '../packed-rows.js';
import type { PackScores, ThreadFailure, ThreadReply, ThreadRequest, ThreadTask } from './messages.js';

interface Waiting {
  readonly resolve: (scores: PackScores) => void;
  readonly reject: (error: MlxError) => void;
}

/** How long a thread that was told to close may take before it is ended. */
const CLOSE_MS = 5000;

/**
 * A model in a thread of its own: loading and running it never hold up the caller's event loop, and its memory goes
 * with its thread. A thread that dies is replaced; what it was scoring fails.
 */
export class ThreadedModel {
  readonly manifest: Manifest;
  readonly #task: ThreadTask;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker;
  #nextId = 0;
  #isClosed = false;
  /** Resolved while the thread has its model; pending while a replacement loads it. */
  #ready: Promise<void> = Promise.resolve();

  private constructor(task: ThreadTask, worker: Worker, manifest: Manifest) {
    this.#task = task;
    this.#worker = worker;
    this.manifest = manifest;
    this.#listen(worker);
  }

  /**
   * Starts a thread that reads the file, checks its SHA-256, loads it and runs it once.
   * @throws MlxError ARTIFACT_CORRUPT, MODEL_INVALID, FILE_NOT_FOUND, FILE_UNREADABLE
   */
  static async open(task: ThreadTask): Promise<ThreadedModel> {
    const { worker, manifest } = await start(task);
    return new ThreadedModel(task, worker, manifest);
  }

  /**
   * Scores a pack; packs are scored in the order in which they are given.
   * @param isAlone each row in a run of its own
   * @throws MlxError SCORING_FAILED when the thread dies, or the model was released
   */
  async score(packed: PackedRows, isAlone: boolean): Promise<PackScores> {
    await this.#ready;
    if (this.#isClosed) throw threadEnded();
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      const request: ThreadRequest = { kind: 'score', id, packed, isAlone };
      this.#worker.postMessage(request);
    });
  }

  /** Ends the thread after what it was given before. */
  async release(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#ready.catch(() => undefined);
    const worker = this.#worker;
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    const request: ThreadRequest = { kind: 'close' };
    worker.postMessage(request);
    const timer = setTimeout(() => void worker.terminate(), CLOSE_MS);
    await ended;
    clearTimeout(timer);
  }

  #listen(worker: Worker): void {
    worker.on('message', (reply: ThreadReply) => {
      if (reply.kind !== 'scored') return;
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      waiting?.resolve(reply);
    });
    // Its 'exit' follows and is what counts.
    worker.on('error', () => undefined);
    worker.once('exit', () => this.#ended());
  }

  #ended(): void {
    const lost = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of lost) reject(threadEnded());
    if (this.#isClosed) return;
    this.#ready = start(this.#task).then(({ worker }) => {
      this.#worker = worker;
      this.#listen(worker);
    });
    this.#ready.catch(() => undefined);
  }
}

function start(task: ThreadTask): Promise<{ worker: Worker; manifest: Manifest }> {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: task });
  return new Promise((resolve, reject) => {
    const onEnd = (): void =>
      reject(new MlxError('MODEL_INVALID', 'The thread of the model ended while it was loading.'));
    worker.once('error', reject);
    worker.once('exit', onEnd);
    worker.once('message', (reply: ThreadReply) => {
      worker.off('error', reject).off('exit', onEnd);
      if (reply.kind === 'ready') resolve({ worker, manifest: reply.manifest });
      else if (reply.kind === 'broken') {
        void worker.terminate();
        reject(errorOf(reply.error));
      }
    });
  });
}

function threadEnded(): MlxError {
  return new MlxError('SCORING_FAILED', 'The thread of the model has ended.', { hint: 'Try again.' });
}

/** A failure in a thread as the error that it was. */
export function errorOf({ code, message, hint }: ThreadFailure): MlxError {
  return new MlxError(code, message, hint === undefined ? {} : { hint });
}
