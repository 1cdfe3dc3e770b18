import type { Algorithm } from '../parameters.js';
import { CLASS_WEIGHT } from './class-weight.js';
import { FOREST_PARAMETERS } from './forest-parameters.js';

export const RANDOM_FOREST = {
  name: 'random-forest',
  summary: 'random forest; parameters and defaults are those of scikit-learn',
  tasks: ['classification', 'regression'],
  recipe: 'trees',
  usesWeights: true,
  parameters: [
    ...FOREST_PARAMETERS,
    {
      name: 'bootstrap',
      type: 'boolean',
      default: true,
      help: 'draw the rows of a tree with replacement',
    },
    CLASS_WEIGHT,
  ],
  // Probst, Wright & Boulesteix 2019: max_features matters most, then the size of leaves and of samples.
  space: [
    { name: 'max_features', kind: 'choice', values: ['sqrt', 'log2', 0.3, 0.5, 0.75, 'all'] },
    { name: 'min_samples_leaf', kind: 'log-int', low: 1, high: 50 },
    { name: 'max_depth', kind: 'choice', values: ['none', 5, 10, 15, 20, 30] },
    { name: 'max_samples', kind: 'choice', values: ['all', 0.5, 0.7, 0.9] },
  ],
} as const satisfies Algorithm;
