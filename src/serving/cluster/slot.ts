import { type WorkerEvents, WorkerProcess, type WorkerStart } from './worker-process.js';

/** One that lived for less than that after it was ready counts as failed, like one that never was. */
const SOUND_MS = 1000;
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5000;

/** The place of one worker: when the worker dies, another one takes it, later and later when that goes on. */
export class Slot {
  readonly #start: WorkerStart;
  readonly #events: WorkerEvents;
  #worker: WorkerProcess;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(start: WorkerStart, events: WorkerEvents) {
    this.#start = start;
    this.#events = events;
    this.#worker = new WorkerProcess(start, events);
  }

  /** The present one, or the last one while its place is empty. */
  get worker(): WorkerProcess {
    return this.#worker;
  }

  /** How often one after the other has failed soon after its start. */
  get failures(): number {
    return this.#failures;
  }

  get isReady(): boolean {
    return this.#worker.readyAt !== null && this.#worker.end === null;
  }

  /**
   * The worker has ended: starts another one in its place.
   * @returns after how many milliseconds
   */
  replace(): number {
    const { readyAt } = this.#worker;
    const wasSound = readyAt !== null && performance.now() - readyAt >= SOUND_MS;
    this.#failures = wasSound ? 0 : this.#failures + 1;
    const delayMs = wasSound
      ? 0
      : Math.min(FIRST_DELAY_MS * 2 ** Math.min(this.#failures - 1, 20), LONGEST_DELAY_MS);
    this.#timer = setTimeout(() => {
      this.#worker = new WorkerProcess(this.#start, this.#events);
    }, delayMs);
    return delayMs;
  }

  /** Starts no other one. */
  close(): void {
    clearTimeout(this.#timer);
  }
}
