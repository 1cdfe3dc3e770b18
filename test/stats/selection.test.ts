import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { momentsOf } from '#mlx/stats/moments.js';
import { quantile } from '#mlx/stats/quantile.js';
import { createRandom } from '#mlx/stats/random.js';
import { quantilesOf } from '#mlx/stats/selection.js';
import { summarise } from '#mlx/stats/summary.js';

const PROBABILITIES = [0.75, 0, 0.25, 0.5, 1, 0.999, 0.1234];

/** What sorting gives. */
function bySorting(values: Float64Array): number[] {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  return PROBABILITIES.map((probability) => quantile(sorted, probability));
}

describe('quantiles of unsorted values', () => {
  it('are the bits that sorting gives, for few values of any kind', () => {
    const cell = fc.oneof(fc.double(), fc.integer({ min: -3, max: 3 }), fc.constant(Number.NaN));
    fc.assert(
      fc.property(fc.array(cell, { maxLength: 60 }), (cells) => {
        const values = Float64Array.from(cells);
        expect(quantilesOf(values, PROBABILITIES)).toEqual(bySorting(values));
      }),
    );
  });

  const random = createRandom(4);
  const ROWS = 30_000;
  const shapes: Readonly<Record<string, (row: number) => number>> = {
    normal: () => random.normal(),
    skewed: () => Math.exp(4 * random.normal()),
    'two values': () => random.int(2),
    'mostly one value': () => (random.int(50) === 0 ? random.normal() : 3),
    'ties among others': () => Math.round(20 * random.normal()) / 10,
    ascending: (row) => row,
    descending: (row) => -row,
    'a tent': (row) => Math.min(row, ROWS - row),
    'a saw': (row) => row % 97,
    'one large value first': (row) => (row === 0 ? 1e300 : random.normal()),
    'half missing': (row) => (row % 2 === 0 ? Number.NaN : random.normal()),
    'nearly all missing': (row) => (row % 4999 === 0 ? row : Number.NaN),
    infinite: (row) => (row % 3 === 0 ? Number.POSITIVE_INFINITY : -row),
    constant: () => 5,
  };
  it.each(Object.keys(shapes))('are the bits that sorting gives, for many: %s', (name) => {
    const shape = shapes[name] as (row: number) => number;
    const values = Float64Array.from({ length: ROWS }, (_, row) => shape(row));
    const before = values.slice();
    expect(quantilesOf(values, PROBABILITIES)).toEqual(bySorting(values));
    expect(values.every((value, row) => Object.is(value, before[row]))).toBe(true);
  });

  it('are the bits that sorting gives, where what lies inside a bracket is too much to sort', () => {
    const values = Float64Array.from({ length: 8 * ROWS }, () => random.normal());
    expect(quantilesOf(values, PROBABILITIES)).toEqual(bySorting(values));
  });

  it.each([1, -1])('are the bits that sorting gives, where the sample is wide of the mark (%d)', (sign) => {
    const values = Float64Array.from({ length: ROWS }, () => random.normal());
    // The rows that the sample is drawn from: all far out on one side.
    const draw = createRandom(ROWS);
    for (let i = 0; i < 4096; i++) values[draw.int(ROWS)] = sign * (1e6 + i);
    expect(quantilesOf(values, PROBABILITIES)).toEqual(bySorting(values));
  });

  it('may share their scratch, whatever it holds', () => {
    const values = Float64Array.from({ length: ROWS }, () => random.normal());
    const scratch = new Float64Array(ROWS).fill(-1e9);
    const first = quantilesOf(values, PROBABILITIES, scratch);
    expect(quantilesOf(values, PROBABILITIES, scratch)).toEqual(first);
    expect(first).toEqual(bySorting(values));
  });

  it('are not there without values', () => {
    expect(quantilesOf(new Float64Array(), [0.5])).toEqual([Number.NaN]);
    expect(quantilesOf(Float64Array.of(Number.NaN), [0.5])).toEqual([Number.NaN]);
  });
});

describe('moments', () => {
  it('agree with the compensated sums, missing and infinite values left out', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.double({ min: -1e6, max: 1e6 }), fc.constant(Infinity))), (cells) => {
        const values = Float64Array.from(cells);
        const { count, mean, variance, min, max } = momentsOf(values);
        const exact = summarise(values);
        expect(count).toBe(exact.count);
        if (count < 2) return;
        const size = Math.max(Math.abs(min), Math.abs(max));
        expect([min, max]).toEqual([exact.min, exact.max]);
        expect(Math.abs(mean - exact.mean)).toBeLessThanOrEqual(1e-14 * size + Number.MIN_VALUE);
        const expected = (exact.sd ** 2 * (count - 1)) / count;
        expect(Math.abs(variance - expected)).toBeLessThanOrEqual(1e-13 * size * size + 1e-320);
      }),
    );
  });

  it('have a finite deviation where the variance is beyond the doubles', () => {
    const { mean, variance, deviation } = momentsOf(Float64Array.of(1.5e308, 1.5e308, -1.5e308, -1.5e308));
    expect([mean, variance, deviation]).toEqual([0, Number.POSITIVE_INFINITY, 1.5e308]);
  });

  it('have a finite mean where the sum is beyond the doubles', () => {
    const { mean, deviation } = momentsOf(Float64Array.of(1.5e308, 1.25e308));
    expect(mean).toBeCloseTo(1.375e308, -294);
    expect(deviation / 1.25e307).toBeCloseTo(1, 12);
  });

  it('of a constant are exact, however inexact its sum', () => {
    expect(momentsOf(new Float64Array(7).fill(0.1))).toMatchObject({ mean: 0.1, variance: 0, deviation: 0 });
  });
});
