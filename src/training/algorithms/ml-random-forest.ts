import type { Algorithm } from '../parameters.js';
import { MAX_DEPTH } from './max-depth.js';

export const ML_RANDOM_FOREST = {
  name: 'ml-random-forest',
  summary: 'the npm package of that name, for comparison; its time grows with the square of the rows',
  tasks: ['classification', 'regression'],
  recipe: 'trees',
  usesWeights: false,
  parameters: [
    { name: 'n_estimators', type: 'integer', default: 10, min: 1, max: 10_000, help: 'number of trees' },
    {
      name: 'max_features',
      type: 'number',
      default: 1,
      min: 0,
      help: 'columns that each tree sees: up to 1 a share of all, from 2 a number',
    },
    {
      name: 'replacement',
      type: 'boolean',
      default: { classification: true, regression: false },
      help: 'draw the columns of a tree with replacement',
    },
    MAX_DEPTH,
    {
      name: 'min_num_samples',
      type: 'integer',
      default: 3,
      min: 1,
      help: 'a node of at most so many rows is not split',
    },
  ],
  space: [
    { name: 'max_features', kind: 'choice', values: [0.3, 0.5, 0.75, 1] },
    { name: 'max_depth', kind: 'choice', values: ['none', 5, 10, 20] },
    { name: 'min_num_samples', kind: 'log-int', low: 1, high: 50 },
  ],
} as const satisfies Algorithm;
