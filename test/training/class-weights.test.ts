import { describe, expect, it } from 'vitest';
import { weighRows } from '#mlx/training/class-weights.js';
import type { TrainingSpec } from '#mlx/training/fit.js';

const target = Float64Array.of(0, 0, 0, 1, 2, 2);
const spec: TrainingSpec = {
  algorithm: 'linear',
  task: 'classification',
  matrix: { rows: 6, columns: 1, data: new Float32Array(6) },
  target,
  classes: 3,
  classNames: ['no', 'yes', 'a=b,c'],
  seed: 0,
};

describe('class_weight', () => {
  it('is what scikit-learn makes of "balanced", whatever the rows weigh', () => {
    // compute_sample_weight('balanced', [0, 0, 0, 1, 2, 2])
    const expected = [2 / 3, 2 / 3, 2 / 3, 2, 1, 1];
    expect([...weighRows(spec, 'balanced')!]).toEqual(expected);
    const weights = Float64Array.of(1, 2, 3, 4, 5, 6);
    const both = weighRows({ ...spec, weights }, 'balanced')!;
    expect([...both]).toEqual(expected.map((weight, row) => weight * weights[row]!));
  });

  it('counts only classes that occur as classes', () => {
    const two = { ...spec, target: Float64Array.of(0, 0, 0, 2) };
    expect([...weighRows(two, 'balanced')!]).toEqual([2 / 3, 2 / 3, 2 / 3, 2]);
  });

  it.each<[string, readonly number[]]>([
    ['yes=5,no=2', [2, 2, 2, 5, 1, 1]],
    [' yes = 0.5 ', [1, 1, 1, 0.5, 1, 1]],
    ['{"a=b,c": 3}', [1, 1, 1, 1, 3, 3]],
  ])('%s weighs the classes by name, those that are not named 1', (text, expected) => {
    expect([...weighRows(spec, text)!]).toEqual(expected);
  });

  it('leaves the weights alone where it is none', () => {
    const weights = Float64Array.of(1, 2, 3, 4, 5, 6);
    expect(weighRows({ ...spec, weights }, 'none')).toBe(weights);
    expect(weighRows(spec, 'none')).toBeUndefined();
  });

  it.each([
    ['maybe=3', 'There are: no, yes'],
    ['yess=3', 'Did you mean "yes"'],
    ['yes', 'takes: none, balanced'],
    ['yes=', 'takes: none, balanced'],
    ['yes=0', 'takes: none, balanced'],
    ['yes=-1', 'takes: none, balanced'],
    ['yes=Infinity', 'takes: none, balanced'],
    ['yes=many', 'takes: none, balanced'],
    ['{"yes"', 'takes: none, balanced'],
    ['{"yes":"x"}', 'takes: none, balanced'],
  ])('refuses %s and says what may be', (text, hint) => {
    expect(() => weighRows(spec, text)).toThrow(
      expect.objectContaining({ code: 'PARAM_INVALID', hint: expect.stringMatching(hint) }),
    );
  });
});
