const COMMA = 44;
const NEWLINE = 10;
const BYTES = 1024 * 1024;
const MINUS = 45;
const POINT = 46;
/** Room that one number and its comma always have. */
const CELL_BYTES = 32;
const POWERS = Float64Array.from({ length: 18 }, (_, exponent) => Number(`1e${exponent}`));
const INTEGER_POWERS = Int32Array.from({ length: 10 }, (_, exponent) => 10 ** exponent);

/** '00' … '99', for two digits are written at a time. */
const PAIRS = Buffer.from(Array.from({ length: 100 }, (_, pair) => String(pair).padStart(2, '0')).join(''));

const FLOAT = new Float32Array(1);
const BITS = new Uint32Array(FLOAT.buffer);
/** Largest exponent field (biased by 127) of a float32 that is written without an exponent: below 2^30. */
const MAX_EXPONENT = 127 + 29;
/** Smallest one: from 2^-24 > 10⁻⁸ on. */
const MIN_EXPONENT = 127 - 24;
/**
 * By exponent field e: so few decimals that the nearest one always reads back, 10^-k being at most the distance
 * 2^(e-23) of neighbours. Below a power of two they are half as far apart: it may need one more.
 */
const DECIMALS = Uint8Array.from({ length: MAX_EXPONENT + 1 }, (_, exponent) =>
  exponent < MIN_EXPONENT ? 0 : Math.max(0, Math.ceil((127 + 23 - exponent) * Math.log10(2))),
);

/**
 * Text of numbers, byte by byte. A float32 has the fewest digits that read back as the same float32: one of
 * 2^-24 … 2^30 is written as m/10^k of the smallest k that does (m/10^k of an exact m < 2^53 and an exact power is
 * what a reader gets too), a whole one with all its digits; others as JavaScript writes the shortest decimal.
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

  /** Text that is encoded already. */
  encoded(text: Uint8Array): void {
    this.#reserve(text.length);
    this.#bytes.set(text, this.#length);
    this.#length += text.length;
  }

  /** A double, with the fewest digits that read back; NaN writes nothing. */
  double(value: number): void {
    if (Number.isNaN(value)) return;
    this.#reserve(CELL_BYTES);
    const isSmall = value >= 0 && value < 1e9 && (value | 0) === value && !Object.is(value, -0);
    if (isSmall) this.#length = putWhole(this.#bytes, this.#length, value);
    else this.#length += this.#bytes.write(String(value), this.#length, 'latin1');
  }

  /** `count` values of an array of float32 from `start` on, with commas between them; NaN is an empty cell. */
  floats(values: Float32Array, start: number, count: number): void {
    this.#reserve(count * CELL_BYTES);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < count; i++) {
      if (i > 0) bytes[at++] = COMMA;
      const value = values[start + i] as number;
      if (!Number.isNaN(value)) at = putFloat(bytes, at, value);
    }
    this.#length = at;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(this.#bytes.length * 2 + bytes);
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

/** @returns where the text ends */
function putFloat(bytes: Buffer, at: number, value: number): number {
  FLOAT[0] = value;
  const bits = BITS[0] as number;
  const exponent = (bits >>> 23) & 255;
  if (exponent > MAX_EXPONENT || (exponent < MIN_EXPONENT && value !== 0)) {
    return at + bytes.write(shortest(value), at, 'latin1');
  }
  if (bits >>> 31 === 1) bytes[at++] = MINUS;
  const size = Math.abs(value);
  const whole = size | 0;
  if (whole === size) return putWhole(bytes, at, whole);
  const isPowerOfTwo = (bits & 0x7fffff) === 0;
  return putDecimal(bytes, at, size, (DECIMALS[exponent] as number) + (isPowerOfTwo ? 1 : 0));
}

/** Very large, very small: nine digits tell all float32 apart (IEEE 754, 5.12.2). Infinity is 'Infinity'. */
function shortest(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = Number(value.toPrecision(digits));
    if (Math.fround(text) === value) return String(text);
  }
  return String(Number(value.toPrecision(9)));
}

/** A size that reads back with `decimals` decimals, with as few as do. @returns where the text ends */
function putDecimal(bytes: Uint8Array, at: number, size: number, decimals: number): number {
  // Below 2^24 · 10 · 10, so that the arithmetic of 32-bit integers does.
  let digits = (size * (POWERS[decimals] as number) + 0.5) | 0;
  // What reads back with k decimals does so with more, so the first that does not ends the search.
  for (; decimals > 0; decimals--) {
    const power = POWERS[decimals - 1] as number;
    const shorter = (size * power + 0.5) | 0;
    if (Math.fround(shorter / power) !== size) break;
    digits = shorter;
  }
  let whole = 0;
  if (decimals < INTEGER_POWERS.length) {
    const power = INTEGER_POWERS[decimals] as number;
    whole = (digits / power) | 0;
    digits = (digits - whole * power) | 0;
  }
  at = putWhole(bytes, at, whole);
  if (decimals === 0) return at;
  bytes[at] = POINT;
  return putDigits(bytes, at + 1, digits, decimals);
}

/** An integer of 0 … 2^31. @returns where its digits end */
function putWhole(bytes: Uint8Array, at: number, value: number): number {
  if (value < 10) {
    bytes[at] = 48 + value;
    return at + 1;
  }
  let count = 2;
  while (count < INTEGER_POWERS.length && value >= (INTEGER_POWERS[count] as number)) count++;
  return putDigits(bytes, at, value, count);
}

/** `count` digits of an integer below 2^31, with zeros in front. @returns where they end */
function putDigits(bytes: Uint8Array, at: number, value: number, count: number): number {
  const end = at + count;
  let i = end;
  for (; i - at > 1; i -= 2) {
    const rest = (value / 100) | 0;
    const pair = (value - rest * 100) << 1;
    bytes[i - 1] = PAIRS[pair + 1] as number;
    bytes[i - 2] = PAIRS[pair] as number;
    value = rest;
  }
  if (i > at) bytes[at] = 48 + value;
  return end;
}
