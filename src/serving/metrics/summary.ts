/** Confidence below this counts as low. */
const LOW_CONFIDENCE = 0.6;
/** The p95 is that of the newest so many requests of a model. */
const KEPT_LATENCIES = 4096;

/** One model's answers since the server started. Latencies in milliseconds, per request. */
export interface ModelSummary {
  readonly model: string;
  readonly requests: number;
  readonly predictions: number;
  readonly errors: number;
  readonly predictions_by_version: Readonly<Record<string, number>>;
  readonly mean_latency_ms: number | null;
  readonly p95_latency_ms: number | null;
  /** null for regressions. */
  readonly mean_confidence: number | null;
  /** Share of predictions with a confidence below 0.6. */
  readonly low_confidence_ratio: number | null;
}

/** What was counted of one model in one process, as plain data. */
export interface ModelTally {
  readonly model: string;
  readonly requests: number;
  readonly latencySumMs: number;
  /** Of the newest requests, in any order. */
  readonly latenciesMs: Float64Array;
  readonly predictions: number;
  readonly errors: number;
  readonly byVersion: ReadonlyMap<number, number>;
  readonly confidences: number;
  readonly confidenceSum: number;
  readonly lowConfidences: number;
}

/** Adds up what `GET /metrics/summary` tells. */
export class SummaryBoard {
  readonly #tallies = new Map<string, Tally>();

  tally(model: string): Tally {
    let tally = this.#tallies.get(model);
    if (tally === undefined) {
      tally = new Tally(model);
      this.#tallies.set(model, tally);
    }
    return tally;
  }

  tallies(): readonly ModelTally[] {
    return [...this.#tallies.values()].map((tally) => tally.snapshot());
  }
}

/** Sums of one model. */
export class Tally {
  readonly #model: string;
  readonly #latenciesMs = new Float64Array(KEPT_LATENCIES);
  readonly #byVersion = new Map<number, number>();
  #requests = 0;
  #latencySumMs = 0;
  #predictions = 0;
  #errors = 0;
  #confidences = 0;
  #confidenceSum = 0;
  #lowConfidences = 0;

  constructor(model: string) {
    this.#model = model;
  }

  request(latencyMs: number): void {
    this.#latenciesMs[this.#requests % KEPT_LATENCIES] = latencyMs;
    this.#latencySumMs += latencyMs;
    this.#requests++;
  }

  prediction(version: number, confidence: number | null): void {
    this.#predictions++;
    this.#byVersion.set(version, (this.#byVersion.get(version) ?? 0) + 1);
    if (confidence === null) return;
    this.#confidences++;
    this.#confidenceSum += confidence;
    if (confidence < LOW_CONFIDENCE) this.#lowConfidences++;
  }

  error(): void {
    this.#errors++;
  }

  snapshot(): ModelTally {
    return {
      model: this.#model,
      requests: this.#requests,
      latencySumMs: this.#latencySumMs,
      latenciesMs: this.#latenciesMs.slice(0, Math.min(this.#requests, KEPT_LATENCIES)),
      predictions: this.#predictions,
      errors: this.#errors,
      byVersion: new Map(this.#byVersion),
      confidences: this.#confidences,
      confidenceSum: this.#confidenceSum,
      lowConfidences: this.#lowConfidences,
    };
  }
}

/** Adds up the tallies of each model. */
export function mergeTallies(tallies: readonly ModelTally[]): readonly ModelTally[] {
  const merged = new Map<string, ModelTally>();
  for (const tally of tallies) {
    const other = merged.get(tally.model);
    merged.set(tally.model, other === undefined ? tally : added(other, tally));
  }
  return [...merged.values()];
}

/** Without the latencies: those of a process that has ended tell nothing of how it is now. */
export function retireTally(tally: ModelTally): ModelTally {
  return { ...tally, latenciesMs: new Float64Array() };
}

/** What a tally says. */
export function summaryOf(tally: ModelTally): ModelSummary {
  const { requests, confidences } = tally;
  const share = (sum: number, count: number) => (count === 0 ? null : sum / count);
  return {
    model: tally.model,
    requests,
    predictions: tally.predictions,
    errors: tally.errors,
    predictions_by_version: Object.fromEntries(tally.byVersion),
    mean_latency_ms: share(tally.latencySumMs, requests),
    p95_latency_ms: p95(tally.latenciesMs),
    mean_confidence: share(tally.confidenceSum, confidences),
    low_confidence_ratio: share(tally.lowConfidences, confidences),
  };
}

function added(a: ModelTally, b: ModelTally): ModelTally {
  const byVersion = new Map(a.byVersion);
  for (const [version, count] of b.byVersion) byVersion.set(version, (byVersion.get(version) ?? 0) + count);
  return {
    model: a.model,
    requests: a.requests + b.requests,
    latencySumMs: a.latencySumMs + b.latencySumMs,
    latenciesMs: joined(a.latenciesMs, b.latenciesMs),
    predictions: a.predictions + b.predictions,
    errors: a.errors + b.errors,
    byVersion,
    confidences: a.confidences + b.confidences,
    confidenceSum: a.confidenceSum + b.confidenceSum,
    lowConfidences: a.lowConfidences + b.lowConfidences,
  };
}

function joined(a: Float64Array, b: Float64Array): Float64Array {
  const all = new Float64Array(a.length + b.length);
  all.set(a);
  all.set(b, a.length);
  return all;
}

/** By nearest rank. */
function p95(latenciesMs: Float64Array): number | null {
  const sorted = latenciesMs.toSorted();
  return sorted[Math.ceil(0.95 * sorted.length) - 1] ?? null;
}
