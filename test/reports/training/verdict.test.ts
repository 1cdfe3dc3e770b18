import { describe, expect, it } from 'vitest';
import type { ReportedMetric } from '#mlx/reports/training/report.js';
import { verdicts } from '#mlx/reports/training/verdict.js';
import { worstSlices } from '#mlx/reports/training/worst-slice.js';
import { binaryReport, binarySlices } from './reports.js';

const unjudged = ['a', 'b', 'c'].map((name, index) => ({ name, rows: 50, value: index / 10 }));

describe('the worst slice', () => {
  it.each([
    ['higher', 'a'],
    ['lower', 'c'],
  ] as const)('is, where %s is better, %s', (better, expected) => {
    const slices = { ...binarySlices(), better, columns: [{ column: 'x', slices: unjudged }] };
    expect(worstSlices(slices)[0]?.slice.name).toBe(expected);
  });

  it('is one that is worse by more than chance, where that was judged', () => {
    const slices = unjudged.map((slice) => ({ ...slice, isWorse: slice.name === 'b' }));
    const own = worstSlices({ ...binarySlices(), columns: [{ column: 'x', slices }] });
    expect(own.map(({ slice }) => slice.name)).toEqual(['b']);
  });
});

describe('the verdict on the primary metric', () => {
  it.each<[string, Partial<ReportedMetric>, string]>([
    ['good above the baseline', {}, 'good'],
    ['a warning where the interval holds the baseline', { low: 0.4 }, 'cannot be told from that'],
    ['a warning below the baseline', { low: 0.2, value: 0.3, high: 0.4 }, 'is worse than that'],
    ['good below the baseline of a loss', { better: 'lower', low: 0.2, value: 0.3, high: 0.4 }, 'good'],
    ['plain without a baseline', { baseline: null }, 'plain'],
  ])('is %s', (_, change, expected) => {
    const [metric] = binaryReport().metrics;
    const [first] = verdicts({ ...binaryReport(), metrics: [{ ...(metric as ReportedMetric), ...change }] });
    expect(`${first?.tone} ${first?.text}`).toContain(expected);
  });
});
