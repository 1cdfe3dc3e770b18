import { countInBins, histogramEdges } from '../../data/profile/histogram.js';
import type { NumberHistogram } from '../../reports/training/report.js';
import { quantile } from '../../stats/quantile.js';

const MOST_BINS = 40;

/** How finite values are spread; far tails are counted beyond the edges. */
export function numberHistogram(values: Float64Array): NumberHistogram {
  const sorted = values.slice().sort();
  const at = (q: number): number => quantile(sorted, q);
  const quantiles = {
    p1: at(0.01),
    p5: at(0.05),
    p25: at(0.25),
    p50: at(0.5),
    p75: at(0.75),
    p95: at(0.95),
    p99: at(0.99),
  };
  const spread = {
    count: values.length,
    min: sorted[0] as number,
    max: sorted.at(-1) as number,
    quantiles,
    isInteger: values.every(Number.isInteger),
  };
  const { edges, counts, below, above } = countInBins(values, histogramEdges(spread, MOST_BINS), null);
  return { edges, counts, below, above };
}
