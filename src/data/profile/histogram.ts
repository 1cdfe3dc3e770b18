import { atStep, niceStep } from '../../stats/nice-step.js';
import { type Comparison, targetByGroup } from './compare.js';
import type { Histogram, QuantileName } from './table-profile.js';

/** Bins of a histogram where the caller does not say. */
export const MAX_BINS = 30;
const MIN_BINS = 10;
/** What lies closer together cannot be divided in doubles. */
const SMALLEST_RANGE = 1e-290;
/** Widths are rounded up to what people read easily, by this on average. */
const ROUNDED_UP = 1.4;

interface Spread {
  readonly count: number;
  readonly min: number;
  readonly max: number;
  readonly quantiles: Readonly<Record<QuantileName, number>>;
  readonly isInteger: boolean;
}

/**
 * Edges of bins of equal width, by D. Freedman & P. Diaconis (1981) about between MIN_BINS and `maxBins` of them, the width
 * rounded up to 1, 2, 2.5 or 5 times a power of ten and the edges to its multiples. A tail that reaches beyond the
 * 1st or 99th percentile by more than the distance between them is cut off there.
 */
export function histogramEdges(spread: Spread, maxBins: number): number[] {
  const { count, min, max, quantiles, isInteger } = spread;
  const body = quantiles.p99 - quantiles.p1;
  const low = body > 0 && min < quantiles.p1 - body ? quantiles.p1 : min;
  const high = body > 0 && max > quantiles.p99 + body ? quantiles.p99 : max;
  if (low === high) return [low, low];
  const range = high - low;
  if (!Number.isFinite(range) || range < SMALLEST_RANGE) return [low, high];
  const ideal = (2 * (quantiles.p75 - quantiles.p25)) / Math.cbrt(count);
  const bins = Math.min(
    Math.max(Math.ceil(ideal > 0 ? (ROUNDED_UP * range) / ideal : maxBins), MIN_BINS),
    maxBins,
  );
  const step = isInteger ? Math.max(1, Math.ceil(niceStep(range / bins))) : niceStep(range / bins);
  const first = Math.floor(low / step);
  // The last bin takes its upper edge in; for integers that would make it hold one more than the others.
  const last = isInteger ? Math.floor(high / step) + 1 : Math.max(Math.ceil(high / step), first + 1);
  // Where a step is smaller than the rounding of the values themselves there is nothing to round to.
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last) || last - first > 2 * maxBins) {
    return Array.from({ length: bins + 1 }, (_, i) => (i === bins ? high : low + (range / bins) * i));
  }
  return Array.from({ length: last - first + 1 }, (_, i) => atStep(first + i, step));
}

/** Counts values in bins of equal width. @param values NaN = missing */
export function countInBins(
  values: Float64Array,
  edges: readonly number[],
  comparison: Comparison | null,
): Histogram {
  const size = edges.length - 1;
  const bounds = Float64Array.from(edges);
  const low = bounds[0] as number;
  const high = bounds[size] as number;
  const scale = high > low ? size / (high - low) : 0;
  const bins = new Int32Array(values.length).fill(-1);
  const counts = new Int32Array(size);
  let below = 0;
  let above = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    if (value >= low && value <= high) {
      let bin = Math.min(((value - low) * scale) | 0, size - 1);
      // The product is rounded: the edges decide.
      if (value < (bounds[bin] as number)) bin--;
      else if (bin < size - 1 && value >= (bounds[bin + 1] as number)) bin++;
      bins[row] = bin;
      counts[bin] = (counts[bin] as number) + 1;
    } else if (value < low) below++;
    else if (value > high) above++;
  }
  return { edges, counts: [...counts], below, above, target: targetByGroup(comparison, bins, size) };
}

/** Counts values in bins of any width that hold them all. @param values NaN = missing */
export function countInCalendarBins(
  values: Float64Array,
  edges: readonly number[],
  comparison: Comparison | null,
): Histogram {
  const size = edges.length - 1;
  const bounds = Float64Array.from(edges);
  const bins = new Int32Array(values.length).fill(-1);
  const counts = new Int32Array(size);
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    if (Number.isNaN(value)) continue;
    let bin = 0;
    for (let high = size; high - bin > 1; ) {
      const middle = (bin + high) >> 1;
      if ((bounds[middle] as number) <= value) bin = middle;
      else high = middle;
    }
    bins[row] = bin;
    counts[bin] = (counts[bin] as number) + 1;
  }
  return { edges, counts: [...counts], below: 0, above: 0, target: targetByGroup(comparison, bins, size) };
}
