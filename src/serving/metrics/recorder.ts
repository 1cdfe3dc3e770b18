import { Histogram } from './histogram.js';

/** What a prediction is counted under. */
export interface VersionLabels {
  readonly model: string;
  readonly version: number;
  /** `control`, `treatment`, or empty outside a test. */
  readonly arm: string;
}

/** Where a request spends its time, in the order in which it does. */
export const STAGES = ['parse', 'queue', 'run', 'serialise'] as const;
export type Stage = (typeof STAGES)[number];

const LATENCY_SECONDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];
const CONFIDENCES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1];
const BATCH_ROWS = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

/** The counters of one version in one arm. */
export class Recorder {
  readonly labels: VersionLabels;
  readonly latency = new Histogram(LATENCY_SECONDS);
  readonly stages: Readonly<Record<Stage, Histogram>> = {
    parse: new Histogram(LATENCY_SECONDS),
    queue: new Histogram(LATENCY_SECONDS),
    run: new Histogram(LATENCY_SECONDS),
    serialise: new Histogram(LATENCY_SECONDS),
  };
  readonly batchRows = new Histogram(BATCH_ROWS);
  readonly confidence = new Histogram(CONFIDENCES);
  readonly errors = new Map<string, number>();
  requests = 0;
  predictions = 0;
  /** Requests that it answered in place of a version whose circuit was open. */
  fallbacks = 0;

  constructor(labels: VersionLabels) {
    this.labels = labels;
  }

  predicted(confidence: number | null): void {
    this.predictions++;
    if (confidence !== null) this.confidence.observe(confidence);
  }

  failed(code: string): void {
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
  }
}
