import { describe, expect, it } from 'vitest';
import { ALGORITHMS } from '#mlx/training/algorithms.js';
import type { TrainingSpec } from '#mlx/training/fit.js';
import { predictModel } from '#mlx/training/model.js';
import { trainModel } from '#mlx/training/train.js';
import { scoreWithOnnx } from './scoring.js';

const NAMES = ALGORITHMS.map(({ name }) => name);
const ROWS = 24;
const matrix = {
  rows: ROWS,
  columns: 2,
  data: Float32Array.from({ length: 2 * ROWS }, (_, i) => Math.sin(i * i)),
};
const labels = Float64Array.from({ length: ROWS }, (_, row) => row % 2);
const values = Float64Array.from({ length: ROWS }, (_, row) => row * 0.5);
const ofValues = { task: 'regression', target: values } as const;

/** Two classes unless the case says otherwise. */
function train(spec: Partial<TrainingSpec>, warnings: string[] = []) {
  return trainModel({
    algorithm: 'linear',
    task: 'classification',
    matrix,
    target: labels,
    classes: 2,
    seed: 0,
    workers: 1,
    onProgress: (event) => event.kind === 'warning' && warnings.push(event.message),
    ...spec,
  });
}

describe.each(NAMES)('%s', (algorithm) => {
  it.each<[string, Partial<TrainingSpec>, string]>([
    ['one class', { classes: 1, target: new Float64Array(ROWS) }, 'TARGET_UNUSABLE'],
    [
      'a target that is missing somewhere',
      { ...ofValues, target: values.with(3, Number.NaN) },
      'TARGET_UNUSABLE',
    ],
    [
      'a target that is infinite somewhere',
      { ...ofValues, target: values.with(3, Infinity) },
      'TARGET_UNUSABLE',
    ],
    ['a class that there is not', { target: labels.with(3, 2) }, 'INTERNAL'],
    ['too few weights', { weights: new Float64Array(ROWS - 1).fill(1) }, 'DATA_INVALID'],
    ['a weight of 0', { weights: new Float64Array(ROWS).fill(1).with(5, 0) }, 'DATA_INVALID'],
    ['a weight below 0', { weights: new Float64Array(ROWS).fill(1).with(5, -2) }, 'DATA_INVALID'],
    [
      'a weight that is missing',
      { weights: new Float64Array(ROWS).fill(1).with(5, Number.NaN) },
      'DATA_INVALID',
    ],
    ['an infinite weight', { weights: new Float64Array(ROWS).fill(1).with(5, Infinity) }, 'DATA_INVALID'],
    ['an unknown parameter', { params: { wings: 2 } }, 'PARAM_INVALID'],
    ['class weights for values', { ...ofValues, params: { class_weight: 'balanced' } }, 'PARAM_INVALID'],
  ])('refuses %s, and says what to do', async (_case, spec, code) => {
    const error = await train({ algorithm, ...spec }).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code, message: expect.stringMatching(/\w+ \w+/) });
    if (code !== 'INTERNAL') expect(error).toMatchObject({ hint: expect.stringMatching(/\w+ \w+/) });
  });

  it.each<[string, Partial<TrainingSpec>, readonly number[]]>([
    ['class 1', { target: new Float64Array(ROWS).fill(1) }, [0, 1]],
    ['class 2', { target: new Float64Array(ROWS).fill(2), classes: 3 }, [0, 0, 1]],
    ['value 7.5', { ...ofValues, target: new Float64Array(ROWS).fill(7.5) }, [7.5]],
  ])('says that every row has the %s, and predicts it', async (what, spec, expected) => {
    const warnings: string[] = [];
    const { model } = await train({ algorithm, ...spec }, warnings);
    expect(warnings).toContainEqual(expect.stringContaining(`has the ${what}`));
    expect([...predictModel(model, matrix).subarray(0, expected.length)]).toEqual(expected);
    expect([...(await scoreWithOnnx(model, matrix)).subarray(0, expected.length)]).toEqual(expected);
  });

  it('fits a single row', async () => {
    const single = { rows: 1, columns: 2, data: Float32Array.of(1, 2) };
    const { model } = await train({ algorithm, matrix: single, ...ofValues, target: Float64Array.of(3) });
    expect([...predictModel(model, single)]).toEqual([3]);
  });

  it('does with columns of missing values alone what it does with constants, or refuses them', async () => {
    const missing = { ...matrix, data: new Float32Array(2 * ROWS).fill(Number.NaN) };
    const fitted = await train({ algorithm, matrix: missing }).catch((cause: unknown) => cause);
    if (['linear', 'ml-random-forest'].includes(algorithm)) {
      expect(fitted).toMatchObject({ code: 'DATA_INVALID', hint: expect.stringContaining('Impute') });
    } else expect(fitted).toMatchObject({ importance: new Float64Array(2) });
  });
});

it.each<[string, Partial<TrainingSpec>, string]>([
  ['l1_ratio without a penalty', { params: { penalty: 'none', l1_ratio: 0.5 } }, 'penalty=elasticnet'],
  ['l1_ratio with l2', { ...ofValues, params: { l1_ratio: 0.5 } }, 'penalty=elasticnet'],
  ['an l1_ratio above 1', { params: { penalty: 'elasticnet', l1_ratio: 1.5 } }, 'from 0 to 1'],
  ['a C of 0', { params: { C: 0 } }, 'C takes'],
  ['a negative alpha', { ...ofValues, params: { alpha: -1 } }, 'alpha takes'],
  ['an unknown penalty', { params: { penalty: 'l3' } }, 'none, or l2'],
  ['alpha for classes', { params: { alpha: 1 } }, 'penalty, C, l1_ratio'],
  ['C for values', { ...ofValues, params: { C: 1 } }, 'penalty, alpha, l1_ratio'],
  ['a misspelt parameter', { params: { penalt: 'l1' } }, 'Did you mean "penalty"?'],
  ['the mean of classes', { algorithm: 'baseline', params: { strategy: 'mean' } }, 'prior, most_frequent'],
  ['shares of values', { ...ofValues, algorithm: 'baseline', params: { strategy: 'prior' } }, 'mean, median'],
])('refuses %s', async (_case, spec, hint) => {
  await expect(train(spec)).rejects.toMatchObject({
    code: 'PARAM_INVALID',
    hint: expect.stringContaining(hint),
  });
});

it('finds the constants of scikit-learn for the baseline', async () => {
  const weights = values.map((_, row) => 1 + (row % 3));
  // DummyRegressor on 0, 0.5, …, 11.5 with weights 1, 2, 3, 1, 2, 3, …
  const cases: [Record<string, string | number>, Float64Array | undefined, number][] = [
    [{}, undefined, 5.75],
    [{}, weights, 5.916666666666667],
    [{ strategy: 'median' }, undefined, 5.75],
    [{ strategy: 'median' }, weights, 5.5],
    [{ strategy: 'quantile', quantile: 0.9 }, undefined, 10.35],
    [{ strategy: 'quantile', quantile: 0.9 }, weights, 11],
  ];
  for (const [params, own, expected] of cases) {
    const { model } = await train({ algorithm: 'baseline', ...ofValues, params, weights: own });
    expect(predictModel(model, matrix)[5]).toBeCloseTo(expected, 6);
  }
  const { model } = await train({ algorithm: 'baseline', params: { strategy: 'most_frequent' } });
  expect([...predictModel(model, matrix).subarray(0, 2)]).toEqual([1, 0]);
});
