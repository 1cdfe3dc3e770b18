import { performance } from 'node:perf_hooks';

/** Lets one through per interval, and tells how many were held back since. */
export class Throttle {
  readonly #intervalMs: number;
  #lastMs = Number.NEGATIVE_INFINITY;
  #heldBack = 0;

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  /** How many were held back since the last one; null when this one is held back too. */
  pass(): number | null {
    const nowMs = performance.now();
    if (nowMs - this.#lastMs < this.#intervalMs) {
      this.#heldBack++;
      return null;
    }
    const heldBack = this.#heldBack;
    this.#lastMs = nowMs;
    this.#heldBack = 0;
    return heldBack;
  }
}
