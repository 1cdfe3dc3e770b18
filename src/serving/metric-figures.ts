import type { MetricObjectWithValues, MetricValue } from 'prom-client';

/** One metric with its values, as prom-client writes it down; `aggregator` says how values of several processes add up. */
export type MetricFigures = MetricObjectWithValues<MetricValue<string>>;

/** Puts together the metrics of several processes. */
export async function mergeMetrics(
  parts: readonly (readonly MetricFigures[])[],
): Promise<readonly MetricFigures[]> {
  return (await aggregate(parts)).getMetricsAsJSON();
}

/** Without what tells of a process that lives. */
export function retireMetrics(metrics: readonly MetricFigures[]): readonly MetricFigures[] {
  return metrics.filter(({ type }) => String(type) !== 'gauge');
}

/** The Prometheus exposition. */
export async function exposition(
  metrics: readonly MetricFigures[],
): Promise<{ text: string; contentType: string }> {
  const registry = await aggregate([metrics]);
  return { text: await registry.metrics(), contentType: registry.contentType };
}

async function aggregate(parts: readonly (readonly MetricFigures[])[]) {
  const { AggregatorRegistry } = await import('prom-client');
  return AggregatorRegistry.aggregate(parts.map((part) => [...part]));
}
