/**
 * A broken line as pieces, each with a start and a slope: piece i holds the values up to and with x[i] of the curve, the last
 * one those beyond. The value at p is `y + slope · (p − x)` in double arithmetic. All numbers are float32, as a graph's
 * trees store them, and slopes are rounded towards 0, so that no piece ends above the start of the next.
 */
export interface Segments {
  /** Upper end of each piece but the last. */
  readonly ends: Float32Array;
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly slope: Float32Array;
}

const LARGEST_FLOAT = (2 - 2 ** -23) * 2 ** 127;

/** @param curve at least one point, x strictly ascending, y rising */
export function segmentsOf({ x, y }: { readonly x: Float32Array; readonly y: Float32Array }): Segments {
  const count = x.length + 1;
  const starts = Int32Array.from({ length: count }, (_, piece) => Math.max(0, piece - 1));
  return {
    ends: x,
    x: Float32Array.from(starts, (i) => x[i] as number),
    y: Float32Array.from(starts, (i) => y[i] as number),
    slope: Float32Array.from({ length: count }, (_, piece) =>
      piece === 0 || piece === x.length ? 0 : slopeBefore(x, y, piece),
    ),
  };
}

function slopeBefore(x: Float32Array, y: Float32Array, point: number): number {
  const run = (x[point] as number) - (x[point - 1] as number);
  const exact = ((y[point] as number) - (y[point - 1] as number)) / run;
  const nearest = Math.min(Math.fround(exact), LARGEST_FLOAT);
  return nearest > exact ? Math.fround(nearest * (1 - 2 ** -24)) : nearest;
}

/** The broken line's value at p. */
export function bendAt({ ends, x, y, slope }: Segments, p: number): number {
  let low = 0;
  let high = ends.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (p <= (ends[middle] as number)) high = middle;
    else low = middle + 1;
  }
  return (y[low] as number) + (slope[low] as number) * (p - (x[low] as number));
}
