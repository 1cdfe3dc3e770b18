/** A finite float32 as `mantissa · 2^-149`: every one is such a multiple. */
const inSmallest = (value: number): bigint => {
  let scaled = value;
  let exponent = 149;
  while (exponent > 0 && !Number.isInteger(scaled)) {
    scaled *= 2;
    exponent--;
  }
  return BigInt(scaled) << BigInt(exponent);
};

/** `a · b + c` of finite float32 numbers in whole numbers, rounded to float32 once, ties to even. */
export function exactMultiplyAdd(a: number, b: number, c: number): number {
  // In units of 2^-298, of which a product of two float32 numbers is always a whole number.
  const sum = inSmallest(a) * inSmallest(b) + (inSmallest(c) << 149n);
  if (sum === 0n) return a * b + c;
  const magnitude = sum < 0n ? -sum : sum;
  const length = magnitude.toString(2).length;
  const dropped = BigInt(Math.max(length - 24, 149));
  const kept = magnitude >> dropped;
  const rest = magnitude - (kept << dropped);
  const half = 1n << (dropped - 1n);
  const isUp = rest > half || (rest === half && (kept & 1n) === 1n);
  const rounded = Number(isUp ? kept + 1n : kept) * 2 ** (Number(dropped) - 298);
  const result = rounded >= 2 ** 128 ? Infinity : rounded;
  return sum < 0n ? -result : result;
}
