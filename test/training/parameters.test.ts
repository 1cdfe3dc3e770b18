import { describe, expect, it } from 'vitest';
import { ALGORITHM_CHOICES } from '#mlx/config/algorithm-names.js';
import { ALGORITHMS } from '#mlx/training/algorithms.js';
import { rangeOf, readCount, resolveParameters } from '#mlx/training/parameters.js';
import { findAlgorithm } from '#mlx/training/train.js';

const forest = findAlgorithm('random-forest');

describe('parameters', () => {
  it('take the defaults of the task', () => {
    expect(resolveParameters(forest, 'classification', {})).toEqual({
      n_estimators: 100,
      criterion: 'gini',
      max_depth: 'none',
      min_samples_split: 2,
      min_samples_leaf: 1,
      min_weight_fraction_leaf: 0,
      min_impurity_decrease: 0,
      max_features: 'sqrt',
      bootstrap: true,
      max_samples: 'all',
      oob_score: false,
      class_weight: 'none',
    });
    const values = resolveParameters(forest, 'regression', {});
    expect(values).toMatchObject({ criterion: 'squared_error', max_features: 'all' });
  });

  it.each([
    ['n_estimators', 7, 'n_estimators', 7],
    ['nEstimators', '7', 'n_estimators', 7],
    ['max-depth', 'none', 'max_depth', 'none'],
    ['max_features', '0.5', 'max_features', 0.5],
    ['bootstrap', 'false', 'bootstrap', false],
    ['criterion', 'entropy', 'criterion', 'entropy'],
  ])('read %s = %o', (name, value, known, expected) => {
    expect(resolveParameters(forest, 'classification', { [name]: value })[known]).toBe(expected);
  });

  it.each([
    ['criterion', 'ginny'],
    ['criterion', 3],
    ['n_estimators', 0],
    ['n_estimators', 1.5],
    ['n_estimators', ''],
    ['n_estimators', true],
    ['n_estimators', '1e9'],
    ['max_depth', 'deep'],
    ['max_features', Number.NaN],
    ['bootstrap', 'yes'],
  ])('refuse %s = %o and say what it takes', (name, value) => {
    expect(() => resolveParameters(forest, 'classification', { [name]: value })).toThrow(
      expect.objectContaining({ code: 'PARAM_INVALID', hint: expect.stringContaining('takes') }),
    );
  });

  it.each([
    ['n_estimator', 'n_estimators'],
    ['max_dpth', 'max_depth'],
    ['min_sample_leaf', 'min_samples_leaf'],
  ])('refuse %s and name %s', (name, near) => {
    expect(() => resolveParameters(forest, 'classification', { [name]: 1 })).toThrow(
      expect.objectContaining({ hint: expect.stringContaining(`Did you mean "${near}"?`) }),
    );
  });

  it('belong to a task where they say so', () => {
    expect(resolveParameters(forest, 'regression', {})).not.toHaveProperty('class_weight');
    expect(() => resolveParameters(forest, 'regression', { class_weight: 'balanced' })).toThrow(
      expect.objectContaining({ code: 'PARAM_INVALID', message: expect.stringContaining('classification') }),
    );
  });

  it('name the algorithms where there is none of that name', () => {
    expect(() => findAlgorithm('randomforest')).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('Did you mean "random-forest"?') }),
    );
  });

  it.each([
    ['all', 9, 9],
    ['sqrt', 20, 4],
    ['log2', 20, 4],
    ['sqrt', 1, 1],
    [1, 9, 9],
    [0.5, 9, 4],
    [0.001, 9, 1],
    [3, 9, 3],
  ])('count %o of %d as %d', (value, total, count) => {
    expect(readCount('max_features', value, total)).toBe(count);
  });

  it.each([0, -1, 1.5, 10])('refuse %d of 9', (value) => {
    expect(() => readCount('max_features', value, 9)).toThrow(
      expect.objectContaining({ code: 'PARAM_INVALID' }),
    );
  });

  it('are all declared with a range and help', () => {
    for (const { parameters } of ALGORITHMS) {
      for (const parameter of parameters)
        expect(`${rangeOf(parameter)} ${parameter.help}`).toMatch(/\w+ \w+/);
    }
  });
});

it('every algorithm can be chosen by its name, and nothing else but auto', () => {
  expect([...ALGORITHM_CHOICES].sort()).toEqual(['auto', ...ALGORITHMS.map(({ name }) => name)].sort());
});
