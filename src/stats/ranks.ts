/**
 * Counts of values against a fixed reference sample. One pass over the values, no sorting: the
 * distance of two empirical distribution functions and the shares in quantile bins need to know
 * only how many values lie at and between the distinct reference values.
 */
export interface Reference {
  /** Number of reference values. */
  readonly count: number;
  /** Distinct reference values, ascending. */
  readonly distinct: Float64Array;
  /** Reference values ≤ distinct[k], as a count. */
  readonly cumulative: Float64Array;
}

export interface RankCounts {
  /** Number of finite values counted. */
  readonly count: number;
  /** 2·distinct + 1 cells: cell 2k lies before distinct[k], cell 2k+1 is equal to it. */
  readonly cells: Float64Array;
}

/** @param sorted ascending, without NaN */
export function createReference(sorted: ArrayLike<number>): Reference {
  const distinct: number[] = [];
  const cumulative: number[] = [];
  for (let i = 0; i < sorted.length; i++) {
    const value = sorted[i] as number;
    if (distinct.at(-1) === value) cumulative[cumulative.length - 1] = i + 1;
    else {
      distinct.push(value);
      cumulative.push(i + 1);
    }
  }
  return {
    count: sorted.length,
    distinct: Float64Array.from(distinct),
    cumulative: Float64Array.from(cumulative),
  };
}

/** Counts unsorted values; NaN and ±∞ are passed over. */
export function countAgainst(reference: Reference, values: ArrayLike<number>): RankCounts {
  const { distinct } = reference;
  const size = distinct.length;
  const cells = new Float64Array(2 * size + 1);
  const guide = createGuide(distinct);
  const { starts, minimum, scale } = guide;
  const maximum = size === 0 ? Number.NaN : (distinct[size - 1] as number);
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isFinite(value)) continue;
    count++;
    let low = 0;
    let high = size;
    if (value >= minimum && value <= maximum) {
      const bucket = ((value - minimum) * scale) | 0;
      low = starts[bucket] as number;
      high = starts[bucket + 1] as number;
    } else if (value > maximum) low = size;
    else high = 0;
    // first distinct value that is not below `value`
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((distinct[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    const cell = low < size && distinct[low] === value ? 2 * low + 1 : 2 * low;
    cells[cell] = (cells[cell] as number) + 1;
  }
  return { count, cells };
}

/** Largest distance of the two empirical distribution functions (NaN if either sample is empty). */
export function rankDistance(reference: Reference, counts: RankCounts): number {
  if (reference.count === 0 || counts.count === 0) return Number.NaN;
  let distance = 0;
  let below = 0;
  let share = 0;
  for (let k = 0; k < reference.distinct.length; k++) {
    below += counts.cells[2 * k] as number;
    distance = Math.max(distance, Math.abs(below / counts.count - share));
    below += counts.cells[2 * k + 1] as number;
    share = (reference.cumulative[k] as number) / reference.count;
    distance = Math.max(distance, Math.abs(below / counts.count - share));
  }
  return distance;
}

/**
 * Counts of reference and values in up to `bins` bins of about equal reference share; a bin ends at
 * a reference value and contains it, the outer bins are open.
 */
export function quantileBins(
  reference: Reference,
  counts: RankCounts,
  bins: number,
): { reference: number[]; values: number[] } {
  const binned: { reference: number[]; values: number[] } = { reference: [], values: [] };
  const { distinct, cumulative, count } = reference;
  let closed = 0;
  let values = 0;
  for (let k = 0; k < distinct.length; k++) {
    values += (counts.cells[2 * k] as number) + (counts.cells[2 * k + 1] as number);
    const reached = cumulative[k] as number;
    const isLast = k === distinct.length - 1;
    if (!isLast && reached * bins < count * (Math.floor((closed * bins) / count) + 1)) continue;
    binned.reference.push(reached - closed);
    binned.values.push(isLast ? values + (counts.cells[2 * distinct.length] as number) : values);
    closed = reached;
    values = 0;
  }
  return binned;
}

/**
 * Guide table for the search: `starts[g]` is the first distinct value in bucket g of equal width, so
 * that a lookup searches one bucket only. One bucket where the range cannot be divided.
 */
function createGuide(distinct: Float64Array): { starts: Int32Array; minimum: number; scale: number } {
  const size = distinct.length;
  const minimum = size === 0 ? Number.NaN : (distinct[0] as number);
  const range = size === 0 ? 0 : (distinct[size - 1] as number) - minimum;
  const buckets = 2 * size;
  const ideal = buckets / range;
  const divides = range > 0 && Number.isFinite(range) && Number.isFinite(ideal);
  const scale = divides ? ideal : 0;
  const starts = new Int32Array(buckets + 2).fill(size);
  let bucket = 0;
  for (let k = 0; k < size; k++) {
    const own = (((distinct[k] as number) - minimum) * scale) | 0;
    while (bucket <= own) starts[bucket++] = k;
  }
  return { starts, minimum, scale };
}
