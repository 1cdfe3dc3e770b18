/**
 * The points of a broken line that matter most for its shape: from the two ends on, the point that lies farthest from
 * the line drawn so far is added until there are `most` points or none is off the line (the greedy form of D. Douglas &
 * T. Peucker, 1973). Takes O(n log most) for curves that are not pathological.
 *
 * @param most at least 2
 * @returns ascending indices, the first and the last among them
 */
export function thinPolyline(x: ArrayLike<number>, y: ArrayLike<number>, most: number): number[] {
  if (x.length <= 2) return Array.from({ length: x.length }, (_, i) => i);
  const stretches = [farthest(x, y, 0, x.length - 1)];
  const kept = [0, x.length - 1];
  while (kept.length < most) {
    let widest = 0;
    for (let i = 1; i < stretches.length; i++) {
      if ((stretches[i] as Stretch).distance > (stretches[widest] as Stretch).distance) widest = i;
    }
    const { start, end, middle, distance } = stretches[widest] as Stretch;
    if (distance === 0) break;
    kept.push(middle);
    stretches[widest] = farthest(x, y, start, middle);
    stretches.push(farthest(x, y, middle, end));
  }
  return kept.sort((a, b) => a - b);
}

interface Stretch {
  readonly start: number;
  readonly end: number;
  /** The point between that is farthest from the chord, and how far. */
  readonly middle: number;
  readonly distance: number;
}

/** The first of the points that are farthest from the chord; 0 for points on it, as far as doubles can tell. */
function farthest(x: ArrayLike<number>, y: ArrayLike<number>, start: number, end: number): Stretch {
  const [left, bottom] = [x[start] as number, y[start] as number];
  const width = (x[end] as number) - left;
  const height = (y[end] as number) - bottom;
  const length = Math.hypot(width, height);
  let middle = start;
  let distance = 0;
  for (let i = start + 1; i < end; i++) {
    const across = (x[i] as number) - left;
    const up = (y[i] as number) - bottom;
    const off = length === 0 ? Math.hypot(across, up) : Math.abs(across * height - up * width) / length;
    if (off > distance) [middle, distance] = [i, off];
  }
  return distance > 1e-12 ? { start, end, middle, distance } : { start, end, middle, distance: 0 };
}
