import type { MetricSample } from './metric.js';

/** Counts per bucket, in plain memory: observing costs a search among the bounds and nothing else. */
export class Histogram {
  readonly #bounds: readonly number[];
  /** One more than bounds: what is above the last. */
  readonly #counts: Float64Array;
  #sum = 0;

  /** @param bounds upper bounds, ascending, inclusive */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    const bounds = this.#bounds;
    let bucket = 0;
    while (bucket < bounds.length && value > (bounds[bucket] as number)) bucket++;
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    this.#sum += value;
  }

  /** In Prometheus' form: cumulative buckets, sum and count. */
  values(name: string, labels: Readonly<Record<string, string | number>>): MetricSample[] {
    let total = 0;
    const values: MetricSample[] = [];
    for (const [bucket, count] of this.#counts.entries()) {
      total += count;
      const le = this.#bounds[bucket] ?? '+Inf';
      values.push({ metricName: `${name}_bucket`, labels: { le, ...labels }, value: total });
    }
    values.push({ metricName: `${name}_sum`, labels: { ...labels }, value: this.#sum });
    values.push({ metricName: `${name}_count`, labels: { ...labels }, value: total });
    return values;
  }
}
