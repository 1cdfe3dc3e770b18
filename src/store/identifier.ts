import { randomBytes } from 'node:crypto';

/** Crockford's base 32: no i, l, o, u; sorts as its values do. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_DIGITS = 9;
const RANDOM_DIGITS = 6;

/**
 * A short identifier: milliseconds since 1970 in nine base-32 digits, so that identifiers sort by
 * time, then thirty random bits, so that processes that start at once differ.
 */
export function createIdentifier(at: Date): string {
  let time = at.getTime();
  let digits = '';
  for (let i = 0; i < TIME_DIGITS; i++) {
    digits = ALPHABET.charAt(time % 32) + digits;
    time = Math.floor(time / 32);
  }
  for (const byte of randomBytes(RANDOM_DIGITS)) digits += ALPHABET.charAt(byte & 31);
  return digits;
}
