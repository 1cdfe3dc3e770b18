/** A float32 holds whole numbers up to it. */
const WHOLE_NUMBERS = 2 ** 24;

/**
 * Whether float32 sums of such values, none of which is above `most`, are the same in any order: all are multiples of one
 * power of two, so coarse that no sum needs more than a float32's bits. Training rounds leaves so.
 */
export function areSumsExact(values: Float32Array, most: number): boolean {
  const unit = unitOf(values);
  return unit === 0 || most / unit <= WHOLE_NUMBERS;
}

/** The greatest power of two that all values are multiples of; 0 where all are 0. */
function unitOf(values: Float32Array): number {
  const bits = new Int32Array(values.buffer, values.byteOffset, values.length);
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < bits.length; i++) {
    const word = bits[i] as number;
    const exponent = (word >>> 23) & 255;
    const digits = exponent === 0 ? word & 0x7fffff : (word & 0x7fffff) | 0x800000;
    if (digits === 0) continue;
    const lowest = Math.max(exponent, 1) - 150 + 31 - Math.clz32(digits & -digits);
    if (lowest < least) least = lowest;
  }
  return least === Number.POSITIVE_INFINITY ? 0 : 2 ** least;
}
