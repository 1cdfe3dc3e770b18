import { createRandom } from './random.js';

/** Up to so many values are sorted outright; of more, a sample of this size says where to look. */
const SORTED_OUTRIGHT = 4096;
/** Ranks of the sample on either side of the wanted one: four standard deviations of its place at most. */
const FIRST_MARGIN = 2 * Math.sqrt(SORTED_OUTRIGHT);

/**
 * Quantiles of unsorted values (NaN = missing) for probabilities in [0, 1]: the bits that `quantile` gives of
 * the sorted values, in time linear in their number. NaN where there is no value. The values stay as they are.
 *
 * A sorted random sample brackets each quantile; one pass without branches counts what lies below the bracket and
 * keeps what lies inside, a few hundredths of all (after Robert Floyd & Ronald Rivest, "Expected time bounds for
 * selection", CACM 18, 1975).
 * @param scratch room for as many values, so that callers with many columns can use the same again
 */
export function quantilesOf(
  values: Float64Array,
  probabilities: readonly number[],
  scratch: Float64Array = new Float64Array(values.length),
): number[] {
  const present = new Present(values, scratch, 0);
  return probabilities.map((probability) => {
    if (present.count === 0) return Number.NaN;
    const position = probability * (present.count - 1);
    const index = Math.floor(position);
    const [low, high] = present.neighbours(index);
    return between(low, high, position - index);
  });
}

/**
 * The point at `share` (0 to 1) of the way between two order statistics, from the nearer end, so that a share
 * of 1 and equal neighbours come out exactly (numpy's interpolation).
 */
export function between(low: number, high: number, share: number): number {
  if (low === high) return low;
  // The distance of the largest doubles is none.
  if (!Number.isFinite(high - low)) return low * (1 - share) + high * share;
  return share < 0.5 ? low + (high - low) * share : high - (high - low) * (1 - share);
}

/** The values that are not NaN, by rank. */
class Present {
  readonly count: number;
  readonly #values: Float64Array;
  readonly #scratch: Float64Array;
  readonly #depth: number;
  /** All values where there are few, else a sample; ascending. */
  readonly #sorted: Float64Array;
  /** What the latest pass kept, at the start of the scratch. */
  #inside: Float64Array = new Float64Array();

  /** @param depth of the search: each level draws other samples, so that no values can mislead them all */
  constructor(values: Float64Array, scratch: Float64Array, depth: number) {
    this.#depth = depth;
    this.#values = values;
    this.#scratch = scratch;
    let missing = 0;
    for (let i = 0; i < values.length; i++) missing += +Number.isNaN(values[i] as number);
    this.count = values.length - missing;
    this.#sorted = this.#isSmall ? presentOf(values, this.count) : sampleOf(values, depth);
    this.#sorted.sort();
  }

  get #isSmall(): boolean {
    return this.count <= SORTED_OUTRIGHT;
  }

  /** The values of ranks k and k + 1 from 0; twice the last one at the end. */
  neighbours(k: number): readonly [number, number] {
    const next = Math.min(k + 1, this.count - 1);
    if (this.#isSmall) return [this.#sorted[k] as number, this.#sorted[next] as number];
    for (let margin = FIRST_MARGIN; ; margin *= 4) {
      const centre = (k / (this.count - 1)) * (SORTED_OUTRIGHT - 1);
      const from = Math.floor(centre - margin);
      const to = Math.ceil(centre + margin);
      const low = from < 0 ? Number.NEGATIVE_INFINITY : (this.#sorted[from] as number);
      const high = to >= SORTED_OUTRIGHT ? Number.POSITIVE_INFINITY : (this.#sorted[to] as number);
      const start = this.#keepInside(low, high);
      const end = start + this.#inside.length;
      if (k >= start && next < end) return this.#rest().neighbours(k - start);
      // Equal values at an end of the bracket, or a sample that was wide of the mark.
      const { belowLow, upToHigh } = this.#countEnds(low, high);
      if (k < belowLow || next >= upToHigh) continue;
      const at = (rank: number): number => {
        if (rank < start) return low;
        return rank < end ? this.#rest().neighbours(rank - start)[0] : high;
      };
      return [at(k), at(next)];
    }
  }

  /** What lies inside the bracket, to be looked through in the same way. */
  #rest(): Present {
    return new Present(this.#inside, new Float64Array(this.#inside.length), this.#depth + 1);
  }

  /** Puts the values between the two into the scratch, both ends left out; returns how many are up to `low`. */
  #keepInside(low: number, high: number): number {
    const values = this.#values;
    const scratch = this.#scratch;
    let upToLow = 0;
    let inside = 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      upToLow += +(value <= low);
      // Always written, seldom kept: cheaper than a branch that cannot be foretold.
      scratch[inside] = value;
      inside += +(value > low) & +(value < high);
    }
    this.#inside = scratch.subarray(0, inside);
    return upToLow;
  }

  #countEnds(low: number, high: number): { readonly belowLow: number; readonly upToHigh: number } {
    const values = this.#values;
    let belowLow = 0;
    let upToHigh = 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      belowLow += +(value < low);
      upToHigh += +(value <= high);
    }
    return { belowLow, upToHigh };
  }
}

function presentOf(values: Float64Array, count: number): Float64Array {
  const present = new Float64Array(count);
  let taken = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isNaN(value)) present[taken++] = value;
  }
  return present;
}

/** A sample with replacement; the same for the same values, and blind to their order. */
function sampleOf(values: Float64Array, depth: number): Float64Array {
  const random = createRandom(values.length, depth);
  const sample = new Float64Array(SORTED_OUTRIGHT);
  let taken = 0;
  while (taken < sample.length) {
    const value = values[random.int(values.length)] as number;
    if (!Number.isNaN(value)) sample[taken++] = value;
  }
  return sample;
}
