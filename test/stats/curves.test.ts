import { describe, expect, it } from 'vitest';
import { calibrationCurve, precisionRecallCurve, rocCurve } from '#mlx/stats/curves.js';
import { regressionCurves } from '#mlx/stats/curves-regression.js';
import { wilsonInterval } from '#mlx/stats/intervals.js';
import { expectClose, golden } from './closeness.js';

type Strategy = 'uniform' | 'quantile';

const cases =
  golden<
    {
      name: string;
      truth: number[];
      scores: number[];
      roc: number[][];
      corners: number[][];
      pr: number[][];
      calibration: Readonly<Record<Strategy, number[][]>>;
      areas: [number, number];
    }[]
  >('curves');

const binaryOf = ({ truth, scores }: { truth: number[]; scores: number[] }) => ({
  isPositive: truth,
  scores: Float64Array.from(scores),
});

/** By the trapezoid rule. */
function areaUnder(x: readonly number[], y: readonly number[]): number {
  return x.slice(1).reduce((sum, right, i) => sum + ((right - x[i]!) * (y[i]! + y[i + 1]!)) / 2, 0);
}

describe('curves', () => {
  it.each(cases)('of ROC have the corners that scikit-learn keeps: $name', (answer) => {
    const points = rocCurve(binaryOf(answer), Number.POSITIVE_INFINITY);
    expect(new Set(points.map((p) => `${p.falsePositiveRate} ${p.truePositiveRate}`))).toEqual(
      cornersOf(answer.corners),
    );
    for (const { threshold, falsePositiveRate, truePositiveRate } of points.slice(1)) {
      const at = answer.roc[2]!.indexOf(threshold!) + 1;
      expectClose(falsePositiveRate, answer.roc[0]![at]!);
      expectClose(truePositiveRate, answer.roc[1]![at]!);
    }
  });

  it.each(cases)('of precision and recall go through points of scikit-learn: $name', (answer) => {
    const points = precisionRecallCurve(binaryOf(answer));
    expect(points[0]).toEqual({ threshold: null, recall: 0, precision: 1 });
    expect(points.at(-1)?.recall).toBe(1);
    for (const { threshold, recall, precision } of points.slice(1)) {
      const at = answer.pr[2]!.indexOf(threshold!) + 1;
      expectClose(precision, answer.pr[0]![at]!);
      expectClose(recall, answer.pr[1]![at]!);
    }
  });

  it.each(cases)('keep their areas at 200 points: $name', (answer) => {
    const roc = rocCurve(binaryOf(answer));
    const pr = precisionRecallCurve(binaryOf(answer));
    expect(Math.max(roc.length, pr.length)).toBeLessThanOrEqual(200);
    const rocArea = areaUnder(
      roc.map((p) => p.falsePositiveRate),
      roc.map((p) => p.truePositiveRate),
    );
    const prArea = areaUnder(
      pr.map((p) => p.recall),
      pr.map((p) => p.precision),
    );
    expect(Math.abs(rocArea - answer.areas[0])).toBeLessThan(0.001);
    expect(Math.abs(prArea - answer.areas[1])).toBeLessThan(0.001);
  });

  it.each(
    cases.flatMap((answer) =>
      (['uniform', 'quantile'] as const).map((s) => [answer.name, s, answer] as const),
    ),
  )('of calibration equal scikit-learn: %s, %s', (_name, strategy, { truth, scores, calibration }) => {
    const claims = { confidence: Float64Array.from(scores), cameTrue: Uint8Array.from(truth) };
    const points = calibrationCurve(claims, { bins: 10, strategy });
    const [observed, predicted] = calibration[strategy];
    expect(points).toHaveLength(observed!.length);
    points.forEach((point, i) => {
      expectClose(point.observed, observed![i]!);
      expectClose(point.predicted, predicted![i]!);
      const { low, high } = wilsonInterval(Math.round(point.observed * point.count), point.count);
      expect(point).toMatchObject({ low, high });
    });
    expect(points.reduce((sum, { count }) => sum + count, 0)).toBe(truth.length);
  });

  it('are empty where there is nothing to draw', () => {
    const oneClass = { isPositive: [1, 1], scores: Float64Array.of(0.2, 0.7) };
    expect(rocCurve(oneClass)).toEqual([]);
    expect(precisionRecallCurve({ ...oneClass, isPositive: [0, 0] })).toEqual([]);
    expect(rocCurve({ isPositive: [0, 1], scores: Float64Array.of(0.5, Number.NaN) })).toEqual([]);
    expect(calibrationCurve({ confidence: new Float64Array(), cameTrue: new Uint8Array() })).toEqual([]);
  });
});

/** Corners without those that stand on one line with their neighbours: scikit-learn leaves some. */
function cornersOf([x, y]: number[][]): Set<string> {
  const kept = x!.map((_, i) => i);
  const isOnLine = (a: number, b: number, c: number) =>
    Math.abs((x![b]! - x![a]!) * (y![c]! - y![a]!) - (y![b]! - y![a]!) * (x![c]! - x![a]!)) < 1e-12;
  const corners = kept.filter((i) => i === 0 || i === x!.length - 1 || !isOnLine(i - 1, i, i + 1));
  return new Set(corners.map((i) => `${x![i]} ${y![i]}`));
}

describe('curves of a regression', () => {
  const truth = Array.from({ length: 1001 }, (_, i) => i);
  const predicted = truth.map((value) => 1000 - value);

  it('have the quantiles of what is left, by tenths of the predictions', () => {
    const { deciles } = regressionCurves(
      [...Array(40).keys()].map((row) => row + (row % 4)),
      [...Array(40).keys()],
    );
    expect(deciles).toHaveLength(10);
    expect(deciles[0]).toEqual({
      from: 0,
      to: 3,
      rows: 4,
      p10: expect.closeTo(0.3, 12),
      p25: 0.75,
      median: 1.5,
      p75: 2.25,
      p90: expect.closeTo(2.7, 12),
    });
    expect(deciles.at(-1)).toMatchObject({ from: 36, to: 39 });
    expect(regressionCurves([1, 2], [5, 4]).deciles.map(({ from, median }) => [from, median])).toEqual([
      [4, -2],
      [5, -4],
    ]);
  });

  it('show rows from the lowest prediction to the highest', () => {
    const { sample } = regressionCurves(truth, predicted, 11);
    expect(sample).toHaveLength(11);
    expect(sample[0]).toEqual({ predicted: 0, actual: 1000 });
    expect(sample[10]).toEqual({ predicted: 1000, actual: 0 });
    expect(sample[5]).toEqual({ predicted: 500, actual: 500 });
  });

  it('show every row of few, and none of none', () => {
    expect(regressionCurves([3, 4], [2, 1]).sample).toEqual([
      { predicted: 1, actual: 4 },
      { predicted: 2, actual: 3 },
    ]);
    expect(regressionCurves([], []).sample).toEqual([]);
    expect(regressionCurves([5], [4]).sample).toEqual([{ predicted: 4, actual: 5 }]);
  });
});
