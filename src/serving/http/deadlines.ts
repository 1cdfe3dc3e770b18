import { performance } from 'node:perf_hooks';

/** Something to be done at a point in time unless it is taken back before. */
export class Deadline {
  /** `performance.now()` */
  readonly at: number;
  readonly onLate: () => void;
  /** Its place among those that are pending; -1 = it is not. */
  place = -1;

  constructor(at: number, onLate: () => void) {
    this.at = at;
    this.onLate = onLate;
  }
}

/**
 * Many deadlines under one timer: to set and to take back one costs next to nothing. They stand in a list and not in a
 * Set, which is laid out anew every few requests: each layout that has grown old keeps the next one from the collector of
 * young objects, and with it all of the requests in it.
 */
export class Deadlines {
  readonly #pending: Deadline[] = [];
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;

  add(deadline: Deadline): void {
    deadline.place = this.#pending.push(deadline) - 1;
    if (deadline.at < this.#timerAt) this.#arm(deadline.at);
  }

  /** Changes nothing where it is not pending. */
  remove(deadline: Deadline): void {
    const { place } = deadline;
    if (place === -1) return;
    deadline.place = -1;
    const last = this.#pending.pop() as Deadline;
    if (last === deadline) return;
    this.#pending[place] = last;
    last.place = place;
  }

  #arm(at: number): void {
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(() => this.#sweep(), Math.max(1, Math.ceil(at - performance.now())));
    this.#timer.unref();
  }

  #sweep(): void {
    const now = performance.now();
    const late = this.#pending.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
    for (const deadline of late) this.remove(deadline);
    for (const deadline of late) deadline.onLate();
    this.#timerAt = Number.POSITIVE_INFINITY;
    const next = this.#pending.reduce((least, { at }) => Math.min(least, at), Number.POSITIVE_INFINITY);
    if (next < this.#timerAt) this.#arm(next);
  }
}
