const HUGE = 2 ** 400;

/**
 * P(D_n < d), exact: Durbin's matrix power as organised by G. Marsaglia, W. Tsang & J. Wang,
 * "Evaluating Kolmogorov's distribution", J. Stat. Software 8(18), 2003. With k = ⌈n·d⌉ it takes
 * O(k³ log n), so it is meant for small n·d.
 */
export function durbinMatrixCdf(d: number, n: number): number {
  const k = Math.ceil(n * d);
  const size = 2 * k - 1;
  const power = matrixPower(transitionMatrix(k - n * d, size), size, n, k - 1);
  // times n!/n^n, with a power of HUGE kept aside
  let value = power.matrix[(k - 1) * size + (k - 1)] as number;
  let scale = power.scale;
  for (let i = 1; i <= n; i++) {
    value *= i / n;
    if (value < 1 / HUGE) {
      value *= HUGE;
      scale -= 1;
    }
  }
  for (; scale > 0; scale--) value *= HUGE;
  for (; scale < 0; scale++) value /= HUGE;
  return value;
}

/** H: 1/(i−j+1)! on and below the superdiagonal, first column and last row corrected by h. */
function transitionMatrix(h: number, size: number): Float64Array {
  const inverseFactorial = new Float64Array(size + 1);
  inverseFactorial[0] = 1;
  for (let i = 1; i <= size; i++) inverseFactorial[i] = (inverseFactorial[i - 1] as number) / i;
  const matrix = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= Math.min(i + 1, size - 1); j++) {
      matrix[i * size + j] = inverseFactorial[i - j + 1] as number;
    }
  }
  for (let i = 0; i < size; i++) {
    const corrected = (1 - h ** (i + 1)) * (inverseFactorial[i + 1] as number);
    matrix[i * size] = corrected;
    matrix[(size - 1) * size + (size - 1 - i)] = corrected;
  }
  const corner = 1 - 2 * h ** size + Math.max(2 * h - 1, 0) ** size;
  matrix[(size - 1) * size] = corner * (inverseFactorial[size] as number);
  return matrix;
}

/** matrix^exponent·HUGE^scale by squaring; rescaled whenever the centre element grows too large. */
function matrixPower(
  matrix: Float64Array,
  size: number,
  exponent: number,
  centre: number,
): { matrix: Float64Array; scale: number } {
  let result: Float64Array | undefined;
  let resultScale = 0;
  let base = matrix;
  let baseScale = 0;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) {
      result = result === undefined ? base : multiply(result, base, size);
      resultScale += baseScale;
      resultScale += rescale(result, centre, size);
    }
    if (rest === 1) break;
    base = multiply(base, base, size);
    baseScale = 2 * baseScale + rescale(base, centre, size);
  }
  return { matrix: result ?? matrix, scale: resultScale };
}

function rescale(matrix: Float64Array, centre: number, size: number): number {
  if ((matrix[centre * size + centre] as number) <= HUGE) return 0;
  for (let i = 0; i < matrix.length; i++) matrix[i] = (matrix[i] as number) / HUGE;
  return 1;
}

function multiply(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const product = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      const factor = a[i * size + k] as number;
      if (factor === 0) continue;
      for (let j = 0; j < size; j++) {
        product[i * size + j] = (product[i * size + j] as number) + factor * (b[k * size + j] as number);
      }
    }
  }
  return product;
}
