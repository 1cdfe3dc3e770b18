import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ksTest, ksTwoSample } from '#mlx/stats/ks.js';
import { kolmogorovSmirnovSf } from '#mlx/stats/ks-one-sample.js';
import { countAgainst, createReference, quantileBins, rankDistance } from '#mlx/stats/ranks.js';
import { expectClose, golden } from './closeness.js';

type SampleSpec =
  | { values: number[] }
  | { n: number; offset?: number; power?: number; scale?: number; shift?: number; ticks?: number };

const answers = golden<{
  two_sample: { name: string; a: SampleSpec; b: SampleSpec; statistic: number; p_value: number }[];
  one_sample: [d: number, n: number, sf: number][];
}>('stats_ks');

/** The same doubles as `sample` in test/oracles/stats_ks.py. */
function sample(spec: SampleSpec): Float64Array {
  if ('values' in spec) return Float64Array.from(spec.values);
  return Float64Array.from({ length: spec.n }, (_, i) => {
    let x = ((i + (spec.offset ?? 1)) * 0.6180339887498949) % 1;
    if (spec.power === 2) x *= x;
    x = x * (spec.scale ?? 1) + (spec.shift ?? 0);
    return spec.ticks ? Math.floor(x * spec.ticks) / spec.ticks : x;
  });
}

const numbers = fc.array(
  fc.oneof(fc.integer({ min: -4, max: 4 }), fc.double({ noNaN: true, noDefaultInfinity: true })),
  {
    minLength: 1,
    maxLength: 60,
  },
);
const sorted = (values: readonly number[]) => Float64Array.from(values).sort();

describe('two-sample Kolmogorov–Smirnov test', () => {
  it.each(answers.two_sample)('equals ks_2samp: $name', ({ a, b, statistic, p_value }) => {
    const result = ksTwoSample(sample(a).sort(), sample(b).sort());
    expectClose(result.statistic, statistic, 1e-12);
    expectClose(result.pValue, p_value, 1e-9);
  });

  it.each(answers.two_sample)('finds the same distance by counting, unsorted: $name', ({ a, b }) => {
    const reference = createReference(sample(a).sort());
    const counted = rankDistance(reference, countAgainst(reference, sample(b)));
    expect(counted).toBe(ksTwoSample(sample(a).sort(), sample(b).sort()).statistic);
  });

  it('is exact up to 10,000 rows and asymptotic beyond', () => {
    expect(ksTest(0.1, 10_000, 5).method).toBe('exact');
    expect(ksTest(0.1, 10_001, 5).method).toBe('asymptotic');
  });

  it('answers NaN for an empty sample', () => {
    const { statistic, pValue } = ksTwoSample([], [1, 2]);
    expect([statistic, pValue]).toEqual([Number.NaN, Number.NaN]);
  });

  it('is symmetric and blind to monotone transformations', () => {
    fc.assert(
      fc.property(numbers, numbers, (x, y) => {
        const forward = ksTwoSample(sorted(x), sorted(y));
        const backward = ksTwoSample(sorted(y), sorted(x));
        const squashed = ksTwoSample(sorted(x.map(Math.fround)), sorted(y.map(Math.fround)));
        expect(backward.statistic).toBe(forward.statistic);
        expectClose(backward.pValue, forward.pValue, 1e-12);
        expect(squashed.statistic).toBeLessThanOrEqual(forward.statistic + 1e-12);
        expect(forward.pValue).toBeGreaterThanOrEqual(0);
        expect(forward.pValue).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('one-sample Kolmogorov–Smirnov distribution', () => {
  it.each(answers.one_sample)('P(D ≥ %d) for n = %d equals kstwo.sf', (d, n, expected) => {
    expectClose(kolmogorovSmirnovSf(d, n), expected, 1e-10);
  });

  it('is 1 at distances that no sample can stay below, 0 from 1 on, NaN for no sample', () => {
    expect(kolmogorovSmirnovSf(0, 5)).toBe(1);
    expect(kolmogorovSmirnovSf(1, 5)).toBe(0);
    expect(kolmogorovSmirnovSf(0.5, 0)).toBeNaN();
    expect(kolmogorovSmirnovSf(0.5, 2.5)).toBeNaN();
    expect(kolmogorovSmirnovSf(Number.NaN, 5)).toBeNaN();
  });
});

describe('counts against a reference', () => {
  it('puts every finite value in its cell', () => {
    const reference = createReference([1, 2, 2, 5]);
    const { count, cells } = countAgainst(reference, [
      0,
      1,
      1.5,
      2,
      2,
      3,
      5,
      9,
      Number.NaN,
      Number.POSITIVE_INFINITY,
    ]);
    expect(count).toBe(8);
    expect([...cells]).toEqual([1, 1, 1, 2, 1, 1, 1]);
  });

  it('agrees with the merge of sorted samples on any numbers', () => {
    fc.assert(
      fc.property(numbers, numbers, (x, y) => {
        const reference = createReference(sorted(x));
        const counted = rankDistance(reference, countAgainst(reference, y));
        expect(counted).toBe(ksTwoSample(sorted(x), sorted(y)).statistic);
      }),
    );
  });

  it('bins lose no value and hold about equal shares of the reference', () => {
    const reference = createReference(Float64Array.from({ length: 1000 }, (_, i) => i));
    const bins = quantileBins(reference, countAgainst(reference, [-5, 3, 99, 100, 998, 5000]), 10);
    expect(bins.reference).toEqual(Array(10).fill(100));
    expect(bins.values).toEqual([3, 1, 0, 0, 0, 0, 0, 0, 0, 2]);
    fc.assert(
      fc.property(numbers, numbers, (x, y) => {
        const own = createReference(sorted(x));
        const binned = quantileBins(own, countAgainst(own, y), 10);
        expect(binned.reference.reduce((a, b) => a + b)).toBe(x.length);
        expect(binned.values.reduce((a, b) => a + b)).toBe(y.length);
        expect(binned.reference.length).toBeLessThanOrEqual(10);
      }),
    );
  });

  it('answers NaN when either side is empty', () => {
    const none = createReference([]);
    expect(rankDistance(none, countAgainst(none, [1]))).toBeNaN();
    const one = createReference([1]);
    expect(rankDistance(one, countAgainst(one, [Number.NaN]))).toBeNaN();
  });
});
