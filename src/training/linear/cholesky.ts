/** Below this share of its variance, what a column adds to those before it is rounding. */
const DEPENDENT = 1e-12;

/** The factor of a symmetric matrix that is scaled to a unit diagonal first, so that units of columns do not matter. */
export interface CholeskyFactor {
  readonly size: number;
  /** Lower triangle by rows; Infinity on the diagonal of a column that depends on those before it. */
  readonly lower: Float64Array;
  /** 1 / √ of the diagonal; 0 where that is 0. */
  readonly scale: Float64Array;
}

/**
 * Factorises `factor · matrix + ridge · I`, which is symmetric and not negative. A column that depends on those before it
 * is taken out: its unknown is 0 in every solution.
 *
 * @param matrix `size × size`
 */
export function choleskyOf(
  matrix: Float64Array,
  size: number,
  factor: number,
  ridge: number,
): CholeskyFactor {
  const lower = new Float64Array(size * size);
  const scale = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    const diagonal = factor * (matrix[i * size + i] as number) + ridge;
    scale[i] = diagonal > 0 ? 1 / Math.sqrt(diagonal) : 0;
  }
  for (let i = 0; i < size; i++) {
    const row = i * size;
    for (let j = 0; j < i; j++) {
      const other = j * size;
      const scaled =
        factor * (matrix[row + j] as number) * ((scale[i] as number) * (scale[j] as number)) -
        dot(lower, row, other, j);
      lower[row + j] = scaled / (lower[other + j] as number);
    }
    const rest = scale[i] === 0 ? 0 : 1 - dot(lower, row, row, i);
    lower[row + i] = rest > DEPENDENT ? Math.sqrt(rest) : Infinity;
  }
  return { size, lower, scale };
}

/** Writes the solution over the right-hand side, `values[at] ...`. */
export function solveCholesky({ size, lower, scale }: CholeskyFactor, values: Float64Array, at = 0): void {
  for (let i = 0; i < size; i++) {
    let value = (values[at + i] as number) * (scale[i] as number);
    for (let j = 0; j < i; j++) value -= (lower[i * size + j] as number) * (values[at + j] as number);
    values[at + i] = value / (lower[i * size + i] as number);
  }
  for (let i = size - 1; i >= 0; i--) {
    const value = (values[at + i] as number) / (lower[i * size + i] as number);
    values[at + i] = value;
    for (let j = 0; j < i; j++) (values[at + j] as number) -= (lower[i * size + j] as number) * value;
  }
  for (let i = 0; i < size; i++) (values[at + i] as number) *= scale[i] as number;
}

function dot(values: Float64Array, a: number, b: number, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += (values[a + i] as number) * (values[b + i] as number);
  return sum;
}
