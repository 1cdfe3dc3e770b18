/** A rule that integrates polynomials over 0 ... 1 as a weighted sum of their values at `nodes`. */
export interface QuadratureRule {
  /** Ascending, strictly between 0 and 1. */
  readonly nodes: Float64Array;
  /** Positive; they sum to 1. */
  readonly weights: Float64Array;
}

const MOST_STEPS = 100;

/**
 * The Gauss–Legendre rule of that many points: exact for polynomials up to degree 2 · points − 1.
 * Newton's method on the Legendre polynomials, whose recurrence and derivative are those of Abramowitz & Stegun 22.7,
 * 22.8; weights by 25.4.29.
 */
export function gaussLegendre(points: number): QuadratureRule {
  const nodes = new Float64Array(points);
  const weights = new Float64Array(points);
  for (let i = 0; i < points; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (points + 0.5));
    let [value, slope] = legendre(points, x);
    for (let step = 0; step < MOST_STEPS; step++) {
      const next = x - value / slope;
      const isDone = Math.abs(next - x) <= Number.EPSILON;
      x = next;
      [value, slope] = legendre(points, x);
      if (isDone) break;
    }
    nodes[points - 1 - i] = (1 + x) / 2;
    weights[points - 1 - i] = 1 / ((1 - x * x) * slope * slope);
  }
  return { nodes, weights };
}

/** The Legendre polynomial of that degree at x, −1 < x < 1, and its derivative. */
function legendre(degree: number, x: number): [value: number, slope: number] {
  let before = 1;
  let value = x;
  for (let k = 2; k <= degree; k++) {
    [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
  }
  return [value, (degree * (x * value - before)) / (x * x - 1)];
}
