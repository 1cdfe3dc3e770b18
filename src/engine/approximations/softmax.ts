import { polynomial, powerOf } from './exp.js';

const { fround } = Math;

// The constants of ONNX Runtime's MLAS (onnxruntime/core/mlas/lib/compute.cpp, MlasExpConstants).
const LOWEST = fround(-88.3762626647949);
const LEAST_FLOAT = -(2 ** 128 - 2 ** 104);

/** How many sums are carried side by side: the elements of a vector of 256 bits. */
const LANES = 8;

const LEAST_POWER = -127;
/** 2^m as a double, for m from -127 to 0, but 0 for -127: the kernel's float32 power has an exponent of 0 there. */
const POWERS = Float64Array.from({ length: 128 }, (_, index) =>
  index === 0 ? 0 : 2 ** (LEAST_POWER + index),
);

/**
 * The float32 softmax of each row as ONNX Runtime 1.30 computes it on x64 with FMA3 (operator `Softmax` over the last
 * axis, opset 13 and later), to the bit, at any width. Whatever lies more than about 87.7 below the row's maximum gets
 * 0. A row that holds a NaN or +Infinity, or nothing but -Infinity, becomes NaN throughout.
 *
 * Source: onnxruntime/core/mlas/lib: compute.cpp (the steps), x86_64/TransKernelFma3.S (the exponentials and their
 * sum) and x86_64/SoftmaxKernelAvx.S (maximum and scaling). Each row goes alone, so a batch makes no difference.
 *
 * @param input float32 values, `rows` × `width`, row by row
 * @param output receives as many; may be `input` itself
 */
export function softmaxInto(input: Float32Array, output: Float32Array, rows: number, width: number): void {
  const count = rows * width;
  for (let start = 0; start < count; start += width) subtractMaximum(input, output, start, start + width);
  for (let index = 0; index < count; index++) output[index] = expBelow(output[index] as number);
  for (let start = 0; start < count; start += width) divideBySum(output, start, start + width);
}

function subtractMaximum(input: Float32Array, output: Float32Array, start: number, end: number): void {
  let maximum = LEAST_FLOAT;
  for (let index = start; index < end; index++) {
    const value = input[index] as number;
    if (!(maximum > value)) maximum = value;
  }
  for (let index = start; index < end; index++) output[index] = (input[index] as number) - maximum;
}

/** e^x for a float32 x ≤ 0, which here are differences from a row's maximum. */
function expBelow(difference: number): number {
  if (difference === 0) return 1;
  const x = difference < LOWEST ? LOWEST : difference;
  const m = powerOf(x);
  return polynomial(x, m) * (POWERS[(m | 0) - LEAST_POWER] as number);
}

function divideBySum(values: Float32Array, start: number, end: number): void {
  const reciprocal = fround(1 / sumOf(values, start, end));
  for (let index = start; index < end; index++) values[index] = (values[index] as number) * reciprocal;
}

/** The sum in the order of the vector kernel: eight sums side by side, then of neighbours, then of halves. */
function sumOf(values: Float32Array, start: number, end: number): number {
  const low = fround(
    fround(laneSum(values, start, end) + laneSum(values, start + 1, end)) +
      fround(laneSum(values, start + 2, end) + laneSum(values, start + 3, end)),
  );
  if (end - start <= 4) return low;
  const high = fround(
    fround(laneSum(values, start + 4, end) + laneSum(values, start + 5, end)) +
      fround(laneSum(values, start + 6, end) + laneSum(values, start + 7, end)),
  );
  return fround(low + high);
}

function laneSum(values: Float32Array, first: number, end: number): number {
  let sum = 0;
  for (let index = first; index < end; index += LANES) sum = fround(sum + (values[index] as number));
  return sum;
}
