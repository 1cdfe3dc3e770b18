import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cramersV, crossTabulate, entropyOf, mutualInformation } from '#mlx/stats/contingency.js';
import { pearsonCorrelation, spearmanCorrelation } from '#mlx/stats/correlation.js';
import { correlationRatio } from '#mlx/stats/correlation-ratio.js';
import { rankedRocAuc, rocAuc } from '#mlx/stats/metrics/roc-auc.js';
import { ranksWith, rankValues } from '#mlx/stats/midranks.js';
import { atStep, niceStep } from '#mlx/stats/nice-step.js';
import { quantile } from '#mlx/stats/quantile.js';
import { createRandom } from '#mlx/stats/random.js';
import { quantilesOf } from '#mlx/stats/selection.js';
import { shapeOf } from '#mlx/stats/shape.js';
import { expectClose } from './closeness.js';

/** Doubles near and far, with ties and missing values. */
const cells = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.double({ noDefaultInfinity: true }),
  fc.constantFrom(0, -0, Number.NaN, 1e9 + 2 ** -20, 1e9 + 2 ** -21, 5e-324, -5e-324),
);

describe('quantiles without sorting', () => {
  const probabilities = [0, 0.01, 0.25, 0.5, 0.75, 0.99, 1];
  const shapes: Record<string, (u: number) => number> = {
    even: (u) => u,
    'with a long tail': (u) => 1 / (u + 1e-9),
    'over many magnitudes': (u) => 10 ** (u * 600 - 300),
    'of few values': (u) => Math.floor(u * 3),
    'equal but for one': (u) => (u < 1e-4 ? 1e6 : 2),
    'beyond what can be divided': (u) => (u - 0.5) * 1.75e308 * 2,
  };

  it.each(Object.entries(shapes))('are those of the sorted values: %s', (_, shape) => {
    const random = createRandom(3);
    const values = Float64Array.from({ length: 30_000 }, () => shape(random.next()));
    const sorted = values.slice().sort();
    expect(quantilesOf(values, probabilities)).toEqual(probabilities.map((q) => quantile(sorted, q)));
  });

  it('leave the values as they were, and are NaN for none', () => {
    const values = Float64Array.of(3, 1, 2);
    expect(quantilesOf(values, [0.5])).toEqual([2]);
    expect([...values]).toEqual([3, 1, 2]);
    expect(quantilesOf(new Float64Array(), [0, 1])).toEqual([Number.NaN, Number.NaN]);
  });
});

describe('mean ranks', () => {
  const naive = (values: Float64Array) =>
    values.map((value) => {
      if (Number.isNaN(value)) return Number.NaN;
      const below = values.filter((other) => other < value).length;
      return below + (values.filter((other) => other === value).length + 1) / 2;
    });

  it('are one more than the values below plus half of the ties', () => {
    fc.assert(
      fc.property(fc.array(cells, { maxLength: 80 }), (list) => {
        const values = Float64Array.from(list);
        expect(rankValues(values).ranks).toEqual(naive(values));
      }),
    );
  });

  it('of close values, far more than one key tells apart, are right too', () => {
    const random = createRandom(5);
    const values = Float64Array.from({ length: 300 }, () => 1 + random.int(200) * 2 ** -50);
    expect(rankValues(values).ranks).toEqual(naive(values));
  });

  it('among the rows that another column has are given anew', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(cells, cells), { maxLength: 40 }), (pairs) => {
        const [x, y] = [0, 1].map((side) => Float64Array.from(pairs, (pair) => pair[side] as number));
        const shared = (x as Float64Array).map((value, i) => (Number.isNaN(y?.[i]) ? Number.NaN : value));
        expect(ranksWith(rankValues(x as Float64Array), rankValues(y as Float64Array))).toEqual(
          naive(shared),
        );
      }),
    );
  });
});

describe('correlations', () => {
  it('are 1 for a line, whatever its place and size', () => {
    const x = Float64Array.from({ length: 50 }, (_, i) => i);
    for (const [scale, shift] of [
      [2, 0],
      [1e-6, 1e6],
      [1e150, -1e150],
    ] as const) {
      expectClose(
        pearsonCorrelation(
          x,
          x.map((v) => v * scale + shift),
        ),
        1,
        1e-6,
      );
    }
  });

  it('are NaN for a constant and below two pairs', () => {
    const constant = Float64Array.of(0.1, 0.1, 0.1);
    expect(pearsonCorrelation(constant, Float64Array.of(1, 2, 3))).toBeNaN();
    expect(pearsonCorrelation(Float64Array.of(1, Number.NaN), Float64Array.of(Number.NaN, 2))).toBeNaN();
  });

  it('of ranks do not change under a monotone map', () => {
    const random = createRandom(6);
    const x = Float64Array.from({ length: 200 }, () => random.normal());
    const y = x.map((v) => v + random.normal());
    const plain = spearmanCorrelation(rankValues(x), rankValues(y));
    expect(spearmanCorrelation(rankValues(x.map(Math.exp)), rankValues(y))).toBe(plain);
  });
});

describe('the area under the ROC curve by ranks', () => {
  it('is that by scores', () => {
    const random = createRandom(7);
    const scores = Float64Array.from({ length: 120 }, () => random.int(30));
    const labels = scores.map((score) => (score + random.int(30) > 30 ? 1 : 0));
    const both = new Float64Array(scores.length * 2);
    scores.forEach((score, row) => {
      both[row * 2 + 1] = score;
    });
    const expected = rocAuc(labels, both, { classes: 2, positive: 1 });
    expectClose(rankedRocAuc(labels, rankValues(scores).ranks), expected);
  });
});

describe('tables of counts', () => {
  const table = (x: number[], y: number[]) => crossTabulate(x, y, { rows: 4, columns: 4 });

  it('give V 1 and all the information for a relabelling, about 0 for independence', () => {
    const x = Array.from({ length: 400 }, (_, i) => i % 4);
    expectClose(
      cramersV(
        table(
          x,
          x.map((v) => 3 - v),
        ),
      ),
      1,
    );
    expectClose(mutualInformation(table(x, x)), Math.log(4));
    const independent = x.map((_, i) => Math.floor(i / 4) % 4);
    expect(cramersV(table(x, independent))).toBe(0);
    expect(mutualInformation(table(x, independent))).toBeCloseTo(0, 12);
  });

  it('pass over rows that lack a group, and have no V where one group is left', () => {
    expect(cramersV(table([0, -1, 1, 2], [1, 0, -1, 1]))).toBeNaN();
    expect(mutualInformation(table([], []))).toBeNaN();
    expect(entropyOf([0, 5, 0])).toBe(0);
    expect(entropyOf([])).toBeNaN();
  });
});

describe('the correlation ratio', () => {
  it('is 1 where groups tell the number, and corrected to 0 where each row has a group of its own', () => {
    const values = [1, 1, 5, 5, 9, 9];
    expect(correlationRatio([0, 0, 1, 1, 2, 2], 3, values)).toEqual({ eta: 1, adjusted: 1 });
    expect(correlationRatio([0, 1, 2, 3, 4, 5], 6, values)).toEqual({ eta: 1, adjusted: 0 });
    expect(correlationRatio([0, 1], 2, [3, 3])).toEqual({ eta: Number.NaN, adjusted: Number.NaN });
  });
});

describe('the shape of a sample', () => {
  it('needs three values for skewness, four for kurtosis, and is 0 for equal ones', () => {
    expect(shapeOf([1, 2], { mean: 1.5, sd: 0.7 })).toEqual({ skewness: Number.NaN, kurtosis: Number.NaN });
    expect(shapeOf([3, 3, 3, 3], { mean: 3, sd: 0 })).toEqual({ skewness: 0, kurtosis: 0 });
  });
});

describe('a nice step', () => {
  it('is 1, 2, 2.5 or 5 times a power of ten, at least what is asked for, below 2.5 times that', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-200, max: 1e200, noNaN: true }), (least) => {
        const step = niceStep(least);
        const mantissa = step / 10 ** Math.floor(Math.log10(step) + 1e-9);
        expect([1, 2, 2.5, 5, 10].some((nice) => Math.abs(mantissa - nice) < 1e-6)).toBe(true);
        expect(step).toBeGreaterThanOrEqual(least * (1 - 1e-8));
        expect(step).toBeLessThan(least * 2.5);
      }),
    );
  });

  it('leads to places that are rounded once', () => {
    expect([1, 2, 3].map((index) => atStep(index, 0.1))).toEqual([0.1, 0.2, 0.3]);
  });
});
