import type { MetricObjectWithValues, MetricValue, Registry } from 'prom-client';
import type { Catalog } from '../catalog.js';
import { CIRCUIT_STATES } from '../circuit-breaker.js';
import type { PredictionLog } from '../prediction-log.js';
import type { VersionPool } from '../version-pool.js';
import { type Metric, type MetricSample, type MetricsSnapshot, metric } from './metric.js';
import { Recorder, STAGES, type VersionLabels } from './recorder.js';

/** Whose present state is told. */
export interface Exposed {
  readonly catalog: Catalog;
  readonly writer: PredictionLog;
  readonly pool: VersionPool;
}

type Labels = Readonly<Record<string, string | number>>;
type Values = readonly MetricSample[];

/**
 * The Prometheus metrics of one process. What is counted with each request is counted in plain memory; prom-client sees
 * it when somebody asks, and adds what it knows of the process.
 */
export class ServerMetrics {
  #prom: Promise<{ readonly client: typeof import('prom-client'); readonly process: Registry }> | undefined;
  readonly #recorders = new Map<string, Recorder>();
  /** Route, then method and status. */
  readonly #http = new Map<string, Map<string, number>>();
  readonly #rollbacks = new Map<string, number>();
  readonly #refusals = new Map<string, number>();
  /** By model and version. */
  readonly #openings = new Map<string, number>();
  readonly #labels = new Map<string, number>();

  /** The counters of a version in an arm; the same object for the same labels. */
  recorder(labels: VersionLabels): Recorder {
    const key = `${labels.model}/${labels.version}/${labels.arm}`;
    let recorder = this.#recorders.get(key);
    if (recorder === undefined) {
      recorder = new Recorder(labels);
      this.#recorders.set(key, recorder);
    }
    return recorder;
  }

  answeredHttp(method: string, route: string, status: number): void {
    let counts = this.#http.get(route);
    if (counts === undefined) {
      counts = new Map();
      this.#http.set(route, counts);
    }
    add(counts, `${method} ${status}`, 1);
  }

  /** An answer that is an error. */
  refused(code: string): void {
    add(this.#refusals, code, 1);
  }

  circuitOpened(model: string, version: number): void {
    add(this.#openings, `${model} ${version}`, 1);
  }

  rolledBack(model: string): void {
    add(this.#rollbacks, model, 1);
  }

  labelled(result: string, count: number): void {
    if (count > 0) add(this.#labels, result, count);
  }

  /** Everything, with the present state of the models and of the log. */
  async snapshot(exposed: Exposed): Promise<MetricsSnapshot> {
    const { process } = await this.#loaded();
    return [
      ...this.#requestMetrics(),
      ...stateMetrics(exposed),
      ...((await process.getMetricsAsJSON()) as unknown as MetricsSnapshot).filter(isWellNamed),
    ];
  }

  /** The exposition of one or more processes; counts and gauges are added up. */
  async expose(snapshots: readonly MetricsSnapshot[]): Promise<{ text: string; contentType: string }> {
    const { client } = await this.#loaded();
    const registry = client.AggregatorRegistry.aggregate(
      snapshots as unknown as MetricObjectWithValues<MetricValue<string>>[],
    );
    return { text: await registry.metrics(), contentType: registry.contentType };
  }

  /** Loaded when somebody asks for metrics: a server that nobody watches starts without. */
  #loaded() {
    this.#prom ??= import('prom-client').then((client) => {
      const process = new client.Registry();
      client.collectDefaultMetrics({ register: process, prefix: 'mlx_' });
      return { client, process };
    });
    return this.#prom;
  }

  #requestMetrics(): MetricsSnapshot {
    const recorders = [...this.#recorders.values()];
    const each = (values: (recorder: Recorder, labels: Labels) => Values): Values =>
      recorders.flatMap((recorder) => values(recorder, { ...recorder.labels }));
    const requests = 'mlx_prediction_duration_seconds';
    const stages = 'mlx_prediction_stage_duration_seconds';
    return [
      metric('mlx_http_requests_total', 'HTTP requests answered.', 'counter', this.#httpValues()),
      metric(
        'mlx_requests_total',
        'Prediction requests that a model version answered.',
        'counter',
        each(({ requests: value }, labels) => [{ labels, value }]),
      ),
      metric(
        'mlx_predictions_total',
        'Rows predicted.',
        'counter',
        each(({ predictions: value }, labels) => [{ labels, value }]),
      ),
      metric(
        'mlx_errors_total',
        'Rows on which the model failed.',
        'counter',
        each(({ errors }, labels) =>
          [...errors].map(([code, value]) => ({ labels: { ...labels, code }, value })),
        ),
      ),
      metric(
        requests,
        'Time from the headers of a prediction request to its answer.',
        'histogram',
        each(({ latency }, labels) => latency.values(requests, labels)),
      ),
      metric(
        stages,
        'That time by what was done: parse (receive and decode), queue, run (the model), serialise (write the answer).',
        'histogram',
        each((recorder, labels) =>
          STAGES.flatMap((stage) => recorder.stages[stage].values(stages, { ...labels, stage })),
        ),
      ),
      metric(
        'mlx_batch_rows',
        'Rows in the runs of the model that requests shared.',
        'histogram',
        each(({ batchRows }, labels) => batchRows.values('mlx_batch_rows', labels)),
      ),
      metric(
        'mlx_prediction_confidence',
        'Probability of the predicted class.',
        'histogram',
        each(({ confidence }, labels) => confidence.values('mlx_prediction_confidence', labels)),
      ),
      metric(
        'mlx_fallback_requests_total',
        'Requests that a version answered in place of one whose circuit was open.',
        'counter',
        each(({ fallbacks: value }, labels) => (value === 0 ? [] : [{ labels, value }])),
      ),
      metric(
        'mlx_http_errors_total',
        'Error answers, by their code.',
        'counter',
        valuesOf(this.#refusals, 'code'),
      ),
      metric(
        'mlx_circuit_opened_total',
        'Times that the circuit of a version opened.',
        'counter',
        [...this.#openings].map(([key, value]) => {
          const [model = '', version = ''] = key.split(' ');
          return { labels: { model, version }, value };
        }),
      ),
      metric(
        'mlx_rollbacks_total',
        'Times that this server took production back.',
        'counter',
        valuesOf(this.#rollbacks, 'model'),
      ),
      metric(
        'mlx_feedback_labels_total',
        'Labels received, by what became of them.',
        'counter',
        valuesOf(this.#labels, 'result'),
      ),
    ];
  }

  #httpValues(): Values {
    return [...this.#http].flatMap(([route, counts]) =>
      [...counts].map(([key, value]) => {
        const [method = '', status = ''] = key.split(' ');
        return { labels: { method, route, status }, value };
      }),
    );
  }
}

/** Present state; `aggregator` says how it is put together over processes. */
function stateMetrics({ catalog, writer, pool }: Exposed): MetricsSnapshot {
  const serving = catalog.deployments.flatMap(({ name, current }) =>
    current === undefined ? [] : [{ name, current }],
  );
  const { pending, written, dropped, sampledOut, failures, problem } = writer.state;
  const states = { pending, written, dropped, sampled_out: sampledOut, write_failures: failures };
  return [
    metric(
      'mlx_model_info',
      'The version that answers for each served model.',
      'gauge',
      serving.map(({ name, current: { record, model } }) => {
        const { version, task, sha256 } = record;
        const { algorithm } = model.manifest;
        return { labels: { model: name, version, task, algorithm, sha256 }, value: 1 };
      }),
      'max',
    ),
    metric(
      'mlx_queue_rows',
      'Rows that wait for a run.',
      'gauge',
      serving.map(({ name, current: { record, batcher } }) => ({
        labels: { model: name, version: record.version },
        value: batcher.rowsWaiting,
      })),
    ),
    metric(
      'mlx_ready',
      '1 when every served model has a version that answers.',
      'gauge',
      [{ labels: {}, value: catalog.isReady ? 1 : 0 }],
      'min',
    ),
    metric(
      'mlx_circuit_state',
      '1 for the state of the circuit of a loaded version.',
      'gauge',
      [...pool.versions].flatMap(({ record, breaker }) =>
        CIRCUIT_STATES.map((state) => ({
          labels: { model: record.name, version: record.version, state },
          value: breaker.state === state ? 1 : 0,
        })),
      ),
      'max',
    ),
    metric('mlx_loaded_versions', 'Model versions in memory.', 'gauge', [{ labels: {}, value: pool.size }]),
    metric(
      'mlx_prediction_log_healthy',
      '1 when predictions are logged, 0 while the journal or log.db cannot be written.',
      'gauge',
      [{ labels: {}, value: problem === null ? 1 : 0 }],
      'min',
    ),
    metric(
      'mlx_prediction_log_rows',
      'Rows of the prediction log since the start, by state.',
      'gauge',
      Object.entries(states).map(([state, value]) => ({ labels: { state }, value })),
    ),
  ];
}

/** prom-client has gauges that are called `…_total`, as counters alone should be. */
function isWellNamed({ name, type }: Metric): boolean {
  return type === 'counter' || !name.endsWith('_total');
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

function valuesOf(counts: ReadonlyMap<string, number>, label: string): Values {
  return [...counts].map(([key, value]) => ({ labels: { [label]: key }, value }));
}
