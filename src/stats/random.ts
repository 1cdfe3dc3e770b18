/**
 * Seeded random numbers from a counter-based generator: word k of a stream is a pure function of
 * (seed, stream, k), so results do not depend on the platform, on thread count or on what other
 * streams have drawn.
 *
 * Algorithm: Threefry-2x32 with 13 rounds (J. Salmon et al., "Parallel random numbers: as easy as
 * 1, 2, 3", SC 2011), which passes BigCrush and needs only 32-bit add, rotate and xor. The key is
 * the seed (low and high 32 bits), the counter is (block, stream). A stream holds 2^33 words and
 * then starts again.
 */
export interface Random {
  /** Uniform in [0, 1), 53 bits. */
  next(): number;
  /** Uniform integer in [0, n), free of modulo bias; n is an integer from 1 to 2^53. */
  int(n: number): number;
  /** Standard normal (Box–Muller). */
  normal(): number;
  /** Fisher–Yates, in place. */
  shuffle(array: Int32Array | Uint32Array | unknown[]): void;
}

const TWO_16 = 2 ** 16;
const TWO_21 = 2 ** 21;
const TWO_32 = 2 ** 32;
const TWO_53 = 2 ** 53;
const PARITY = 0x1bd11bda;

/**
 * @param seed any safe integer
 * @param stream 0..2^32-1; streams of one seed are independent of each other
 */
export function createRandom(seed: number, stream = 0): Random {
  return new ThreefryRandom(seed, stream);
}

class ThreefryRandom implements Random {
  readonly #key0: number;
  readonly #key1: number;
  readonly #stream: number;
  #block = 0;
  #second = 0;
  #hasSecond = false;
  #spareNormal = Number.NaN;

  constructor(seed: number, stream: number) {
    this.#key0 = seed | 0;
    this.#key1 = Math.floor(seed / TWO_32) | 0;
    this.#stream = stream | 0;
  }

  next(): number {
    const high = this.#word() >>> 5;
    const low = this.#word() >>> 6;
    return (high * 2 ** 26 + low) / TWO_53;
  }

  int(n: number): number {
    if (n > TWO_32) {
      const limit = TWO_53 - (TWO_53 % n);
      let value = this.next() * TWO_53;
      while (value >= limit) value = this.next() * TWO_53;
      return value % n;
    }
    return n <= TWO_21 ? this.#smallInt(n) : this.#wideInt(n);
  }

  /** Lemire's method (2019): the high part of word·n, which is exact in a double up to n = 2^21. */
  #smallInt(n: number): number {
    let product = (this.#word() >>> 0) * n;
    let high = Math.floor(product / TWO_32);
    let low = product - high * TWO_32;
    if (low >= n) return high;
    const excess = TWO_32 % n;
    while (low < excess) {
      product = (this.#word() >>> 0) * n;
      high = Math.floor(product / TWO_32);
      low = product - high * TWO_32;
    }
    return high;
  }

  /** The same up to n = 2^32: the product in two parts, each of which is exact in a double. */
  #wideInt(n: number): number {
    const excess = TWO_32 % n;
    const [highN, lowN] = [Math.floor(n / TWO_16), n % TWO_16];
    for (;;) {
      const word = this.#word() >>> 0;
      const upper = word * highN + Math.floor((word * lowN) / TWO_16);
      const low = (upper % TWO_16) * TWO_16 + ((word * lowN) % TWO_16);
      if (low >= excess) return Math.floor(upper / TWO_16);
    }
  }

  normal(): number {
    const spare = this.#spareNormal;
    if (!Number.isNaN(spare)) {
      this.#spareNormal = Number.NaN;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    const angle = 2 * Math.PI * this.next();
    this.#spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  shuffle(array: Int32Array | Uint32Array | unknown[]): void {
    const cells = array as unknown[];
    for (let i = cells.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      const cell = cells[i];
      cells[i] = cells[j];
      cells[j] = cell;
    }
  }

  /** The next 32 bits, signed as bitwise operators give them. */
  #word(): number {
    if (this.#hasSecond) {
      this.#hasSecond = false;
      return this.#second;
    }
    const k0 = this.#key0;
    const k1 = this.#key1;
    const k2 = PARITY ^ k0 ^ k1;
    let x = (this.#block + k0) | 0;
    let y = (this.#stream + k1) | 0;
    this.#block = (this.#block + 1) | 0;
    // Rounds 1-4, then key injection 1.
    x = (x + y) | 0;
    y = ((y << 13) | (y >>> 19)) ^ x;
    x = (x + y) | 0;
    y = ((y << 15) | (y >>> 17)) ^ x;
    x = (x + y) | 0;
    y = ((y << 26) | (y >>> 6)) ^ x;
    x = (x + y) | 0;
    y = ((y << 6) | (y >>> 26)) ^ x;
    x = (x + k1) | 0;
    y = (y + k2 + 1) | 0;
    // Rounds 5-8, injection 2.
    x = (x + y) | 0;
    y = ((y << 17) | (y >>> 15)) ^ x;
    x = (x + y) | 0;
    y = ((y << 29) | (y >>> 3)) ^ x;
    x = (x + y) | 0;
    y = ((y << 16) | (y >>> 16)) ^ x;
    x = (x + y) | 0;
    y = ((y << 24) | (y >>> 8)) ^ x;
    x = (x + k2) | 0;
    y = (y + k0 + 2) | 0;
    // Rounds 9-12, injection 3.
    x = (x + y) | 0;
    y = ((y << 13) | (y >>> 19)) ^ x;
    x = (x + y) | 0;
    y = ((y << 15) | (y >>> 17)) ^ x;
    x = (x + y) | 0;
    y = ((y << 26) | (y >>> 6)) ^ x;
    x = (x + y) | 0;
    y = ((y << 6) | (y >>> 26)) ^ x;
    x = (x + k0) | 0;
    y = (y + k1 + 3) | 0;
    // Round 13.
    x = (x + y) | 0;
    y = ((y << 17) | (y >>> 15)) ^ x;
    this.#second = y;
    this.#hasSecond = true;
    return x;
  }
}
