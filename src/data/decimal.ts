/**
 * Decimal numbers, read strictly: digits with an optional sign, point and exponent. No hexadecimal, no
 * thousands separators, no "Infinity", no number that overflows to it, nothing before or after.
 */
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** The number in trimmed text, NaN when the text is not one. Correctly rounded, as `Number` does. */
export function decimalFromText(text: string): number {
  if (!DECIMAL.test(text)) return Number.NaN;
  const value = Number(text);
  return Number.isFinite(value) ? value : Number.NaN;
}

const MAX_EXACT = 2 ** 53;
/** Powers of ten that a double holds exactly. */
const MAX_POWER = 22;
const POWERS = Float64Array.from({ length: MAX_POWER + 1 }, (_, exponent) => Number(`1e${exponent}`));

/** Where a number in bytes ends: the first byte that is no part of it. */
export interface DecimalEnd {
  end: number;
}

/**
 * The number that begins at `start`, without making a string of it; NaN means "not decided here", also for no
 * number at all: ask {@link decimalFromText}. Exact by Clinger's fast path (How to read floating point numbers
 * accurately, PLDI 1990): a mantissa below 2^53 times or divided by an exact power of ten is rounded once.
 * @param bytes must hold a byte after the number that is no digit
 */
export function scanDecimal(bytes: Uint8Array, start: number, stop: DecimalEnd): number {
  let i = start;
  const isNegative = bytes[i] === 45;
  if (isNegative || bytes[i] === 43) i++;
  const first = i;
  // In 32 bits: right for MAX_INT_DIGITS digits, and of more the mantissa is read again.
  let mantissa = 0;
  let digit = (bytes[i] as number) - 48;
  for (; digit >= 0 && digit <= 9; digit = (bytes[++i] as number) - 48)
    mantissa = (mantissa * 10 + digit) | 0;
  let digits = i - first;
  let scale = 0;
  if (digit === POINT) {
    const fraction = ++i;
    digit = (bytes[i] as number) - 48;
    for (; digit >= 0 && digit <= 9; digit = (bytes[++i] as number) - 48)
      mantissa = (mantissa * 10 + digit) | 0;
    scale = i - fraction;
    digits += scale;
  }
  if (digits > MAX_INT_DIGITS) mantissa = longMantissa(bytes, first, i);
  if (digits > 0 && (digit === LOWER_E || digit === UPPER_E)) {
    scale -= scanExponent(bytes, i, stop);
    i = stop.end;
  }
  stop.end = i;
  if (digits === 0 || mantissa >= MAX_EXACT) return Number.NaN;
  let size = mantissa;
  if (scale > 0 && scale <= MAX_POWER) size = mantissa / (POWERS[scale] as number);
  else if (scale < 0 && scale >= -MAX_POWER) size = mantissa * (POWERS[-scale] as number);
  else if (scale !== 0) return Number.NaN;
  return isNegative ? -size : size;
}

const MAX_INT_DIGITS = 9;
/** Characters as their distance from the digit 0. */
const POINT = 46 - 48;
const UPPER_E = 69 - 48;
const LOWER_E = 101 - 48;

function longMantissa(bytes: Uint8Array, start: number, end: number): number {
  let mantissa = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    if (byte !== 46) mantissa = mantissa * 10 + (byte - 48);
  }
  return mantissa;
}

/** The exponent from its `e` on, NaN where it has no digits or more than three. */
function scanExponent(bytes: Uint8Array, start: number, stop: DecimalEnd): number {
  let i = start + 1;
  const sign = bytes[i] as number;
  if (sign === 45 || sign === 43) i++;
  const first = i;
  let exponent = 0;
  for (; isDigit(bytes[i] as number); i++) exponent = exponent * 10 + (bytes[i] as number) - 48;
  stop.end = i;
  if (i === first || i - first > 3) return Number.NaN;
  return sign === 45 ? -exponent : exponent;
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}
