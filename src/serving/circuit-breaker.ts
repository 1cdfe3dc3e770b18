import { performance } from 'node:perf_hooks';

export interface CircuitOptions {
  /** Failures within the window that open the circuit, if they are `breakerRate` of all requests or more. */
  readonly breakerErrors: number;
  readonly breakerRate: number;
  readonly breakerWindowMs: number;
  /** How long it stays open at first; each probe that fails doubles that, up to MAX_DOUBLINGS times. */
  readonly breakerOpenMs: number;
  /** A probe that nobody has reported on for so long is given up. */
  readonly timeoutMs: number;
  /** Called when it opens, and when it opens again after a probe. */
  readonly onOpened: () => void;
  /** Milliseconds; only differences count. */
  readonly now?: (() => number) | undefined;
}

/** `closed`: all is well. `open`: nothing is let through. `half-open`: one request at a time is let through to try. */
export type CircuitState = (typeof CIRCUIT_STATES)[number];
export const CIRCUIT_STATES = ['closed', 'open', 'half-open'] as const;

/** What a circuit makes of a request. */
export type Passage = 'through' | 'probe' | 'blocked';

const SLICES = 10;
const PROBES_TO_CLOSE = 3;
const MAX_DOUBLINGS = 4;

/**
 * Keeps requests from a version that keeps failing. Requests and failures are counted over a sliding window of ten slices.
 * Only the outcome of probes moves a circuit that is half-open; what was at work before says nothing new.
 */
export class CircuitBreaker {
  readonly #options: CircuitOptions;
  readonly #now: () => number;
  readonly #requests = new Float64Array(SLICES);
  readonly #failures = new Float64Array(SLICES);
  #slice = 0;
  /** null = closed. */
  #openUntil: number | null = null;
  #doublings = 0;
  #probesPassed = 0;
  #probeUntil = 0;

  constructor(options: CircuitOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  get state(): CircuitState {
    if (this.#openUntil === null) return 'closed';
    return this.#now() < this.#openUntil ? 'open' : 'half-open';
  }

  /** Seconds until a request may be let through to try; 0 when that is so already. */
  get retryAfterSeconds(): number {
    return Math.max(0, (this.#openUntil ?? 0) - this.#now()) / 1000;
  }

  /** Asks for one request; a `probe` is to be reported on with `succeeded`, `failed` or `probeEnded`. */
  pass(): Passage {
    const { state } = this;
    if (state === 'closed') return 'through';
    const now = this.#now();
    if (state === 'open' || now < this.#probeUntil) return 'blocked';
    this.#probeUntil = now + this.#options.timeoutMs;
    return 'probe';
  }

  succeeded(isProbe: boolean): void {
    if (this.#openUntil === null) {
      this.#turn();
      this.#count(this.#requests);
      return;
    }
    if (!isProbe) return;
    this.probeEnded();
    this.#probesPassed++;
    if (this.#probesPassed >= PROBES_TO_CLOSE) this.#close();
  }

  failed(isProbe: boolean): void {
    if (this.#openUntil !== null) {
      if (isProbe) this.#open(Math.min(this.#doublings + 1, MAX_DOUBLINGS));
      return;
    }
    this.#turn();
    this.#count(this.#requests);
    this.#count(this.#failures);
    const { breakerErrors, breakerRate } = this.#options;
    const failures = sum(this.#failures);
    if (failures >= breakerErrors && failures >= breakerRate * sum(this.#requests)) this.#open(0);
  }

  /** Opens it for something that needs no counting: the thread hangs. */
  trip(): void {
    if (this.state !== 'open') this.#open(Math.min(this.#doublings, MAX_DOUBLINGS));
  }

  /** The probe has said nothing about the version: the next request may be one. */
  probeEnded(): void {
    this.#probeUntil = 0;
  }

  #open(doublings: number): void {
    this.#doublings = doublings;
    this.#openUntil = this.#now() + this.#options.breakerOpenMs * 2 ** doublings;
    this.#probesPassed = 0;
    this.probeEnded();
    this.#options.onOpened();
  }

  #close(): void {
    this.#openUntil = null;
    this.#doublings = 0;
    this.#requests.fill(0);
    this.#failures.fill(0);
  }

  #count(counts: Float64Array): void {
    const index = this.#slice % SLICES;
    counts[index] = (counts[index] as number) + 1;
  }

  /** Empties the slices that time has passed over. */
  #turn(): void {
    const slice = Math.floor((this.#now() / this.#options.breakerWindowMs) * SLICES);
    const passed = Math.min(SLICES, slice - this.#slice);
    for (let step = 1; step <= passed; step++) {
      this.#requests[(slice - passed + step) % SLICES] = 0;
      this.#failures[(slice - passed + step) % SLICES] = 0;
    }
    this.#slice = slice;
  }
}

function sum(counts: Float64Array): number {
  let total = 0;
  for (const count of counts) total += count;
  return total;
}
