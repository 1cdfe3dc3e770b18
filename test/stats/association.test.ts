import { describe, expect, it } from 'vitest';
import { chi2 } from '#mlx/stats/association/chi2.js';
import { fClassif } from '#mlx/stats/association/f-classif.js';
import { fRegression } from '#mlx/stats/association/f-regression.js';
import {
  continuousInformation,
  discreteInformation,
  mixedInformation,
} from '#mlx/stats/association/mutual-information.js';
import { pearsonCorrelation } from '#mlx/stats/correlation.js';
import { fisherSf } from '#mlx/stats/distributions.js';
import { digamma } from '#mlx/stats/gamma.js';
import { expectClose, golden } from './closeness.js';

interface Golden {
  readonly fisher: readonly [number, number, number, number][];
  readonly digamma: readonly [number, number][];
  readonly information: readonly {
    readonly k: number;
    readonly x: number[];
    readonly y: number[];
    readonly d: number[];
    readonly e: number[];
    readonly continuous: number;
    readonly mixed: number;
    readonly discrete: number;
  }[];
}

const answers = golden<Golden>('stats_association');
const column = (...values: number[]): Float64Array => Float64Array.from(values);
const { NaN: MISSING } = Number;

it.each(answers.fisher)(
  'P(F > %d) with %d and %d degrees of freedom equals SciPy',
  (x, df1, df2, expected) => {
    expectClose(fisherSf(x, df1, df2), expected, 1e-11);
  },
);

it.each([1e-6, 1, 4, 30])(
  'P(F > %d) with 2 degrees of freedom has its closed form among many others',
  (x) => {
    expectClose(fisherSf(x, 2, 1e6), Math.exp(-5e5 * Math.log1p(2e-6 * x)), 1e-12);
  },
);

it('the upper tail of F is 1 from 0 downwards and 0 at infinity', () => {
  expect(fisherSf(0, 2, 3)).toBe(1);
  expect(fisherSf(-1, 2, 3)).toBe(1);
  expect(fisherSf(Number.POSITIVE_INFINITY, 2, 3)).toBe(0);
});

it.each(answers.digamma)('digamma(%d) equals SciPy', (x, expected) => {
  expectClose(digamma(x), expected, 1e-13);
});

describe.each(answers.information)('mutual information with $k neighbours equals scikit-learn', (own) => {
  const [x, y] = [Float64Array.from(own.x), Float64Array.from(own.y)];
  it('of two continuous columns', () =>
    expectClose(continuousInformation(x, y, own.k), own.continuous, 1e-12));
  it('of a continuous and a discrete one', () =>
    expectClose(mixedInformation(y, own.d, own.k), own.mixed, 1e-12));
  it('of two discrete columns', () => expectClose(discreteInformation(own.d, own.e), own.discrete, 1e-12));
});

it('mutual information does not depend on the order of the rows', () => {
  const { x, y, d, k } = answers.information[0] as Golden['information'][number];
  const [a, b] = [Float64Array.from(x), Float64Array.from(y)];
  expectClose(
    continuousInformation(a.toReversed(), b.toReversed(), k),
    continuousInformation(a, b, k),
    1e-12,
  );
  expectClose(mixedInformation(a.toReversed(), d.toReversed(), k), mixedInformation(a, d, k), 1e-12);
});

it('two columns of one value each tell nothing about each other', () => {
  const same = new Float64Array(20).fill(7);
  expect(continuousInformation(same, same, 3)).toBeLessThan(1e-12);
  expect(mixedInformation(same, new Float64Array(20), 3)).toBeLessThan(1e-12);
  expect(discreteInformation(new Float64Array(20), new Float64Array(20))).toBe(0);
});

it('a constant column has no F over classes, however inexact its mean', () => {
  expect(fClassif(new Float64Array(9).fill(4.2), column(0, 1, 2, 0, 1, 2, 0, 1, 2), 3).score).toBeNaN();
});

it('constant and different classes have an infinite F', () => {
  expect(fClassif(column(1, 1, 2, 2), column(0, 0, 1, 1), 2)).toEqual({
    score: Number.POSITIVE_INFINITY,
    pValue: 0,
  });
});

it('F over classes keeps its digits under a large offset', () => {
  const values = column(1, 2, 4, 3, 7, 5, 9, 6);
  const labels = column(0, 0, 0, 0, 1, 1, 1, 1);
  const { score } = fClassif(
    values.map((value) => value + 2 ** 40),
    labels,
    2,
  );
  expectClose(score, fClassif(values, labels, 2).score, 1e-12);
});

it('rows without a value count for nothing', () => {
  const labels = column(0, 0, 1, 1, 0, 1);
  const present = [column(1, 2, 5, 7), labels.subarray(0, 4)] as const;
  const values = column(1, 2, 5, 7, MISSING, MISSING);
  expect(fClassif(values, labels, 2)).toEqual(fClassif(...present, 2));
  expect(chi2(values, labels, 2)).toEqual(chi2(...present, 2));
  expect(fRegression(values, labels)).toEqual(fRegression(...present));
  expect(pearsonCorrelation(values, labels)).toBe(pearsonCorrelation(...present));
});

it('a constant column has the regression score 0, and a perfect line an infinite one', () => {
  expect(fRegression(new Float64Array(5).fill(0.1), column(1, 2, 3, 4, 9))).toEqual({ score: 0, pValue: 1 });
  expect(fRegression(column(-1, 1, -1, 1), column(2, 4, 2, 4))).toEqual({
    score: Number.POSITIVE_INFINITY,
    pValue: 0,
  });
});

it('a column of zeros has no chi-square', () => {
  expect(chi2(new Float64Array(4), column(0, 1, 0, 1), 2).score).toBeNaN();
});

it('columns that share no two rows have no correlation', () => {
  expect(pearsonCorrelation(column(1, MISSING, 2), column(MISSING, 3, 4))).toBeNaN();
});
