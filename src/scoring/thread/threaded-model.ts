import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { columnKind } from '../../data/schema.js';
import { MlxError } from '../../errors.js';
import { InlineModel } from '../inline-model.js';
import type { Manifest } from '../manifest.js';
import type { PackedRows } from '../packed-rows.js';
import { Lane, utf8Bound } from './lane.js';
import type { FailedRow, ModelFile, PackScores, ThreadReply } from './messages.js';
import { keepThread } from './spare-thread.js';
import { closeThread, ring, type StartedThread, startThread, tell } from './start-thread.js';

/** Packs that a thread may have at once: while it scores one, the next lies ready. */
export const LANES = 2;

interface Waiting {
  readonly resolve: (scores: PackScores) => void;
  readonly reject: (error: MlxError) => void;
}

/** A thread, the memory shared with it, and who waits for what is in there. */
interface Thread extends Pick<StartedThread, 'worker' | 'bell' | 'memory'> {
  readonly lanes: (Lane | undefined)[];
  readonly waiting: (Waiting | undefined)[];
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
/** Rows and bytes of text that a lane has room for at first. */
const FIRST_ROWS = 64;
const FIRST_TEXT_BYTES = 4096;

/**
 * A model in a thread of its own: loading and running it never hold up the caller's event loop, and its memory goes
 * with its thread. A thread that dies or hangs is replaced; what it was scoring fails. One that hangs is left behind and
 * told to close: to terminate a thread inside ONNX Runtime aborts the whole process when the run returns.
 */
export class ThreadedModel {
  readonly manifest: Manifest;
  /** The same model on the caller's own thread, where mlx's engine runs it: for few rows at a time. */
  readonly inline: InlineModel | null;
  readonly #file: ModelFile;
  readonly #options: ThreadOptions;
  readonly #columns: { readonly numbers: number; readonly texts: number };
  #thread: Thread;
  #isClosed = false;
  /** The thread is another model's, or will be. */
  #isHandedOver = false;
  /** Resolved while the thread has its model; pending while a replacement loads it. */
  #ready: Promise<void> = Promise.resolve();
  /** `performance.now()` when the thread last said something, or was given work while idle. */
  #heardAt = 0;
  #watch: NodeJS.Timeout | undefined;
  /** The ends of threads that hang. */
  readonly #stuck = new Set<Promise<void>>();

  private constructor(file: ModelFile, options: ThreadOptions, started: StartedThread) {
    this.#file = file;
    this.#options = options;
    this.manifest = started.manifest;
    this.inline = started.engine === null ? null : InlineModel.of(started.engine, started.manifest);
    const texts = this.manifest.columns.filter(({ type }) => columnKind(type) === 'string').length;
    this.#columns = { numbers: this.manifest.columns.length - texts, texts };
    this.#thread = this.#taken(started);
  }

  /**
   * Starts a thread that reads the file, checks its SHA-256, loads it and runs it once.
   * @throws MlxError ARTIFACT_CORRUPT, MODEL_INVALID, FILE_NOT_FOUND, FILE_UNREADABLE
   */
  static async open(file: ModelFile, options: ThreadOptions = {}): Promise<ThreadedModel> {
    return new ThreadedModel(file, options, await startThread(file));
  }

  /**
   * Scores a pack. At most LANES packs may be at work at once.
   * @param isAlone each row in a run of its own
   * @throws MlxError SCORING_FAILED when the thread dies or hangs, or the model was released
   */
  async score(packed: PackedRows, isAlone: boolean): Promise<PackScores> {
    if (this.#stuck.size >= MAX_STUCK) throw threadHangs();
    await this.#ready.catch(() => {
      throw threadEnded();
    });
    if (this.#isClosed) throw threadEnded();
    const { bell, lanes, waiting } = this.#thread;
    const index = waiting.indexOf(undefined);
    if (index === -1) throw new MlxError('INTERNAL', 'a scoring thread has more packs than lanes');
    const lane = this.#laneFor(packed, index, lanes[index]);
    if (!isAtWork(this.#thread)) this.#heardAt = performance.now();
    this.#watchOver();
    return new Promise((resolve, reject) => {
      waiting[index] = { resolve, reject };
      lane.ask(packed, isAlone);
      ring(bell);
    });
  }

  /** Ends the thread after what it was given before; does not wait for ever. */
  async release(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const closed = this.#ready.then(() => this.#letGo()).catch(() => undefined);
    const timeout = new AbortController();
    const { signal } = timeout;
    const tooLong = delay(CLOSE_MS, undefined, { signal }).catch(() => undefined);
    await Promise.race([Promise.all([closed, ...this.#stuck]), tooLong]);
    timeout.abort();
    clearTimeout(this.#watch);
    if (!this.#isHandedOver) this.#thread.worker.unref();
  }

  /** Ends the thread, or keeps it for the next model. */
  #letGo(): Promise<void> | undefined {
    const thread = this.#thread;
    const canRest = this.inline !== null && !isAtWork(thread);
    if (!canRest || !keepThread(thread.worker, thread.memory ?? undefined)) return closeThread(thread);
    this.#isHandedOver = true;
    tell(thread.worker, thread.bell, { kind: 'rest' });
    return undefined;
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
    const { worker, bell, lanes } = this.#thread;
    lanes[index] = made;
    tell(worker, bell, { kind: 'lane', index, shape: made.shape, buffer: made.buffer });
    return made;
  }

  /** Makes a started thread this model's. */
  #taken({ worker, bell, memory }: StartedThread): Thread {
    const waiting = new Array<Waiting | undefined>(LANES).fill(undefined);
    const thread: Thread = { worker, bell, memory, lanes: [], waiting };
    worker.on('message', (reply: ThreadReply) => {
      this.#heardAt = performance.now();
      if (typeof reply === 'number') this.#scored(thread, reply, []);
      else if (reply.kind === 'failed') this.#scored(thread, reply.lane, reply.failures);
    });
    // Its 'exit' follows and is what counts.
    worker.on('error', () => undefined);
    worker.once('exit', () => {
      if (thread === this.#thread) this.#lost(threadEnded());
    });
    return thread;
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

  /** Fails what the thread had, and starts another one. */
  #lost(error: MlxError): void {
    for (const asker of this.#thread.waiting.splice(0)) asker?.reject(error);
    if (!this.#isClosed && this.#stuck.size < MAX_STUCK) this.#restart();
  }

  #restart(): void {
    this.#ready = startThread(this.#file).then((started) => {
      this.#thread = this.#taken(started);
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
    if (!isAtWork(this.#thread)) return;
    if (performance.now() - this.#heardAt < hangMs) this.#watchOver();
    else this.#hung();
  }

  #hung(): void {
    const { worker } = this.#thread;
    worker.removeAllListeners().on('error', () => undefined);
    worker.unref();
    const ended = closeThread(this.#thread).then(() => {
      const wasFull = this.#stuck.size === MAX_STUCK;
      this.#stuck.delete(ended);
      if (wasFull && !this.#isClosed) this.#restart();
    });
    this.#stuck.add(ended);
    this.#options.onHung?.();
    this.#lost(threadHangs());
  }
}

function isAtWork({ waiting }: Thread): boolean {
  return waiting.some((asker) => asker !== undefined);
}

function threadEnded(): MlxError {
  return new MlxError('SCORING_FAILED', 'The thread of the model has ended.', { hint: 'Try again.' });
}

function threadHangs(): MlxError {
  return new MlxError('SCORING_FAILED', 'The model does not answer.', { hint: 'Try again in a while.' });
}
