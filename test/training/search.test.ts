import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ALGORITHMS } from '#mlx/training/algorithms.js';
import { type Dimension, resolveParameters } from '#mlx/training/parameters.js';
import { drawParameters } from '#mlx/training/search/draw.js';
import { halvingRungs } from '#mlx/training/search/halving.js';
import { parseDimension } from '#mlx/training/search/space.js';
import { findAlgorithm } from '#mlx/training/train.js';

interface Golden {
  readonly halving: readonly { trials: number; rows: number; candidates: number[]; resources: number[] }[];
}

const golden = JSON.parse(readFileSync(new URL('../golden/folds.json', import.meta.url), 'utf8')) as Golden;

const forest = findAlgorithm('random-forest');

describe('a space', () => {
  it.each([
    ['max_features', 'uniform:0.2..0.9', { kind: 'uniform', low: 0.2, high: 0.9 }],
    ['max-features', 'log: 0.01 .. 1', { name: 'max_features', kind: 'log', low: 0.01, high: 1 }],
    ['n_estimators', 'int:10..200', { kind: 'int', low: 10, high: 200 }],
    ['min_samples_leaf', 'log-int:1..50', { kind: 'log-int', low: 1, high: 50 }],
    ['max_features', 'choice:sqrt,0.5,all', { kind: 'choice', values: ['sqrt', 0.5, 'all'] }],
    ['bootstrap', 'choice:true|false', { kind: 'choice', values: [true, false] }],
  ])('%s=%s is understood', (name, text, expected) => {
    expect(parseDimension(forest, name, text)).toMatchObject(expected);
  });

  it.each([
    ['max_featurs', 'choice:all', 'no parameter "max_featurs"'],
    ['max_features', '0.2..0.9', 'is not understood'],
    ['max_features', 'between:0.2..0.9', 'is not understood'],
    ['max_features', 'uniform:0.9..0.2', 'is not understood'],
    ['max_features', 'log:0..1', 'is not understood'],
    ['n_estimators', 'int:1.5..9', 'is not understood'],
    ['n_estimators', 'uniform:1..9', 'takes whole numbers'],
    ['n_estimators', 'int:0..9', 'n_estimators cannot be 0'],
    ['max_features', 'choice:sqrt,most', 'max_features cannot be "most"'],
    ['max_features', 'choice:', 'is not understood'],
  ])('%s=%s is refused', (name, text, message) => {
    expect(() => parseDimension(forest, name, text)).toThrow(
      expect.objectContaining({ code: 'PARAM_INVALID', message: expect.stringContaining(message) }),
    );
  });

  it.each(ALGORITHMS)('of $name has parameters of it alone, in their ranges', (algorithm) => {
    const space: readonly Dimension[] = 'space' in algorithm ? algorithm.space : [];
    for (let trial = 0; trial < 200; trial++) {
      const drawn = drawParameters(space, 7, trial);
      expect(resolveParameters(algorithm, algorithm.tasks[0], drawn)).toMatchObject(drawn);
    }
  });
});

describe('a draw', () => {
  const space: readonly Dimension[] = [
    { name: 'a', kind: 'uniform', low: 2, high: 4 },
    { name: 'b', kind: 'log', low: 0.001, high: 1 },
    { name: 'c', kind: 'int', low: 1, high: 3 },
    { name: 'd', kind: 'log-int', low: 1, high: 100 },
    { name: 'e', kind: 'choice', values: ['x', 'y'] },
  ];
  const drawn = Array.from({ length: 3000 }, (_, trial) => drawParameters(space, 11, trial));
  const share = (of: (params: (typeof drawn)[number]) => boolean): number => drawn.filter(of).length / 3000;

  it('depends on seed and number alone', () => {
    expect(drawParameters(space, 11, 1234)).toEqual(drawn[1234]);
    expect(drawParameters(space, 12, 1234)).not.toEqual(drawn[1234]);
    expect(drawn[1]).not.toEqual(drawn[2]);
  });

  it.each<[string, (params: (typeof drawn)[number]) => boolean, number]>([
    ['half of a uniform range is below its middle', ({ a }) => (a as number) < 3, 0.5],
    ['a third of three decades is in the lowest', ({ b }) => (b as number) < 0.01, 1 / 3],
    ['each whole number is as likely', ({ c }) => c === 3, 1 / 3],
    // ln(10.5 / 0.5) of ln(100.5 / 0.5)
    ['of a logarithmic range of whole numbers', ({ d }) => (d as number) <= 10, Math.log(21) / Math.log(201)],
    ['each choice is as likely', ({ e }) => e === 'x', 0.5],
  ])('%s', (_, of, expected) => {
    // Four standard errors of a share of 3,000.
    expect(Math.abs(share(of) - expected)).toBeLessThan(4 * Math.sqrt(0.25 / 3000));
  });

  it('stays between its ends and reaches whole ones', () => {
    expect(
      share(
        ({ a, b }) =>
          (a as number) >= 2 && (a as number) <= 4 && (b as number) >= 0.001 && (b as number) <= 1,
      ),
    ).toBe(1);
    expect(new Set(drawn.map(({ c }) => c))).toEqual(new Set([1, 2, 3]));
    expect(Math.max(...drawn.map(({ d }) => d as number))).toBeLessThanOrEqual(100);
    expect(Math.min(...drawn.map(({ d }) => d as number))).toBe(1);
  });
});

describe('successive halving', () => {
  it.each(golden.halving)('$trials trials on $rows rows: the candidates of scikit-learn', (expected) => {
    const rungs = halvingRungs(expected.trials, expected.rows, 1);
    expect(rungs.map(({ candidates }) => candidates)).toEqual(expected.candidates);
    const last = rungs.length - 1;
    rungs.forEach(({ rows }, index) => {
      // Theirs grow from a whole smallest number, ours end at all rows: they differ by the rounding of that number.
      expect(Math.abs(rows - (expected.resources[index] as number))).toBeLessThan(
        3 ** Math.min(index + 1, last + 1),
      );
    });
    expect(rungs[last]?.rows).toBe(expected.rows);
  });

  it('has fewer rounds where the first would have too few rows', () => {
    expect(halvingRungs(27, 900, 200)).toEqual([
      { candidates: 27, rows: 300 },
      { candidates: 9, rows: 900 },
    ]);
    expect(halvingRungs(27, 100, 200)).toEqual([{ candidates: 27, rows: 100 }]);
  });

  it.each([3, 9, 27, 81, 243, 729])('%i trials end with one', (trials) => {
    expect(halvingRungs(trials, 1e6, 1).at(-1)).toEqual({ candidates: 1, rows: 1e6 });
  });
});
