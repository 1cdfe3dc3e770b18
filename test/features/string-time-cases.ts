import type { FitContext } from '#mlx/features/step.js';
import type { StepCase } from './check-step.js';

/** A target and folds for so many training rows. */
const targetOf =
  (task: 'classification' | 'regression', classes: number) =>
  (rows: number): FitContext => ({
    target: {
      task,
      classes,
      values: Float64Array.from({ length: rows }, (_, row) => row % Math.max(classes, 4)),
    },
    folds: Int32Array.from({ length: rows }, (_, row) => row % 2),
    seed: 1,
  });

/** The battery's cases of the steps for text. */
export const STRING_CASES: readonly StepCase[] = [
  { name: 'fill-level', spec: { step: 'fill-level' }, after: [{ step: 'ordinal' }] },
  {
    name: 'fill-level (constant)',
    spec: { step: 'fill-level', strategy: 'constant', fill_value: 'y' },
    after: [{ step: 'hashing', n_features: 5 }],
  },
  { name: 'ordinal', spec: { step: 'ordinal' } },
  { name: 'ordinal (given order)', spec: { step: 'ordinal', order: ['y', 'x', '9', 10], unknown_value: 7 } },
  { name: 'one-hot', spec: { step: 'one-hot' } },
  { name: 'one-hot (rare levels)', spec: { step: 'one-hot', min_frequency: 2 } },
  { name: 'one-hot (first dropped)', spec: { step: 'one-hot', max_categories: 2, drop: 'first' } },
  { name: 'frequency', spec: { step: 'frequency' } },
  { name: 'hashing', spec: { step: 'hashing', n_features: 6 } },
  { name: 'hashing (no signs)', spec: { step: 'hashing', n_features: 3, alternate_sign: false } },
  {
    name: 'hashing (after fill-level)',
    before: [{ step: 'fill-level' }],
    spec: { step: 'hashing', n_features: 4 },
  },
  { name: 'target (two classes)', spec: { step: 'target' }, context: targetOf('classification', 2) },
  {
    name: 'target (three classes)',
    spec: { step: 'target', smooth: 1 },
    context: targetOf('classification', 3),
  },
  {
    name: 'target (regression, after fill-level)',
    before: [{ step: 'fill-level' }],
    spec: { step: 'target', smooth: 0 },
    context: targetOf('regression', 0),
  },
];

/** The battery's cases of the steps for times. */
export const TIME_CASES: readonly StepCase[] = [
  { name: 'fill-time', spec: { step: 'fill-time' }, after: [{ step: 'calendar' }] },
  {
    name: 'fill-time (constant)',
    spec: { step: 'fill-time', strategy: 'constant', fill_value: '2020-02-29' },
    after: [{ step: 'calendar' }],
  },
  { name: 'calendar', spec: { step: 'calendar' } },
  {
    name: 'calendar (other parts)',
    spec: { step: 'calendar', parts: ['week', 'elapsed', 'weekend', 'month_sin', 'month_cos', 'minute_sin'] },
    before: [{ step: 'fill-time' }],
  },
];
