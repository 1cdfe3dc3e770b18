import type { Task } from '../data/schema.js';
import type { Moments } from '../stats/intervals.js';
import { quantile } from '../stats/quantile.js';
import { summarise } from '../stats/summary.js';
import type { PredictionOutcome } from '../store/prediction-records.js';

/** What one arm's predictions add up to, gathered one by one. */
export class ArmStatistics {
  readonly #task: Task;
  readonly #units = new Set<string>();
  readonly #latenciesMs: number[] = [];
  readonly #classes = new Map<string, number>();
  #count = 0;
  #sum = 0;
  /** Per unit: how many labelled predictions, and the sum of their outcomes. */
  readonly #clusters = new Map<string, { size: number; total: number }>();
  /** Outcomes of labelled predictions without a unit. */
  readonly #singles: number[] = [];
  #labelled = 0;
  #total = 0;

  constructor(task: Task) {
    this.#task = task;
  }

  add(row: PredictionOutcome): void {
    this.#count++;
    this.#latenciesMs.push(row.latencyMs);
    if (row.unit !== null) this.#units.add(row.unit);
    if (this.#task === 'regression') this.#sum += Number(row.prediction);
    else this.#countClass(String(row.prediction));
    const outcome = row.label === null ? Number.NaN : this.#outcome(row.prediction, row.label);
    if (Number.isFinite(outcome)) this.#addOutcome(row.unit, outcome);
  }

  get count(): number {
    return this.#count;
  }

  get units(): number {
    return this.#units.size;
  }

  /** Labelled predictions. */
  get labelled(): number {
    return this.#labelled;
  }

  /** Sum of outcomes: correct answers (classification), squared errors (regression). */
  get total(): number {
    return this.#total;
  }

  /** Independent pieces of evidence: a unit with its labelled predictions, or one without a unit. */
  get clusters(): number {
    return this.#clusters.size + this.#singles.length;
  }

  /** Mean prediction of a regression; null without predictions. */
  get meanPrediction(): number | null {
    return this.#task === 'regression' && this.#count > 0 ? this.#sum / this.#count : null;
  }

  /** Share of each predicted class, sorted by class; null for a regression. */
  get classShares(): Record<string, number> | null {
    if (this.#task === 'regression') return null;
    const classes = [...this.#classes].sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(classes.map(([name, count]) => [name, count / this.#count]));
  }

  get latencyMs(): { mean: number; p95: number } | null {
    if (this.#count === 0) return null;
    const sorted = Float64Array.from(this.#latenciesMs).sort();
    return { mean: summarise(sorted).mean, p95: quantile(sorted, 0.95) };
  }

  /**
   * Mean outcome per prediction with its spread between clusters, as if each cluster were one
   * observation: the ratio estimator of cluster sampling, whose linearised residuals are
   * (total − mean · size) / mean size (Cochran 1977, section 11.2; Deng et al. 2018). Where every
   * cluster has one prediction this is the plain mean and standard deviation.
   */
  moments(): Moments {
    const mean = this.#total / this.#labelled;
    const meanSize = this.#labelled / this.clusters;
    const residuals = this.#singles.map((total) => (total - mean) / meanSize);
    for (const { size, total } of this.#clusters.values()) residuals.push((total - mean * size) / meanSize);
    return { count: this.clusters, mean, sd: summarise(residuals).sd };
  }

  #countClass(name: string): void {
    this.#classes.set(name, (this.#classes.get(name) ?? 0) + 1);
  }

  #outcome(prediction: string | number, label: string | number): number {
    // A label comes from a file or from JSON: 1 and "1" are the same class.
    if (this.#task === 'classification') return String(prediction) === String(label) ? 1 : 0;
    return (Number(prediction) - Number(label)) ** 2;
  }

  #addOutcome(unit: string | null, outcome: number): void {
    this.#labelled++;
    this.#total += outcome;
    if (unit === null) {
      this.#singles.push(outcome);
      return;
    }
    const cluster = this.#clusters.get(unit);
    if (cluster === undefined) this.#clusters.set(unit, { size: 1, total: outcome });
    else {
      cluster.size++;
      cluster.total += outcome;
    }
  }
}
