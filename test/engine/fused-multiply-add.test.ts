import { expect, it } from 'vitest';
import { fusedMultiplyAdd } from '#mlx/engine/approximations/fused.js';
import { createRandom } from '#mlx/stats/random.js';
import { exactMultiplyAdd } from './float32-oracle.js';

const { fround } = Math;
type Case = readonly [a: number, b: number, c: number];

const LARGEST = 2 ** 128 - 2 ** 104;
const roundedTwice = ([a, b, c]: Case): number => fround(a * b + c);

/** Cases whose sum lies nearer to half-way between two float32 numbers than double can tell. */
function nearTies(count: number): Case[] {
  const random = createRandom(7);
  return Array.from({ length: count }, () => {
    const exponent = random.int(100) - 50;
    const c = fround((1 + random.int(2 ** 23) / 2 ** 23) * 2 ** exponent);
    // A product of just above or just below half of c's last place, or an odd multiple of it.
    const k = 1 + random.int(40);
    const a = 1 + k / 2 ** 23;
    const b = random.int(2) === 0 ? 1 - k / 2 ** 23 : fround(1 / a);
    const odd = 2 * random.int(3) + 1;
    const signs = random.int(4);
    return [
      fround(a * 2 ** -10) * (signs & 1 ? -1 : 1),
      fround(b * odd * 2 ** (exponent - 14)),
      signs & 2 ? -c : c,
    ];
  });
}

function differing(cases: readonly Case[], compute: (a: number, b: number, c: number) => number): Case[] {
  return cases.filter((each) => !Object.is(compute(...each), exactMultiplyAdd(...each)));
}

it('rounds once where rounding to double first would lose the side of a tie', () => {
  const cases = nearTies(20_000);
  expect(cases.filter((each) => roundedTwice(each) !== exactMultiplyAdd(...each)).length).toBeGreaterThan(
    2_000,
  );
  expect(differing(cases, fusedMultiplyAdd)).toEqual([]);
});

it('rounds real ties to even', () => {
  expect(fusedMultiplyAdd(2 ** -12, 2 ** -12, 1)).toBe(1);
  expect(fusedMultiplyAdd(2 ** -12, 2 ** -12, 1 + 2 ** -23)).toBe(1 + 2 ** -22);
});

it('rounds once among the subnormal numbers', () => {
  const random = createRandom(8);
  const smallest = 2 ** -149;
  const cases = Array.from({ length: 20_000 }, (): Case => {
    const k = 1 + random.int(2 ** 10);
    const sign = random.int(2) === 0 ? 1 : -1;
    const odd = 2 * random.int(4) + 1;
    return [
      sign * odd * (1 + k / 2 ** 20) * 2 ** -74,
      (1 + (random.int(3) - 1) * (k / 2 ** 20)) * 2 ** -76,
      (random.int(2 ** 24) - 2 ** 23) * smallest,
    ];
  });
  const near: Case[] = [
    [(1 + 2 ** -23) * 2 ** -75, (1 - 2 ** -23) * 2 ** -75, smallest],
    [(1 + 2 ** -23) * 2 ** -75, (1 - 2 ** -23) * 2 ** -75, 2 ** -126 - smallest],
    [(1 + 2 ** -23) * 2 ** -75, (1 + 2 ** -23) * 2 ** -75, 0],
    [(1 + 2 ** -23) * 2 ** -75, -(1 - 2 ** -23) * 2 ** -75, 0],
    [2 ** -75, 2 ** -75, 0],
    [-(2 ** -75), 2 ** -75, smallest],
  ];
  expect(differing([...cases, ...near], fusedMultiplyAdd)).toEqual([]);
});

it('rounds once at the end of the range', () => {
  const above = [(1 + 2 ** -23) * 2 ** 51, (1 + 2 ** -22) * 2 ** 52] as const;
  const below = [(1 + 2 ** -23) * 2 ** 51, (1 - 2 ** -23) * 2 ** 52] as const;
  const cases: Case[] = [
    [...below, LARGEST],
    [-below[0], below[1], -LARGEST],
    [...above, LARGEST],
    [2 ** 51, 2 ** 52, LARGEST],
    [LARGEST, LARGEST, -LARGEST],
    [LARGEST, 1, -LARGEST],
  ];
  expect(fround(below[0] * below[1] + LARGEST)).toBe(Infinity);
  expect(fusedMultiplyAdd(...below, LARGEST)).toBe(LARGEST);
  expect(fusedMultiplyAdd(-below[0], below[1], -LARGEST)).toBe(-LARGEST);
  expect(differing(cases, fusedMultiplyAdd)).toEqual([]);
});

it('equals exact arithmetic for any float32 numbers', () => {
  const random = createRandom(9);
  const any = (): number =>
    fround((random.int(2) - 0.5) * (1 + random.next()) * 2 ** (random.int(120) - 60) * (random.int(50) && 1));
  const cases = Array.from({ length: 20_000 }, (): Case => {
    const [a, b] = [any(), any()];
    return [a, b, random.int(3) === 0 ? any() : fround(-a * b * (1 + (random.next() - 0.5) * 1e-6))];
  });
  expect(differing(cases, fusedMultiplyAdd)).toEqual([]);
});

it('gives NaN and infinities as IEEE 754 says', () => {
  expect(fusedMultiplyAdd(Number.NaN, 1, 1)).toBeNaN();
  expect(fusedMultiplyAdd(Infinity, 0, 1)).toBeNaN();
  expect(fusedMultiplyAdd(Infinity, 1, -Infinity)).toBeNaN();
  expect(fusedMultiplyAdd(-Infinity, 2, 1)).toBe(-Infinity);
  expect(fusedMultiplyAdd(1, 1, Infinity)).toBe(Infinity);
  expect(fusedMultiplyAdd(-0, 1, -0)).toBe(-0);
});
