import { quantileBetween } from './quantile.js';

/** So few values are sorted; more are dealt into buckets first. */
const SORTED = 4096;
const BUCKETS = 1024;
/** Values that lie in one bucket again and again, as over many magnitudes, are sorted in the end. */
const MAX_DEPTH = 4;

/**
 * The quantiles of unsorted values by linear interpolation, as {@link quantile} gives them, without sorting: values
 * are counted in buckets of equal width, and only the buckets that hold a wanted rank are looked into again.
 * @param values without NaN and ±∞
 * @param probabilities in [0, 1], ascending
 * @returns one per probability; NaN for no values
 */
export function quantilesOf(values: Float64Array, probabilities: readonly number[]): number[] {
  const last = values.length - 1;
  if (last < 0) return probabilities.map(() => Number.NaN);
  const ranks = new Set<number>();
  for (const q of probabilities) {
    const rank = Math.floor(q * last);
    ranks.add(rank).add(Math.min(rank + 1, last));
  }
  const found = new Map<number, number>();
  select(
    values,
    [...ranks].sort((a, b) => a - b),
    { offset: 0, depth: 0, found },
  );
  return probabilities.map((q) => {
    const rank = Math.floor(q * last);
    const high = found.get(Math.min(rank + 1, last)) as number;
    return quantileBetween(found.get(rank) as number, high, q * last - rank);
  });
}

interface Search {
  /** Rank of the smallest of the values among all. */
  readonly offset: number;
  readonly depth: number;
  readonly found: Map<number, number>;
}

function select(values: Float64Array, ranks: readonly number[], { offset, depth, found }: Search): void {
  const { min, scale } = bucketScale(values);
  if (values.length <= SORTED || depth >= MAX_DEPTH || !Number.isFinite(scale)) {
    const sorted = values.slice().sort();
    for (const rank of ranks) found.set(rank, sorted[rank - offset] as number);
    return;
  }
  if (scale === 0) {
    for (const rank of ranks) found.set(rank, min);
    return;
  }
  const counts = new Int32Array(BUCKETS);
  for (let i = 0; i < values.length; i++) {
    const bucket = bucketOf(values[i] as number, min, scale);
    counts[bucket] = (counts[bucket] as number) + 1;
  }
  const wanted = ranksByBucket(counts, ranks, offset);
  const held = gather(values, { min, scale }, counts, wanted.keys());
  for (const [bucket, part] of wanted) {
    const own = held.get(bucket) as Float64Array;
    select(own, part.ranks, { offset: part.offset, depth: depth + 1, found });
  }
}

/** The values of the wanted buckets, in one pass. */
function gather(
  values: Float64Array,
  { min, scale }: Scale,
  counts: Int32Array,
  wanted: Iterable<number>,
): Map<number, Float64Array> {
  const slots = new Int32Array(BUCKETS).fill(-1);
  const ends: number[] = [];
  const parts = new Map<number, [start: number, end: number]>();
  let size = 0;
  for (const bucket of wanted) {
    slots[bucket] = ends.push(size) - 1;
    parts.set(bucket, [size, size + (counts[bucket] as number)]);
    size += counts[bucket] as number;
  }
  const held = new Float64Array(size);
  const next = Int32Array.from(ends);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const slot = slots[bucketOf(value, min, scale)] as number;
    if (slot < 0) continue;
    const place = next[slot] as number;
    held[place] = value;
    next[slot] = place + 1;
  }
  return new Map(Array.from(parts, ([bucket, [start, end]]) => [bucket, held.subarray(start, end)]));
}

interface Scale {
  readonly min: number;
  readonly scale: number;
}

function bucketOf(value: number, min: number, scale: number): number {
  const bucket = ((value - min) * scale) | 0;
  return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

/** 0 for equal values; not finite where the range cannot be divided. */
function bucketScale(values: Float64Array): Scale {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (min === max) return { min, scale: 0 };
  return { min, scale: Number.isFinite(max - min) ? BUCKETS / (max - min) : Number.NaN };
}

/** For each bucket that holds a wanted rank: those ranks, and the rank of its smallest value. */
function ranksByBucket(
  counts: Int32Array,
  ranks: readonly number[],
  offset: number,
): Map<number, { offset: number; ranks: number[] }> {
  const parts = new Map<number, { offset: number; ranks: number[] }>();
  let start = offset;
  let next = 0;
  for (let bucket = 0; bucket < counts.length && next < ranks.length; bucket++) {
    const end = start + (counts[bucket] as number);
    const own: number[] = [];
    while (next < ranks.length && (ranks[next] as number) < end) own.push(ranks[next++] as number);
    if (own.length > 0) parts.set(bucket, { offset: start, ranks: own });
    start = end;
  }
  return parts;
}
