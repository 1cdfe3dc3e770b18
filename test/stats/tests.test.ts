import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adjustBenjaminiHochberg, adjustHolm } from '#mlx/stats/adjust.js';
import { chiSquareHomogeneity, poolRareLevels } from '#mlx/stats/chi-square.js';
import {
  balancedCramersV,
  jensenShannonDistance,
  meanShift,
  populationStabilityIndex,
} from '#mlx/stats/effect-size.js';
import { meanDifference, meanInterval, proportionDifference, wilsonInterval } from '#mlx/stats/intervals.js';
import { quantile } from '#mlx/stats/quantile.js';
import { summarise } from '#mlx/stats/summary.js';
import { expectClose, golden } from './closeness.js';

interface ChiSquareAnswer {
  statistic: number;
  p_value: number;
  df: number;
  cramers_v: number;
}

const answers = golden<{
  chi_square: {
    a: number[];
    b: number[];
    answer: ChiSquareAnswer | null;
    psi: number | null;
    jensen_shannon: number | null;
    balanced_v: number | null;
  }[];
  adjust: { p: number[]; holm: number[]; bh: number[] }[];
  wilson: [k: number, n: number, confidence: number, low: number, high: number][];
  newcombe: [a: number, n: number, b: number, m: number, low: number, high: number][];
  two_proportions: [a: number, n: number, b: number, m: number, p: number][];
  means: { values: number[]; mean: number; sd: number; interval: [number, number] }[];
  welch: { a: number[]; b: number[]; interval: [number, number]; p_value: number; df: number }[];
  quantiles: [values: number[], q: number, answer: number][];
}>('stats_tests');

/** The oracle's t quantile is good to 1e-8 only; ours is held to mpmath in distributions.test.ts. */
const T_QUANTILE = 1e-7;

describe('chi-square test of homogeneity', () => {
  it.each(answers.chi_square)('equals chi2_contingency for $a against $b', ({ a, b, answer }) => {
    const result = chiSquareHomogeneity(a, b);
    if (answer === null) {
      expect(result).toEqual({ statistic: 0, df: 0, pValue: 1, cramersV: 0 });
      return;
    }
    expectClose(result.statistic, answer.statistic, 1e-10, 1e-14);
    expectClose(result.pValue, answer.p_value, 1e-9);
    expectClose(result.cramersV, answer.cramers_v, 1e-10, 1e-14);
    expect(result.df).toBe(answer.df);
  });

  it.each(answers.two_proportions)(
    'on two levels equals the z test of %d/%d against %d/%d',
    (a, n, b, m, p) => {
      expectClose(chiSquareHomogeneity([a, n - a], [b, m - b]).pValue, p, 1e-10);
    },
  );

  it('has nothing to compare with one level, no level or an empty sample', () => {
    for (const [a, b] of [
      [[7], [9]],
      [[], []],
      [
        [0, 0],
        [3, 4],
      ],
    ] as const) {
      expect(chiSquareHomogeneity(a, b)).toEqual({ statistic: 0, df: 0, pValue: 1, cramersV: 0 });
    }
  });
});

describe('pooling of rare levels', () => {
  it('keeps levels whose expected count is at least five and joins the rest', () => {
    expect(poolRareLevels([50, 4, 2, 40], [50, 1, 0, 44])).toEqual({ a: [50, 46], b: [50, 45] });
    expect(poolRareLevels([50, 6, 4, 40], [50, 5, 7, 44])).toEqual({ a: [50, 6, 4, 40], b: [50, 5, 7, 44] });
    expect(poolRareLevels([500, 30, 20, 10], [500, 2, 40, 1])).toEqual({
      a: [500, 30, 20, 10],
      b: [500, 2, 40, 1],
    });
  });

  it('leaves one level when all are rare, and loses no count', () => {
    expect(poolRareLevels([1, 1, 1], [1, 1, 1])).toEqual({ a: [3], b: [3] });
    const counts = fc.array(fc.nat(60), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(counts, counts, (a, b) => {
        const pooled = poolRareLevels(a, b);
        const sum = (values: readonly number[]) => values.reduce((x, y) => x + y, 0);
        expect(sum(pooled.a)).toBe(sum(a));
        expect(sum(pooled.b)).toBe(sum(b));
      }),
    );
  });
});

describe('effect sizes', () => {
  it.each(answers.chi_square)('equal their oracles for $a against $b', (row) => {
    const { a, b } = row;
    expectClose(populationStabilityIndex(a, b), row.psi ?? Number.NaN, 1e-10, 1e-15);
    expectClose(jensenShannonDistance(a, b), row.jensen_shannon ?? Number.NaN, 1e-6, 1e-8);
    expectClose(balancedCramersV(a, b), row.balanced_v ?? Number.NaN, 1e-9, 1e-12);
  });

  it('count a mean shift in baseline standard deviations, and none without a scale', () => {
    expect(meanShift({ mean: 10, sd: 2 }, 13)).toBe(1.5);
    expect(meanShift({ mean: 10, sd: 0 }, 13)).toBeNull();
    expect(meanShift({ mean: 10, sd: Number.NaN }, 13)).toBeNull();
    expect(meanShift({ mean: 10, sd: 2 }, Number.NaN)).toBeNull();
  });
});

describe('adjusted p-values', () => {
  it.each(answers.adjust)('equal multipletests for $p', ({ p, holm, bh }) => {
    for (const [i, value] of adjustHolm(p).entries()) expectClose(value, holm[i] as number, 1e-14);
    for (const [i, value] of adjustBenjaminiHochberg(p).entries()) expectClose(value, bh[i] as number, 1e-14);
  });

  it('pass over tests that could not be made', () => {
    expect(adjustHolm([0.02, Number.NaN, 0.03])).toEqual([0.04, Number.NaN, 0.04]);
    expect(adjustBenjaminiHochberg([0.02, Number.NaN, 0.03])).toEqual([0.03, Number.NaN, 0.03]);
    expect(adjustHolm([])).toEqual([]);
  });
});

describe('intervals', () => {
  it.each(answers.wilson)('Wilson for %d of %d at %d', (successes, trials, confidence, low, high) => {
    const interval = wilsonInterval(successes, trials, confidence);
    expectClose(interval.low, low, 1e-10, 1e-15);
    expectClose(interval.high, high, 1e-10);
    expect(interval.estimate).toBe(successes / trials);
  });

  it.each(answers.newcombe)('Newcombe for %d/%d − %d/%d', (a, n, b, m, low, high) => {
    const interval = proportionDifference({ successes: a, trials: n }, { successes: b, trials: m });
    expectClose(interval.low, low, 1e-10);
    expectClose(interval.high, high, 1e-10);
  });

  it.each(answers.means)('t interval for the mean of $values', ({ values, mean, sd, interval }) => {
    const summary = summarise(values);
    expectClose(summary.mean, mean, 1e-12, 1e-17);
    expectClose(summary.sd, sd, 1e-12);
    const { low, high } = meanInterval(summary);
    expectClose(low, interval[0], T_QUANTILE);
    expectClose(high, interval[1], T_QUANTILE);
  });

  it.each(answers.welch)('Welch for $a − $b', ({ a, b, interval, p_value, df }) => {
    const result = meanDifference(summarise(a), summarise(b));
    expectClose(result.low, interval[0], T_QUANTILE, 1e-8);
    expectClose(result.high, interval[1], T_QUANTILE, 1e-8);
    expectClose(result.pValue, p_value, 1e-9);
    expectClose(result.df, df, 1e-10);
  });

  it('have no ends where there is no information', () => {
    expect(wilsonInterval(0, 0)).toEqual({ estimate: Number.NaN, low: Number.NaN, high: Number.NaN });
    expect(meanInterval(summarise([4])).low).toBeNaN();
    expect(meanDifference(summarise([4]), summarise([1, 2])).pValue).toBeNaN();
  });

  it('of two constants is a point', () => {
    expect(meanDifference(summarise([4, 4]), summarise([4, 4, 4]))).toMatchObject({
      low: 0,
      high: 0,
      pValue: 1,
    });
    expect(meanDifference(summarise([4, 4]), summarise([3, 3]))).toMatchObject({
      low: 1,
      high: 1,
      pValue: 0,
    });
  });
});

describe('quantile', () => {
  it.each(answers.quantiles)('of %j at %d equals numpy', (values, q, expected) => {
    expectClose(quantile(values, q), expected, 1e-15);
  });

  it('is NaN for no values and outside 0..1', () => {
    expect([quantile([], 0.5), quantile([1], 1.1), quantile([1], Number.NaN)]).toEqual(
      Array(3).fill(Number.NaN),
    );
  });
});

describe('summary', () => {
  it('counts NaN and infinities as missing', () => {
    const values = [1, Number.NaN, 3, Number.POSITIVE_INFINITY];
    expect(summarise(values)).toEqual({ count: 2, missing: 2, mean: 2, sd: Math.SQRT2, min: 1, max: 3 });
  });

  it('has no moments without values and no spread with one', () => {
    expect(summarise([Number.NaN])).toMatchObject({
      count: 0,
      missing: 1,
      mean: Number.NaN,
      min: Number.NaN,
    });
    expect(summarise([5])).toMatchObject({ mean: 5, sd: Number.NaN });
  });

  it('loses nothing to a large offset or to many terms', () => {
    const tenths = new Float64Array(1_000_000).fill(0.1);
    expect(summarise(tenths)).toMatchObject({ mean: 0.1, sd: 0 });
    const { sd } = summarise([1e15, 1e15 + 1, 1e15 + 2]);
    expect(sd).toBe(1);
  });
});
