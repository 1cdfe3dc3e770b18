import type { MetricObjectWithValues, MetricValue } from 'prom-client';
import type { MetricsSnapshot } from './metric.js';

/** Puts together the metrics of several processes, as the aggregator of each says. */
export async function mergeMetrics(parts: readonly MetricsSnapshot[]): Promise<MetricsSnapshot> {
  const { AggregatorRegistry } = await import('prom-client');
  const merged = AggregatorRegistry.aggregate(
    parts as unknown as MetricObjectWithValues<MetricValue<string>>[],
  );
  return (await merged.getMetricsAsJSON()) as unknown as MetricsSnapshot;
}

/** What goes on counting of a process that has ended. */
export function retireMetrics(metrics: MetricsSnapshot): MetricsSnapshot {
  return metrics.filter(({ type }) => type !== 'gauge');
}
