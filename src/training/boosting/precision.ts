import { MlxError } from '../../errors.js';

/**
 * Gradients and hessians as whole numbers: each is a multiple of a power of two so small that the largest takes up to 30
 * bits (a float32 has 24), and so large that the sums of all rows fit into 63. Sums of whole numbers are exact: neither the
 * order of the rows nor the number of threads nor the subtraction of one child from its parent changes a bit of them.
 */
export interface Precision {
  /** Where the count starts in a packed sum: count · 2^shift + hessians. */
  readonly shift: number;
  readonly gradientBits: number;
  readonly hessianBits: number;
}

/** Bits of a gradient at most, and of a sum that the scan turns into float64 by way of its exponent. */
const MOST_BITS = 30;
const SUM_BITS = 51;
/** Powers of two by which a float32 may be multiplied. */
const LARGEST_EXPONENT = 100;

/** What so many rows leave room for. */
export function precisionOf(rows: number): Precision {
  const countBits = 32 - Math.clz32(rows);
  const shift = 63 - countBits;
  const gradientBits = Math.min(MOST_BITS, SUM_BITS - 1 - countBits);
  return { shift, gradientBits, hessianBits: Math.min(gradientBits, shift - countBits) };
}

/** Powers of two that gradients and hessians are multiplied by before they are rounded. */
export interface Scales {
  readonly gradient: number;
  readonly hessian: number;
}

/**
 * @param gradient largest |gradient| of all rows
 * @param hessian largest hessian of all rows
 * @throws MlxError TRAINING_FAILED where they are beyond float32
 */
export function scalesOf(
  gradient: number,
  hessian: number,
  { gradientBits, hessianBits }: Precision,
): Scales {
  if (!(Math.max(gradient, hessian) < 2 ** LARGEST_EXPONENT)) {
    throw new MlxError('TRAINING_FAILED', 'Boosting diverged: its gradients grow beyond measure.', {
      hint: 'Lower learning_rate, or give weights and targets of a smaller size.',
    });
  }
  return { gradient: scaleOf(gradient, gradientBits), hessian: scaleOf(hessian, hessianBits) };
}

/** The largest power of two that makes no more than 2^bits of the peak. */
function scaleOf(peak: number, bits: number): number {
  if (peak === 0) return 1;
  return 2 ** Math.min(bits - Math.ceil(Math.log2(peak)), LARGEST_EXPONENT);
}

/** The number of rows in a packed sum. */
export function countOf(packed: bigint, { shift }: Precision): number {
  return Number(packed >> BigInt(shift));
}

/** The hessians in a packed sum, in units of the grid. */
export function hessianOf(packed: bigint, { shift }: Precision): number {
  return Number(packed & ((1n << BigInt(shift)) - 1n));
}
