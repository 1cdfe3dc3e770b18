import { describe, expect, it } from 'vitest';
import { classificationMetrics } from '#mlx/stats/metrics.js';
import { createRandom } from '#mlx/stats/random.js';
import { type ThresholdCriterion, tuneThreshold } from '#mlx/stats/threshold.js';
import { expectClose, golden } from './closeness.js';

const cases =
  golden<
    {
      name: string;
      truth: number[];
      scores: number[];
      criterion: ThresholdCriterion;
      weights: number[] | null;
      value: number | null;
      valueAtHalf: number | null;
    }[]
  >('threshold');

const pairs = (scores: readonly number[]) => Float32Array.from(scores.flatMap((p) => [1 - p, p]));

describe('the tuned threshold', () => {
  it.each(cases)('is the best of all that could be tried: $name', (answer) => {
    const { truth, scores, criterion, weights } = answer;
    const tuned = tuneThreshold(truth, scores, criterion, weights ?? undefined);
    expectClose(tuned.value, answer.value ?? Number.NaN, 1e-12, 1e-15);
    expectClose(tuned.valueAtHalf, answer.valueAtHalf ?? Number.NaN, 1e-12, 1e-15);
    expect(tuned.threshold).toBe(Math.fround(tuned.threshold));
  });

  it.each(cases.filter(({ criterion }) => ['accuracy', 'f1', 'mcc'].includes(criterion.metric)))(
    'gives that value where labels are told by it: $name',
    ({ truth, scores, criterion, weights }) => {
      const { threshold, value } = tuneThreshold(truth, scores, criterion, weights ?? undefined);
      const metrics = classificationMetrics(truth, pairs(scores), 2, {
        threshold,
        weights: weights ?? undefined,
      });
      expectClose(metrics[criterion.metric as 'f1'], value, 1e-12);
    },
  );

  it.each<[string, number[], number[], number]>([
    ['midway between neighbouring scores', [0, 0, 1, 1], [0.125, 0.25, 0.5, 0.75], 0.375],
    ['midway between the lowest and 0 where all are predicted', [1, 1, 0, 1], [0.25, 0.5, 0.625, 1], 0.125],
    ['nearest to 0.5 of those that are as good', [1, 0, 0, 1], [0.125, 0.25, 0.75, 0.875], 0.8125],
  ])('lies %s', (_, truth, scores, threshold) => {
    expect(tuneThreshold(truth, scores, { metric: 'accuracy' }).threshold).toBe(threshold);
  });

  it('lies on the upper score where float32 has nothing between', () => {
    const upper = Math.fround(0.3 * (1 + 2 ** -23));
    const tuned = tuneThreshold([0, 1], [Math.fround(0.3), upper], { metric: 'f1' });
    expect(tuned).toMatchObject({ threshold: upper, value: 1 });
  });

  it('can be above all scores, where that costs least', () => {
    const costs = { tp: 0, fp: 100, fn: 1, tn: 0 };
    const tuned = tuneThreshold([0, 1, 0], [0.5, 0.25, 0.75], { metric: 'cost', costs });
    expect(tuned).toEqual({ threshold: 0.875, value: 1 / 3, valueAtHalf: 67 });
  });

  it('is 0.5 without a value where the condition cannot be fulfilled', () => {
    const tuned = tuneThreshold([0, 1], [0.75, 0.25], { metric: 'recall', minPrecision: 0.9 });
    expect(tuned).toEqual({ threshold: 0.5, value: Number.NaN, valueAtHalf: Number.NaN });
  });

  it.each([
    ['one class', [1, 1], [0.5, 0.75], /rows of one class/],
    ['no rows', [], [], /rows of one class/],
    ['a score that is NaN', [0, 1], [Number.NaN, 0.5], /score is NaN/],
  ])('is refused for %s', (_, truth, scores, message) => {
    expect(() => tuneThreshold(truth, scores, { metric: 'f1' })).toThrow(message);
  });

  it('of 1,000,000 rows takes a bounded time', () => {
    const random = createRandom(1);
    const scores = Float64Array.from({ length: 1e6 }, () => random.next());
    const truth = Uint8Array.from(scores, (p) => (random.next() < p ? 1 : 0));
    const startedAt = performance.now();
    tuneThreshold(truth, scores, { metric: 'f1' });
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });
});
