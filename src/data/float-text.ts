const COMMA = 44;
const NEWLINE = 10;
const BYTES = 1024 * 1024;
/** Room that one number always has. */
const MARGIN = 64;
const POWERS = Float64Array.from({ length: 18 }, (_, exponent) => Number(`1e${exponent}`));
/** Every decimal of so few digits is told apart by float32; nine are enough for every float32. */
const SAFE_DIGITS = 6;

/**
 * Text of float32 values, byte by byte: the fewest decimals that read back as the same float32. A value within
 * 10⁻⁷ … 10⁹ is written as digits m/10^k, tried from few decimals to many: m/10^k of an exact m < 2^53 and an exact
 * power is what a reader gets too. Others go by way of the double's own text.
 */
export class FloatText {
  #bytes = Buffer.allocUnsafe(BYTES);
  #length = 0;

  get isFull(): boolean {
    return this.#length > BYTES / 2;
  }

  /** What was written since; valid until the next write. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    return taken;
  }

  comma(): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = COMMA;
  }

  newline(): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = NEWLINE;
  }

  text(text: string): void {
    this.#reserve(text.length * 3);
    this.#length += this.#bytes.write(text, this.#length);
  }

  /** @param value a float32; NaN writes nothing */
  float(value: number): void {
    if (Number.isNaN(value)) return;
    const size = Math.abs(value);
    if (size >= 1e9 || (size < 1e-7 && size > 0)) {
      this.text(String(value));
      return;
    }
    this.#reserve(MARGIN);
    if (value < 0 || Object.is(value, -0)) this.#bytes[this.#length++] = 45;
    const decimals = decimalsOf(size);
    this.#decimal(Math.round(size * (POWERS[decimals] as number)), decimals);
  }

  /** The digits of m/10^decimals. */
  #decimal(m: number, decimals: number): void {
    const power = POWERS[decimals] as number;
    const whole = Math.floor(m / power);
    let count = 1;
    while (whole >= (POWERS[count] as number)) count++;
    this.#digits(whole, count);
    if (decimals === 0) return;
    this.#bytes[this.#length++] = 46;
    this.#digits(m - whole * power, decimals);
  }

  #digits(value: number, count: number): void {
    const end = this.#length + count;
    for (let i = end - 1; i >= this.#length; i--) {
      const rest = Math.floor(value / 10);
      this.#bytes[i] = 48 + value - rest * 10;
      value = rest;
    }
    this.#length = end;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(this.#bytes.length * 2 + bytes);
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

/** Fewest decimals with which a float32 of 0, or 10⁻⁷ … 10⁹, reads back. */
function decimalsOf(size: number): number {
  let decimals = SAFE_DIGITS - 1;
  while (decimals > 0 && size * (POWERS[decimals] as number) >= 1e6) decimals--;
  while (size > 0 && size * (POWERS[decimals] as number) < 1e5) decimals++;
  if (!readsBack(size, decimals)) {
    do decimals++;
    while (!readsBack(size, decimals));
    return decimals;
  }
  let m = Math.round(size * (POWERS[decimals] as number));
  for (; decimals > 0 && m % 10 === 0; decimals--) m /= 10;
  return decimals;
}

function readsBack(size: number, decimals: number): boolean {
  const power = POWERS[decimals] as number;
  return Math.fround(Math.round(size * power) / power) === size;
}
