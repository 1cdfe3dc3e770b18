import { fusedMultiplyAdd } from './fused.js';

const { fround } = Math;

// The constants of ONNX Runtime's MLAS (onnxruntime/core/mlas/lib/logistic.cpp, MlasLogisticConstants).
const BOUND = 18;
const A9 = fround(4.37031012579801e-11);
const A7 = fround(1.15627324459942e-7);
const A5 = fround(6.08574864600143e-5);
const A3 = fround(8.51377133304701e-3);
const A1 = fround(2.48287947061529e-1);
const B10 = fround(6.10247389755681e-13);
const B8 = fround(5.76102136993427e-9);
const B6 = fround(6.2910678501704e-6);
const B4 = fround(1.70198817374094e-3);
const B2 = fround(1.16817656904453e-1);
const B0 = fround(9.9315192102318e-1);

/**
 * The float32 logistic function as ONNX Runtime 1.30 computes it on x64 with FMA3 (operator `Sigmoid`), to the bit:
 * one half and a quotient of two polynomials in x², x being clamped to ±18. NaN gives NaN.
 *
 * Source: onnxruntime/core/mlas/lib/x86_64/LogisticKernelFma3.S. Its vectors of eight do the same to each element, so
 * position and count make no difference.
 *
 * @param input float32 values
 * @param output receives `count` values between 0 and 1; may be `input` itself
 */
export function sigmoidInto(input: Float32Array, output: Float32Array, count: number): void {
  for (let index = 0; index < count; index++) {
    const value = input[index] as number;
    const x = value < -BOUND ? -BOUND : value > BOUND ? BOUND : value;
    const square = fround(x * x);
    let p = fusedMultiplyAdd(square, A9, A7);
    p = fusedMultiplyAdd(p, square, A5);
    p = fusedMultiplyAdd(p, square, A3);
    p = fusedMultiplyAdd(p, square, A1);
    let q = fusedMultiplyAdd(square, B10, B8);
    q = fusedMultiplyAdd(q, square, B6);
    q = fusedMultiplyAdd(q, square, B4);
    q = fusedMultiplyAdd(q, square, B2);
    q = fusedMultiplyAdd(q, square, B0);
    const probability = fround(fround(p * x) / q) + 0.5;
    output[index] = probability < 0 ? 0 : probability;
  }
}
