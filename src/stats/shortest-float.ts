const MIN_DIGITS = 6;
const MAX_DIGITS = 9;

/** The float32 as the shortest decimal that reads back as the same float32 (9 digits always do). */
export function shortest(value: number): number {
  for (let digits = MIN_DIGITS; digits < MAX_DIGITS; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return Number(value.toPrecision(MAX_DIGITS));
}
