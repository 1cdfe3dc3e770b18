import { performance } from 'node:perf_hooks';
import { Refusal } from '../refusal.js';

export interface RateLimitOptions {
  /** Requests a second that a caller may send on the long run. */
  readonly perSecond: number;
  /** Requests that a caller may send at once after a pause. */
  readonly burst: number;
  /** Milliseconds; only differences count. */
  readonly now?: () => number;
}

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** Callers that are remembered; who was longest without a request is forgotten, which fills his bucket. */
const MAX_CALLERS = 10_000;

/** A token bucket for each caller: it holds `burst` requests at most, and `perSecond` flow in. */
export class RateLimit {
  readonly #perMs: number;
  readonly #burst: number;
  readonly #now: () => number;
  /** Longest without a request first. */
  readonly #buckets = new Map<string, Bucket>();

  constructor({ perSecond, burst, now = () => performance.now() }: RateLimitOptions) {
    this.#perMs = perSecond / 1000;
    this.#burst = Math.max(1, burst);
    this.#now = now;
  }

  /**
   * Takes one request off a caller's account.
   * @throws Refusal RATE_LIMITED when the bucket is empty, with the time until it holds a request again
   */
  take(caller: string): void {
    const now = this.#now();
    const bucket = this.#buckets.get(caller) ?? { tokens: this.#burst, filledAt: now };
    this.#buckets.delete(caller);
    this.#buckets.set(caller, bucket);
    bucket.tokens = Math.min(this.#burst, bucket.tokens + (now - bucket.filledAt) * this.#perMs);
    bucket.filledAt = now;
    this.#forgetOldest();
    if (bucket.tokens < 1) {
      throw new Refusal('RATE_LIMITED', 'This caller sends more requests than it may.', {
        hint: 'Wait as long as Retry-After says, or put several rows into one request.',
        retryAfterSeconds: (1 - bucket.tokens) / this.#perMs / 1000,
      });
    }
    bucket.tokens--;
  }

  #forgetOldest(): void {
    if (this.#buckets.size <= MAX_CALLERS) return;
    for (const caller of this.#buckets.keys()) {
      this.#buckets.delete(caller);
      return;
    }
  }
}
