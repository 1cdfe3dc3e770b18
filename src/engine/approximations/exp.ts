import { fusedMultiplyAdd } from './fused.js';

const { fround } = Math;

// The constants of ONNX Runtime's MLAS (onnxruntime/core/mlas/lib/compute.cpp, MlasExpConstants).
const LOWEST = fround(-103.9720840454);
const HIGHEST = fround(88.776262664795);
/** 1.5 · 2^52: a double of less than 2^51 that is added to it is rounded to a whole number, ties to even. */
const ROUNDING_BIAS = 1.5 * 2 ** 52;
const LOG2_E = fround(Math.LOG2E);
const LN_2_HIGH = fround(0.693145752);
const LN_2_LOW = fround(1.42860677e-6);
const C6 = 0x1694 / 2 ** 22;
const C5 = 0x1125edc / 2 ** 31;
const C4 = 0x1555b5a / 2 ** 29;
const C3 = 0x155545 / 2 ** 23;
const C2 = 0x1fffff6 / 2 ** 26;

const LEAST_POWER = -150;
/** 2^m as a double, for m from -150 to 128. */
const POWERS = Float64Array.from({ length: 279 }, (_, index) => 2 ** (LEAST_POWER + index));

/**
 * The float32 exponential as ONNX Runtime 1.30 computes it on x64 with FMA3 or AVX-512 (operator `Exp`), to the bit:
 * x = m·ln 2 + r, a polynomial of degree 6 in r, times 2^m. Below about -103.97 it is 0, from about 88.73 Infinity;
 * NaN gives NaN.
 *
 * Source: onnxruntime/core/mlas/lib/x86_64/TransKernelFma3.S, MlasComputeExpF32KernelFma3. Its vectors of eight do the
 * same to each element, so position and count make no difference. It multiplies by 2^m in two steps, of which the
 * first is exact.
 *
 * @param input float32 values
 * @param output receives `count` values; may be `input` itself
 */
export function expInto(input: Float32Array, output: Float32Array, count: number): void {
  for (let index = 0; index < count; index++) {
    const value = input[index] as number;
    const x = value < LOWEST ? LOWEST : value > HIGHEST ? HIGHEST : value;
    const m = powerOf(x);
    output[index] = polynomial(x, m) * (POWERS[(m | 0) - LEAST_POWER] as number);
  }
}

/**
 * The exponent m for which 2^m is nearest to e^x, for a float32 x. The kernel adds 1.5 · 2^23 in a fused
 * multiply-add of float32: the exact product rounded once to a whole number, as here.
 */
export function powerOf(x: number): number {
  return x * LOG2_E + ROUNDING_BIAS - ROUNDING_BIAS;
}

/** e^(x - m·ln 2) as a float32, m being what `powerOf` says of x. */
export function polynomial(x: number, m: number): number {
  // Both differences are exact in double: x is a multiple of 2^-25 wherever m is not 0, and ln 2's parts are short.
  const r = fround(fround(x - m * LN_2_HIGH) - m * LN_2_LOW);
  let p = fusedMultiplyAdd(C6, r, C5);
  p = fusedMultiplyAdd(p, r, C4);
  p = fusedMultiplyAdd(p, r, C3);
  p = fusedMultiplyAdd(p, r, C2);
  p = fusedMultiplyAdd(p, r, 1);
  return fusedMultiplyAdd(p, r, 1);
}
