import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chiSquareHomogeneity } from '#mlx/stats/chi-square.js';
import { normalCdf } from '#mlx/stats/distributions.js';
import { hashUnit } from '#mlx/stats/hash.js';
import { ksTest } from '#mlx/stats/ks.js';
import { createRandom } from '#mlx/stats/random.js';
import { summarise } from '#mlx/stats/summary.js';
import { golden } from './closeness.js';

const answers = golden<{
  random: [seed: number, stream: number, values: number[]][];
  hashes: [salt: string, id: string, unit: number][];
}>('stats_tests');

describe('random numbers', () => {
  it.each(answers.random)('for seed %d, stream %d are those of Threefry-2x32-13', (seed, stream, values) => {
    const random = createRandom(seed, stream);
    expect(values.map(() => random.next())).toEqual(values);
  });

  it('are uniform, and independent between streams', () => {
    const [one, other] = [createRandom(5, 0), createRandom(5, 1)];
    const draws = Float64Array.from({ length: 200_000 }, () => one.next());
    const partner = Float64Array.from(draws, () => other.next());
    let correlation = 0;
    for (const [i, value] of draws.entries()) correlation += (value - 0.5) * ((partner[i] as number) - 0.5);
    expect(Math.abs((12 * correlation) / draws.length)).toBeLessThan(4 / Math.sqrt(draws.length));
    const distance = draws.sort().reduce((d, x, i) => Math.max(d, Math.abs((i + 1) / draws.length - x)), 0);
    expect(ksTest(distance, draws.length, 1e12).pValue).toBeGreaterThan(0.001);
  });

  it('int covers [0, n) evenly, also where n does not divide 2^32', () => {
    const random = createRandom(3);
    const counts = new Float64Array(7);
    for (let i = 0; i < 140_000; i++) {
      const k = random.int(7);
      counts[k] = (counts[k] as number) + 1;
    }
    expect(chiSquareHomogeneity(counts, new Float64Array(7).fill(1e9)).pValue).toBeGreaterThan(0.001);
    // plain modulo would answer the lower half twice as often
    const large = 3 * 2 ** 30;
    const low = Array.from({ length: 20_000 }, () => random.int(large)).filter((v) => v < 2 ** 30).length;
    expect(low / 20_000).toBeCloseTo(1 / 3, 1);
  });

  it('int is the high half of word · n, also where that is more than a double holds', () => {
    const whole = 2n ** 32n;
    for (const n of [2 ** 21 + 1, 3_000_000, 2 ** 31 + 12_345, 2 ** 32 - 5]) {
      const [words, drawn] = [createRandom(9), createRandom(9)];
      const excess = whole % BigInt(n);
      for (let i = 0; i < 1000; i++) {
        let product = BigInt(words.int(2 ** 32)) * BigInt(n);
        while (product % whole < excess) product = BigInt(words.int(2 ** 32)) * BigInt(n);
        expect(drawn.int(n)).toBe(Number(product / whole));
      }
    }
  });

  it('int stays in range for any n up to 2^53', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 2 ** 53 - 1 }), (seed, n) => {
        const value = createRandom(seed).int(n);
        expect(Number.isInteger(value) && value >= 0 && value < n).toBe(true);
      }),
    );
    expect(createRandom(1).int(1)).toBe(0);
  });

  it('normal has the normal distribution', () => {
    const random = createRandom(11);
    const values = Float64Array.from({ length: 100_000 }, () => random.normal()).sort();
    const distance = values.reduce(
      (d, x, i) => Math.max(d, Math.abs((i + 1) / values.length - normalCdf(x))),
      0,
    );
    expect(ksTest(distance, values.length, 1e12).pValue).toBeGreaterThan(0.001);
    expect(Math.abs(summarise(values).mean)).toBeLessThan(0.02);
  });

  it('shuffle permutes, alike for alike seeds, and reaches every order', () => {
    const orders = new Set<string>();
    for (let seed = 0; seed < 200; seed++) {
      const array = Int32Array.of(1, 2, 3, 4);
      createRandom(seed).shuffle(array);
      const again = [1, 2, 3, 4];
      createRandom(seed).shuffle(again);
      expect([...array]).toEqual(again);
      expect([...array].sort()).toEqual([1, 2, 3, 4]);
      orders.add(array.join());
    }
    expect(orders.size).toBe(24);
  });
});

describe('hashUnit', () => {
  it.each(answers.hashes)('of salt %j and id %j is the start of SHA-256', (salt, id, unit) => {
    expect(hashUnit(salt, id)).toBe(unit);
  });
});
