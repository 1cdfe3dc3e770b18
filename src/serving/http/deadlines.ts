import { performance } from 'node:perf_hooks';

/** Something to be done at a point in time unless it is taken back before. */
export interface Deadline {
  /** `performance.now()` */
  at: number;
  readonly onLate: () => void;
}

/** Many deadlines under one timer: to set and to take back one costs next to nothing. */
export class Deadlines {
  readonly #pending = new Set<Deadline>();
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;

  add(deadline: Deadline): void {
    this.#pending.add(deadline);
    if (deadline.at < this.#timerAt) this.#arm(deadline.at);
  }

  remove(deadline: Deadline): void {
    this.#pending.delete(deadline);
  }

  #arm(at: number): void {
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(() => this.#sweep(), Math.max(1, Math.ceil(at - performance.now())));
    this.#timer.unref();
  }

  #sweep(): void {
    const now = performance.now();
    let next = Number.POSITIVE_INFINITY;
    for (const deadline of this.#pending) {
      if (deadline.at > now) {
        next = Math.min(next, deadline.at);
        continue;
      }
      this.#pending.delete(deadline);
      deadline.onLate();
    }
    this.#timerAt = Number.POSITIVE_INFINITY;
    if (next < this.#timerAt) this.#arm(next);
  }
}
