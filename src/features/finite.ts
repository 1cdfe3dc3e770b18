/**
 * The nearest number that JSON can hold: ±∞, which products of earlier steps may reach, become the largest doubles,
 * -0 becomes 0, and NaN becomes `otherwise`.
 */
export function finite(value: number, otherwise: number): number {
  if (Number.isNaN(value)) return otherwise;
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value)) + 0;
}
