const MIN_DIGITS = 6;
const MAX_DIGITS = 9;
/** Between these, a value times the power of ten that makes its digits whole is exact in float64: 24 bits times 5^12. */
const LEAST_QUICK = 1e-4;
const MOST_QUICK = 1e5;
const POWERS = Array.from({ length: 13 }, (_, exponent) => 10 ** exponent);

/** The float32 as the shortest decimal of 6 digits or more that reads back as the same float32 (9 digits always do). */
export function shortest(value: number): number {
  const size = Math.abs(value);
  if (size >= LEAST_QUICK && size < MOST_QUICK) return value < 0 ? -quick(size) : quick(size);
  for (let digits = MIN_DIGITS; digits < MAX_DIGITS; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(MAX_DIGITS));
}

/** The same in a twentieth of the time, without texts. */
function quick(size: number): number {
  // Digits behind the point: six in all to begin with.
  let places = MIN_DIGITS;
  for (let bound = 1; size >= bound; bound *= 10) places--;
  for (let bound = 0.1; size < bound; bound /= 10) places++;
  for (let digits = MIN_DIGITS; ; digits++, places++) {
    const power = POWERS[places] as number;
    const short = Math.round(size * power) / power;
    if (digits === MAX_DIGITS || Math.fround(short) === size) return short;
  }
}
