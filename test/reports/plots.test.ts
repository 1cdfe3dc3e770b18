import { describe, expect, it } from 'vitest';
import { formatCount, formatInterval, formatScore, formatSeconds } from '#mlx/reports/format.js';
import { densityPlot } from '#mlx/reports/plots/density.js';
import { intervalBar, rangeOf } from '#mlx/reports/plots/interval-bar.js';
import { type LineSeries, linePlot } from '#mlx/reports/plots/lines.js';
import { swarm } from '#mlx/reports/plots/swarm.js';
import { parseMarkup } from './markup.js';

const UNIT = { name: 'x', range: [0, 1] } as const;

function pathsOf(markup: string, name: string): string[] {
  return parseMarkup(markup)
    .elements.filter(({ attributes }) => attributes.get('class')?.split(' ').includes(name))
    .map(({ attributes }) => attributes.get('d') ?? '');
}

function drawn(series: Partial<LineSeries>): string {
  const own = { name: 'a', style: 0, points: [], ...series };
  const plot = { title: 't', description: 'd', x: UNIT, y: { ...UNIT, name: 'y' }, series: [own] };
  return pathsOf(String(linePlot('p', plot)), 'l0')[0] ?? '';
}

describe('line plots', () => {
  it('join points, or go to the next height before they go along', () => {
    const points = [
      [0, 0],
      [1, 1],
    ] as const;
    expect(drawn({ points })).toBe('M54 262L400 10');
    expect(drawn({ points, shape: 'step' })).toBe('M54 262V10H400');
  });

  it('leave out what cannot be told apart, but never the last point', () => {
    const points = Array.from({ length: 20_001 }, (_, i) => [i / 20_000, (i / 20_000) ** 2] as const);
    const path = drawn({ points });
    expect(path.length).toBeLessThan(12_000);
    expect(path.endsWith('L400 10')).toBe(true);
  });

  it('leave out points that are not finite', () => {
    expect(
      drawn({
        points: [
          [0, 0],
          [0.5, Number.NaN],
          [1, 1],
        ],
      }),
    ).toBe('M54 262L400 10');
  });
});

describe('density plots', () => {
  it('put rows of like values into one cell, whose shade tells how many there are', () => {
    const points = [
      ...Array.from({ length: 50 }, () => [0.5, 0.5] as const),
      [0.1, 0.9] as const,
      [2, 2] as const,
    ];
    const plot = String(densityPlot('p', { title: 't', description: 'd', x: UNIT, y: UNIT, points }));
    expect([pathsOf(plot, 'h4').length, pathsOf(plot, 'h0').length]).toEqual([1, 1]);
    expect(parseMarkup(plot).text).toContain('50 rows');
    expect(parseMarkup(plot).text).toContain('1 row');
  });
});

describe('swarms', () => {
  it('colour dots by their value and put those of one place above each other', () => {
    const points = [0, 1, null].map((shade) => ({ x: 0, shade }));
    const plot = String(swarm(points, [-1, 1]));
    expect([...'07n'].map((shade) => pathsOf(plot, `q${shade}`))).toEqual([
      ['M210 15h.01'],
      ['M210 17.6h.01'],
      ['M210 12.4h.01'],
    ]);
  });
});

describe('interval bars', () => {
  it('stand at the share of the range', () => {
    const bar = String(intervalBar({ value: 5, low: 2, high: 7, range: [0, 10], reference: 4 }));
    expect(bar).toContain('class="range" style="left:20%;width:50%"');
    expect(bar).toContain('class="dot" style="left:50%"');
    expect(bar).toContain('class="to" style="left:40%"');
  });

  it('have a range of what is known', () => {
    expect(rangeOf([null, Number.NaN, 1, undefined, 2])).toEqual([0.96, 2.04]);
    expect(rangeOf([])).toEqual([0, 1]);
  });
});

describe('figures in words', () => {
  it.each([
    [0.5, '0.5000'],
    [-0.00001, '−1.00e-5'],
    [1.2, '1.2000'],
    [64.2101, '64.21'],
    [null, '–'],
    [Number.NaN, '–'],
  ])('a metric of %s is %s', (value, expected) => {
    expect(formatScore(value)).toBe(expected);
  });

  it.each([
    [0.0123, '12.3 ms'],
    [3.44, '3.4 s'],
    [59.99, '1 min 0 s'],
    [3725, '1 h 2 min'],
    [-1, '–'],
    [null, '–'],
  ])('%s seconds are %s', (value, expected) => {
    expect(formatSeconds(value)).toBe(expected);
  });

  it('an interval is told where both ends are known', () => {
    expect([formatInterval(0.1, 0.2), formatInterval(0.1, null)]).toEqual(['0.1000 to 0.2000', '']);
    expect(formatCount(Number.NaN)).toBe('–');
  });
});
