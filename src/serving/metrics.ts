import type { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Catalog } from './catalog.js';
import { CIRCUIT_STATES } from './circuit-breaker.js';
import type { LogWriter } from './log-writer.js';
import type { VersionPool } from './version-pool.js';

/** What a prediction is counted under. */
export interface VersionLabels {
  readonly model: string;
  readonly version: number;
  /** `control`, `treatment`, or empty outside a test. */
  readonly arm: string;
}

/** Whose present state is told. */
export interface Exposed {
  readonly catalog: Catalog;
  readonly writer: LogWriter;
  readonly pool: VersionPool;
}

const LATENCY_BUCKETS_SECONDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];
const CONFIDENCE_BUCKETS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1];
const VERSION_LABELS = ['model', 'version', 'arm'] as const;

/** The Prometheus metrics of one server, in a registry of their own. */
export class ServerMetrics {
  readonly #registry: Registry;
  readonly #httpRequests: Counter<'method' | 'route' | 'status'>;
  readonly #requests: Counter<(typeof VERSION_LABELS)[number]>;
  readonly #predictions: Counter<(typeof VERSION_LABELS)[number]>;
  readonly #errors: Counter<(typeof VERSION_LABELS)[number] | 'code'>;
  readonly #latency: Histogram<(typeof VERSION_LABELS)[number]>;
  readonly #confidence: Histogram<(typeof VERSION_LABELS)[number]>;
  readonly #rollbacks: Counter<'model'>;
  readonly #refusals: Counter<'code'>;
  readonly #openings: Counter<'model' | 'version'>;
  readonly #circuits: Gauge<'model' | 'version' | 'state'>;
  readonly #fallbacks: Counter<'model' | 'version'>;
  readonly #labels: Counter<'result'>;
  readonly #modelInfo: Gauge<'model' | 'version' | 'task' | 'algorithm' | 'sha256'>;
  readonly #ready: Gauge;
  readonly #loaded: Gauge;
  readonly #logState: Gauge<'state'>;

  private constructor(prom: typeof import('prom-client')) {
    this.#registry = new prom.Registry();
    const registers = [this.#registry];
    const counter = <T extends string>(name: string, help: string, labelNames: readonly T[]) =>
      new prom.Counter<T>({ name, help, labelNames, registers });
    const gauge = <T extends string>(name: string, help: string, labelNames: readonly T[]) =>
      new prom.Gauge<T>({ name, help, labelNames, registers });
    const histogram = (name: string, help: string, buckets: number[]) =>
      new prom.Histogram({ name, help, buckets, labelNames: VERSION_LABELS, registers });
    this.#httpRequests = counter('mlx_http_requests_total', 'HTTP requests answered.', [
      'method',
      'route',
      'status',
    ]);
    this.#requests = counter(
      'mlx_requests_total',
      'Prediction requests that reached a model version.',
      VERSION_LABELS,
    );
    this.#predictions = counter('mlx_predictions_total', 'Rows predicted.', VERSION_LABELS);
    this.#errors = counter('mlx_errors_total', 'Rows on which the model failed.', [
      ...VERSION_LABELS,
      'code',
    ]);
    this.#latency = histogram(
      'mlx_prediction_duration_seconds',
      'Time from the decoded request to its predictions.',
      LATENCY_BUCKETS_SECONDS,
    );
    this.#confidence = histogram(
      'mlx_prediction_confidence',
      'Probability of the predicted class.',
      CONFIDENCE_BUCKETS,
    );
    this.#rollbacks = counter('mlx_rollbacks_total', 'Times that this server took production back.', [
      'model',
    ]);
    this.#refusals = counter('mlx_http_errors_total', 'Error answers, by their code.', ['code']);
    this.#openings = counter('mlx_circuit_opened_total', 'Times that the circuit of a version opened.', [
      'model',
      'version',
    ]);
    this.#circuits = gauge('mlx_circuit_state', '1 for the state of the circuit of a loaded version.', [
      'model',
      'version',
      'state',
    ]);
    this.#fallbacks = counter(
      'mlx_fallback_requests_total',
      'Requests that a version answered in place of one whose circuit was open.',
      ['model', 'version'],
    );
    this.#labels = counter('mlx_feedback_labels_total', 'Labels received, by what became of them.', [
      'result',
    ]);
    this.#modelInfo = gauge('mlx_model_info', 'The version that answers for each served model.', [
      'model',
      'version',
      'task',
      'algorithm',
      'sha256',
    ]);
    this.#ready = gauge('mlx_ready', '1 when every served model has a version that answers.', []);
    this.#loaded = gauge('mlx_loaded_versions', 'Model versions in memory.', []);
    this.#logState = gauge(
      'mlx_prediction_log_rows',
      'Rows of the prediction log since the start, by state.',
      ['state'],
    );
  }

  static async create(): Promise<ServerMetrics> {
    return new ServerMetrics(await import('prom-client'));
  }

  answeredHttp(method: string, route: string, status: number): void {
    this.#httpRequests.inc({ method, route, status });
  }

  /** An answer that is an error. */
  refused(code: string): void {
    this.#refusals.inc({ code });
  }

  circuitOpened(model: string, version: number): void {
    this.#openings.inc({ model, version });
  }

  /** @param labels the version that stepped in */
  fellBack({ model, version }: VersionLabels): void {
    this.#fallbacks.inc({ model, version });
  }

  requested(labels: VersionLabels, seconds: number): void {
    this.#requests.inc({ ...labels });
    this.#latency.observe({ ...labels }, seconds);
  }

  predicted(labels: VersionLabels, confidence: number | null): void {
    this.#predictions.inc({ ...labels });
    if (confidence !== null) this.#confidence.observe({ ...labels }, confidence);
  }

  failed(labels: VersionLabels, code: string): void {
    this.#errors.inc({ ...labels, code });
  }

  rolledBack(model: string): void {
    this.#rollbacks.inc({ model });
  }

  labelled(result: string, count: number): void {
    if (count > 0) this.#labels.inc({ result }, count);
  }

  /** The exposition, with the present state of the models and of the log. */
  async expose({ catalog, writer, pool }: Exposed): Promise<{ text: string; contentType: string }> {
    this.#modelInfo.reset();
    for (const { name, current } of catalog.deployments) {
      if (current === undefined) continue;
      const { version, task, sha256 } = current.record;
      const { algorithm } = current.model.manifest;
      this.#modelInfo.set({ model: name, version, task, algorithm, sha256 }, 1);
    }
    this.#circuits.reset();
    for (const { record, breaker } of pool.versions)
      for (const state of CIRCUIT_STATES)
        this.#circuits.set(
          { model: record.name, version: record.version, state },
          breaker.state === state ? 1 : 0,
        );
    this.#loaded.set(pool.size);
    this.#ready.set(catalog.isReady ? 1 : 0);
    const { pending, written, dropped, failures } = writer.state;
    for (const [state, value] of Object.entries({ pending, written, dropped, write_failures: failures })) {
      this.#logState.set({ state }, value);
    }
    return { text: await this.#registry.metrics(), contentType: this.#registry.contentType };
  }
}
