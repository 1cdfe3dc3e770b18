/** One value of a metric, as prom-client has it. */
export interface MetricSample {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
  /** Where it is not the metric's own: `…_bucket`, `…_sum`, `…_count`. */
  readonly metricName?: string;
}

/** One metric at one moment, as plain data. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly values: readonly MetricSample[];
  /** How the values of several processes become one. */
  readonly aggregator: 'sum' | 'max' | 'min';
}

/** All metrics of one process at one moment. */
export type MetricsSnapshot = readonly Metric[];

export function metric(
  name: string,
  help: string,
  type: Metric['type'],
  values: readonly MetricSample[],
  aggregator: Metric['aggregator'] = 'sum',
): Metric {
  return { name, help, type, values, aggregator };
}
