export interface RollbackGuardOptions {
  /** As many failures roll back. Default 10. */
  readonly maxErrors?: number;
  /** For how long after a promotion the new version is watched, in seconds. Default 300. */
  readonly windowSeconds?: number;
}

/**
 * Watches a version after its promotion and says once when it has to go: when it has failed
 * `maxErrors` times within `windowSeconds` of the promotion. Failures of other versions, from before
 * the promotion, or after the window do not count. Pure: times are passed in, and nothing is stored.
 */
export class RollbackGuard {
  readonly #maxErrors: number;
  readonly #windowMs: number;
  #watched: { version: number; from: number; failures: number } | undefined;

  constructor(options: RollbackGuardOptions = {}) {
    this.#maxErrors = options.maxErrors ?? 10;
    this.#windowMs = (options.windowSeconds ?? 300) * 1000;
  }

  /** Starts to watch a version, in place of any other. */
  promoted(version: number, at: Date): void {
    this.#watched = { version, from: at.getTime(), failures: 0 };
  }

  /** Whether a version is being watched at that time. */
  isWatching(at: Date): boolean {
    return this.#watched !== undefined && this.#isInWindow(this.#watched.from, at);
  }

  /** Counts a failure; true once, when it is the one that must roll back. */
  failure(version: number, at: Date): boolean {
    const watched = this.#watched;
    if (watched === undefined || watched.version !== version) return false;
    if (!this.#isInWindow(watched.from, at)) return false;
    watched.failures++;
    if (watched.failures < this.#maxErrors) return false;
    this.#watched = undefined;
    return true;
  }

  #isInWindow(from: number, at: Date): boolean {
    const elapsed = at.getTime() - from;
    return elapsed >= 0 && elapsed <= this.#windowMs;
  }
}
