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

  summaries(): readonly ModelSummary[] {
    return [...this.#tallies.values()].map((tally) => tally.summary());
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

  summary(): ModelSummary {
    const share = (sum: number, count: number) => (count === 0 ? null : sum / count);
    return {
      model: this.#model,
      requests: this.#requests,
      predictions: this.#predictions,
      errors: this.#errors,
      predictions_by_version: Object.fromEntries(this.#byVersion),
      mean_latency_ms: share(this.#latencySumMs, this.#requests),
      p95_latency_ms: this.#p95(),
      mean_confidence: share(this.#confidenceSum, this.#confidences),
      low_confidence_ratio: share(this.#lowConfidences, this.#confidences),
    };
  }

  /** By nearest rank. */
  #p95(): number | null {
    const sorted = this.#latenciesMs.slice(0, Math.min(this.#requests, KEPT_LATENCIES)).sort();
    return sorted[Math.ceil(0.95 * sorted.length) - 1] ?? null;
  }
}
