import type { Algorithm } from '../parameters.js';
import { CLASS_WEIGHT } from './class-weight.js';
import { FOREST_PARAMETERS } from './forest-parameters.js';

export const EXTRA_TREES = {
  name: 'extra-trees',
  summary: 'a forest whose thresholds are drawn at random; parameters and defaults are those of scikit-learn',
  tasks: ['classification', 'regression'],
  recipe: 'trees',
  usesWeights: true,
  parameters: [
    ...FOREST_PARAMETERS,
    {
      name: 'bootstrap',
      type: 'boolean',
      default: false,
      help: 'draw the rows of a tree with replacement',
    },
    CLASS_WEIGHT,
  ],
  // As for random-forest (Probst, Wright & Boulesteix 2019), without what bootstrapping alone has.
  space: [
    { name: 'max_features', kind: 'choice', values: ['sqrt', 'log2', 0.3, 0.5, 0.75, 'all'] },
    { name: 'min_samples_leaf', kind: 'log-int', low: 1, high: 50 },
    { name: 'max_depth', kind: 'choice', values: ['none', 5, 10, 15, 20, 30] },
  ],
} as const satisfies Algorithm;
