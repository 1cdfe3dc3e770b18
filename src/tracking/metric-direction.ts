export type MetricDirection = 'higher' | 'lower';

const LOWER = /(^|_)(rmse|mae|mse|mape|loss|error|errors|brier|deviance|latency|duration)(_|$)/;
const HIGHER = /(^|_)(auc|accuracy|precision|recall|f1|mcc|r2|explained_variance|score)(_|$)/;
const SPREAD = /(^|_)(std|sd|stdev|(?<!explained_)variance|min|max|count)$/;

/** Whether more of a metric is better, by the standard terms in its name; null when that is not known. */
export function metricDirection(name: string): MetricDirection | null {
  const words = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_');
  if (SPREAD.test(words)) return null;
  if (LOWER.test(words)) return 'lower';
  return HIGHER.test(words) ? 'higher' : null;
}
