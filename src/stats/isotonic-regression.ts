import { ascendingOrder } from './ascending-order.js';

/** A broken line through (x, y), x strictly ascending. */
export interface BrokenLine {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/**
 * The rising step function nearest to the values in weighted squares, by pooling adjacent violators (M. Ayer et al.,
 * 1955). Equal x are one point with their weighted mean; of a level run only the two ends are kept. Reference:
 * scikit-learn `IsotonicRegression(out_of_bounds='clip')`, which draws straight lines between the points.
 *
 * @param x without NaN
 * @param weights above 0; each value once when not given
 */
export function isotonicRegression(
  x: Float64Array,
  y: ArrayLike<number>,
  weights?: ArrayLike<number>,
): BrokenLine {
  const points = distinctPoints(x, y, weights);
  const levels = poolViolators(points.y, points.weight);
  return withoutInner(points.x, levels);
}

interface Points {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly weight: Float64Array;
}

function distinctPoints(x: Float64Array, y: ArrayLike<number>, weights?: ArrayLike<number>): Points {
  const distinct = { x: new Float64Array(x.length), y: new Float64Array(x.length) };
  const weight = new Float64Array(x.length);
  let count = 0;
  for (const row of ascendingOrder(x)) {
    const own = weights === undefined ? 1 : (weights[row] as number);
    if (count === 0 || distinct.x[count - 1] !== x[row]) distinct.x[count++] = x[row] as number;
    (distinct.y[count - 1] as number) += own * (y[row] as number);
    (weight[count - 1] as number) += own;
  }
  return {
    x: distinct.x.subarray(0, count),
    y: distinct.y.subarray(0, count).map((sum, i) => sum / (weight[i] as number)),
    weight: weight.subarray(0, count),
  };
}

/** Merges neighbours that fall into blocks with their weighted mean until all rise. */
function poolViolators(y: Float64Array, weight: Float64Array): Float64Array {
  const sums: number[] = [];
  const weights: number[] = [];
  const sizes: number[] = [];
  y.forEach((value, i) => {
    let [sum, total, size] = [value * (weight[i] as number), weight[i] as number, 1];
    while (sums.length > 0 && (sums.at(-1) as number) / (weights.at(-1) as number) >= sum / total) {
      sum += sums.pop() as number;
      total += weights.pop() as number;
      size += sizes.pop() as number;
    }
    sums.push(sum);
    weights.push(total);
    sizes.push(size);
  });
  const levels = new Float64Array(y.length);
  let start = 0;
  for (const [block, size] of sizes.entries()) {
    levels.fill((sums[block] as number) / (weights[block] as number), start, start + size);
    start += size;
  }
  return levels;
}

/** Without the points whose y equals both neighbours'. */
function withoutInner(x: Float64Array, y: Float64Array): BrokenLine {
  const kept: number[] = [];
  for (let i = 0; i < x.length; i++) {
    const isInner = i > 0 && i < x.length - 1 && y[i] === y[i - 1] && y[i] === y[i + 1];
    if (!isInner) kept.push(i);
  }
  return {
    x: Float64Array.from(kept, (i) => x[i] as number),
    y: Float64Array.from(kept, (i) => y[i] as number),
  };
}
