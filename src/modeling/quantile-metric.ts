const PATTERN = /^quantile_loss@(0?\.\d+)$/;

/** The quantile that a metric such as `quantile_loss@0.9` is of; null for every other metric. */
export function quantileOf(metric: string | undefined): number | null {
  const quantile = Number(PATTERN.exec(metric ?? '')?.[1] ?? Number.NaN);
  return quantile > 0 && quantile < 1 ? quantile : null;
}
