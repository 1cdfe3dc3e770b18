import type { ElementType } from './proto.js';

/** One element as JavaScript has it: int64 is a bigint, bool 0 or 1. */
export type Scalar = number | bigint | string;

/**
 * One value as another type; null where the result depends on the machine (a number that the integer cannot hold)
 * or on more than one rounding.
 */
export function castValue(value: Scalar, from: ElementType, to: ElementType): Scalar | null {
  if (typeof value === 'string' || to === 'string') return null;
  switch (to) {
    case 'double':
      return Number(value);
    case 'float':
      return toFloat(value);
    case 'int64':
      return typeof value === 'bigint' ? value : toInteger(value);
    case 'bool':
      return from === 'bool' ? value : Number(value !== 0 && value !== 0n);
    default:
      return null;
  }
}

/** An int64 beyond 2^53 would be rounded twice: to double, then to float. */
function toFloat(value: number | bigint): number | null {
  if (typeof value === 'bigint' && !Number.isSafeInteger(Number(value))) return null;
  return Math.fround(Number(value));
}

function toInteger(value: number): bigint | null {
  const whole = Math.trunc(value);
  return Number.isSafeInteger(whole) ? BigInt(whole) : null;
}
