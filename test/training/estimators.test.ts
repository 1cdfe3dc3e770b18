import { describe } from 'vitest';
import type { TrainingTask } from '#mlx/training/ensemble.js';
import { checkEstimator } from './check-estimator.js';
import { type LabelledMatrix, penguins, seattle, thinned } from './tables.js';

const weather = seattle(['precipitation', 'temp_max', 'temp_min', 'wind', 'month'], 'weather');
const rain = seattle(['temp_max', 'temp_min', 'wind', 'month'], 'rainy');
const heat = seattle(['precipitation', 'temp_min', 'wind', 'month'], 'temp_max');

const CASES: [string, string, TrainingTask, LabelledMatrix, Record<string, number | string>][] = [
  ['random-forest', 'two classes', 'classification', rain, { n_estimators: 10 }],
  ['random-forest', 'five classes', 'classification', weather, { n_estimators: 10 }],
  ['random-forest', 'three classes, few rows', 'classification', penguins(), { n_estimators: 8 }],
  ['random-forest', 'values', 'regression', heat, { n_estimators: 10 }],
  ['extra-trees', 'two classes', 'classification', rain, { n_estimators: 10 }],
  ['extra-trees', 'five classes', 'classification', weather, { n_estimators: 10 }],
  ['extra-trees', 'values', 'regression', heat, { n_estimators: 10 }],
  ['linear', 'two classes', 'classification', rain, { max_iter: 1000 }],
  ['linear', 'five classes, lasso', 'classification', weather, { penalty: 'l1', max_iter: 1000 }],
  ['linear', 'three classes, few rows', 'classification', penguins(), { penalty: 'none', max_iter: 1000 }],
  ['linear', 'values', 'regression', heat, { alpha: 0.5 }],
  ['linear', 'values, elastic net', 'regression', heat, { penalty: 'elasticnet', alpha: 0.01 }],
  ['baseline', 'two classes', 'classification', rain, {}],
  ['baseline', 'five classes', 'classification', weather, {}],
  ['baseline', 'values', 'regression', heat, {}],
  ['ml-random-forest', 'two classes', 'classification', thinned(rain, 12), { n_estimators: 5 }],
  ['ml-random-forest', 'three classes', 'classification', thinned(penguins(), 3), { n_estimators: 5 }],
  ['ml-random-forest', 'values', 'regression', thinned(heat, 16), { n_estimators: 5 }],
];

const BOOSTING: [string, TrainingTask, LabelledMatrix, Record<string, number | string>][] = [
  ['two classes', 'classification', rain, { n_estimators: 10, subsample: 0.8 }],
  ['five classes', 'classification', weather, { n_estimators: 6, colsample_bytree: 0.6 }],
  ['three classes, few rows', 'classification', penguins(), { n_estimators: 8, subsample: 0.9 }],
  ['values', 'regression', heat, { n_estimators: 10, subsample: 0.8 }],
  [
    'values by their absolute error',
    'regression',
    heat,
    { n_estimators: 8, subsample: 0.8, objective: 'absolute_error' },
  ],
];

describe.each(BOOSTING)('gradient-boosting on %s', (_name, task, data, params) => {
  checkEstimator('gradient-boosting', task, data, params);
});

describe.each(CASES)('%s on %s', (algorithm, _name, task, data, params) => {
  const isRandom = !['linear', 'baseline'].includes(algorithm);
  checkEstimator(algorithm, task, data, params, {
    isRandom,
    isTrees: algorithm !== 'linear',
    isConstant: algorithm === 'baseline',
  });
});
