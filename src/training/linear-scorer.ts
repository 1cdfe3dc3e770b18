import type { Matrix } from './matrix.js';

/**
 * A weighted sum of the columns: the raw score of output o is `intercept[o] + sum over columns of weight × value`, where each
 * term is rounded to a whole number of `units[o]`. Such sums are exact, and do not depend on the order of the terms.
 */
export interface LinearScorer {
  readonly kind: 'linear';
  readonly columns: number;
  readonly outputs: number;
  /** `outputs × columns`, row-major. */
  readonly weights: Float64Array;
  /** One per output. */
  readonly intercept: Float64Array;
  /** Powers of two, one per output; see gridUnits. */
  readonly units: Float64Array;
  /** Mean of each column over the training rows: what a column's contribution is measured from. */
  readonly means: Float64Array;
}

/** A sum of terms below this, in magnitude, is exact; half of what a double holds, so that halves are rounded right. */
const EXACT = 2 ** 51;

/**
 * How many times the largest sum of training may a single term be, as a power of two; a larger one is held there, which
 * moves a score only where a value is that far from anything that was learned from.
 */
const HEADROOM_BITS = 7;

/** The largest magnitude of a term, in units: as many terms as there are columns sum to less than EXACT. */
export function largestTerm(columns: number): number {
  return EXACT / 2 ** Math.ceil(Math.log2(columns));
}

/**
 * The smallest power of two for each output that leaves HEADROOM_BITS above the largest sum of terms that the training rows
 * can have: 2⁻³⁷ of that sum over 100 columns.
 *
 * @param largest the largest magnitude in each column of the training rows
 */
export function gridUnits(weights: Float64Array, largest: Float64Array, outputs: number): Float64Array {
  const columns = largest.length;
  return Float64Array.from({ length: outputs }, (_, output) => {
    let sum = 0;
    for (let j = 0; j < columns; j++)
      sum += Math.abs(weights[output * columns + j] as number) * (largest[j] as number);
    if (sum === 0) return 1;
    return 2 ** (Math.ceil(Math.log2(sum)) + HEADROOM_BITS) / largestTerm(columns);
  });
}

/** Raw scores of every row, row-major `rows × outputs`; exactly what the ONNX form computes, before its cast to float32. */
export function scoreLinear(scorer: LinearScorer, matrix: Matrix): Float64Array {
  const { outputs, intercept, units } = scorer;
  const { rows, columns, data } = matrix;
  const weights = weightsInUnits(scorer);
  const most = largestTerm(columns);
  const scores = new Float64Array(rows * outputs);
  for (let row = 0; row < rows; row++) {
    for (let output = 0; output < outputs; output++) {
      let sum = 0;
      for (let column = 0; column < columns; column++) {
        const term =
          (data[row * columns + column] as number) * (weights[output * columns + column] as number);
        sum += roundHalfToEven(Math.min(Math.max(term, -most), most));
      }
      scores[row * outputs + output] = sum * (units[output] as number) + (intercept[output] as number);
    }
  }
  return scores;
}

/** What a value of 1 adds to the sum of whole units, `outputs × columns`; exact, as the units are powers of two. */
export function weightsInUnits({ weights, units, columns }: LinearScorer): Float64Array {
  return weights.map((weight, i) => weight / (units[Math.floor(i / columns)] as number));
}

/** Adding 1.5 · 2⁵² leaves no bits for a fraction; for magnitudes up to 2⁵¹. */
function roundHalfToEven(value: number): number {
  return value + 1.5 * 2 ** 52 - 1.5 * 2 ** 52;
}
