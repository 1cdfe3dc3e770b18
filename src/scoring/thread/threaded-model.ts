import type { Worker } from 'node:worker_threads';
import { columnKind } from '../../data/schema.js';
import { MlxError } from '../../errors.js';
import type { Manifest } from '../manifest.js';
import type { PackedRows } from '../packed-rows.js';
import { Lane, utf8Bound } from './lane.js';
import type {
  FailedRow,
  PackScores,
  ThreadFailure,
  ThreadReply,
  ThreadRequest,
  ThreadTask,
} from './messages.js';
import { threadFor } from './spare-thread.js';

/** The model file, and what its bytes must add up to: SHA-256 in hex. */
export type ModelFile = Pick<ThreadTask, 'path' | 'sha256'>;

/** Packs that a thread may have at once: while it scores one, the next lies ready. */
export const LANES = 2;

interface Waiting {
  readonly resolve: (scores: PackScores) => void;
  readonly reject: (error: MlxError) => void;
}

interface Thread {
  readonly worker: Worker;
  readonly bell: Int32Array;
  readonly lanes: (Lane | undefined)[];
  readonly waiting: (Waiting | undefined)[];
}

/** How long a thread that was told to close may take before it is ended. */
const CLOSE_MS = 5000;
/** Rows and bytes of text that a lane has room for at first. */
const FIRST_ROWS = 64;
const FIRST_TEXT_BYTES = 4096;

/**
 * A model in a thread of its own: loading and running it never hold up the caller's event loop, and its memory goes
 * with its thread. A thread that dies is replaced; what it was scoring fails.
 */
export class ThreadedModel {
  readonly manifest: Manifest;
  readonly #file: ModelFile;
  readonly #columns: { readonly numbers: number; readonly texts: number };
  #thread: Thread;
  #isClosed = false;
  /** Resolved while the thread has its model; pending while a replacement loads it. */
  #ready: Promise<void> = Promise.resolve();

  private constructor(file: ModelFile, thread: Thread, manifest: Manifest) {
    this.#file = file;
    this.#thread = thread;
    this.manifest = manifest;
    const texts = manifest.columns.filter(({ type }) => columnKind(type) === 'string').length;
    this.#columns = { numbers: manifest.columns.length - texts, texts };
    this.#listen(thread);
  }

  /**
   * Starts a thread that reads the file, checks its SHA-256, loads it and runs it once.
   * @throws MlxError ARTIFACT_CORRUPT, MODEL_INVALID, FILE_NOT_FOUND, FILE_UNREADABLE
   */
  static async open(file: ModelFile): Promise<ThreadedModel> {
    const { thread, manifest } = await start(file);
    return new ThreadedModel(file, thread, manifest);
  }

  /**
   * Scores a pack. At most LANES packs may be at work at once.
   * @param isAlone each row in a run of its own
   * @throws MlxError SCORING_FAILED when the thread dies, or the model was released
   */
  async score(packed: PackedRows, isAlone: boolean): Promise<PackScores> {
    await this.#ready;
    if (this.#isClosed) throw threadEnded();
    const { bell, lanes, waiting } = this.#thread;
    const index = waiting.indexOf(undefined);
    if (index === -1) throw new MlxError('INTERNAL', 'a scoring thread has more packs than lanes');
    const lane = this.#laneFor(packed, index, lanes[index]);
    return new Promise((resolve, reject) => {
      waiting[index] = { resolve, reject };
      lane.ask(packed, isAlone);
      ring(bell);
    });
  }

  /** Ends the thread after what it was given before. */
  async release(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#ready.catch(() => undefined);
    const { worker, bell } = this.#thread;
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    post(worker, { kind: 'close' });
    ring(bell);
    const timer = setTimeout(() => void worker.terminate(), CLOSE_MS);
    await ended;
    clearTimeout(timer);
  }

  /** The lane at a place, or a new one in its stead that has the room. */
  #laneFor(packed: PackedRows, index: number, lane: Lane | undefined): Lane {
    if (lane?.holds(packed) === true) return lane;
    const rows = Math.max(lane?.shape.rows ?? FIRST_ROWS, 2 ** Math.ceil(Math.log2(packed.rows)));
    const textBytes =
      this.#columns.texts === 0
        ? 0
        : Math.max(lane?.shape.textBytes ?? FIRST_TEXT_BYTES, 2 * utf8Bound(packed.texts));
    const made = new Lane({ ...this.#columns, classes: this.manifest.classes.length, rows, textBytes });
    this.#thread.lanes[index] = made;
    post(this.#thread.worker, { kind: 'lane', index, shape: made.shape, buffer: made.buffer });
    return made;
  }

  #listen(thread: Thread): void {
    const { worker } = thread;
    worker.on('message', (reply: ThreadReply) => {
      if (typeof reply === 'number') this.#scored(thread, reply, []);
      else if (reply.kind === 'failed') this.#scored(thread, reply.lane, reply.failures);
    });
    // Its 'exit' follows and is what counts.
    worker.on('error', () => undefined);
    worker.once('exit', () => this.#ended(thread));
  }

  #scored({ lanes, waiting }: Thread, index: number, failures: readonly FailedRow[]): void {
    const asker = waiting[index];
    waiting[index] = undefined;
    const { scores, labels, runMs } = (lanes[index] as Lane).answered();
    asker?.resolve(
      this.manifest.task === 'regression'
        ? { values: scores, labels: null, probabilities: null, failures, runMs }
        : { values: null, labels, probabilities: scores, failures, runMs },
    );
  }

  #ended({ waiting }: Thread): void {
    for (const asker of waiting) asker?.reject(threadEnded());
    if (this.#isClosed) return;
    this.#ready = start(this.#file).then(({ thread }) => {
      this.#thread = thread;
      this.#listen(thread);
    });
    this.#ready.catch(() => undefined);
  }
}

function start(file: ModelFile): Promise<{ thread: Thread; manifest: Manifest }> {
  const bell = new Int32Array(new SharedArrayBuffer(4));
  const task: ThreadTask = { ...file, bell };
  const worker = threadFor(task);
  return new Promise((resolve, reject) => {
    const onEnd = (): void =>
      reject(new MlxError('MODEL_INVALID', 'The thread of the model ended while it was loading.'));
    worker.once('error', reject);
    worker.once('exit', onEnd);
    worker.once('message', (reply: ThreadReply) => {
      worker.off('error', reject).off('exit', onEnd);
      if (typeof reply === 'number') return;
      if (reply.kind === 'ready') {
        const waiting = new Array<Waiting | undefined>(LANES).fill(undefined);
        resolve({ thread: { worker, bell, lanes: [], waiting }, manifest: reply.manifest });
      } else if (reply.kind === 'broken') {
        void worker.terminate();
        reject(errorOf(reply.error));
      }
    });
  });
}

function post(worker: Worker, request: ThreadRequest): void {
  worker.postMessage(request);
}

function ring(bell: Int32Array): void {
  Atomics.add(bell, 0, 1);
  Atomics.notify(bell, 0);
}

function threadEnded(): MlxError {
  return new MlxError('SCORING_FAILED', 'The thread of the model has ended.', { hint: 'Try again.' });
}

/** A failure in a thread as the error that it was. */
export function errorOf({ code, message, hint }: ThreadFailure): MlxError {
  return new MlxError(code, message, hint === undefined ? {} : { hint });
}
