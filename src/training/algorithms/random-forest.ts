import type { Algorithm } from '../parameters.js';
import { CLASS_WEIGHT } from './class-weight.js';
import { FOREST_PARAMETERS, FOREST_SPACE } from './forest-parameters.js';

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
  space: [...FOREST_SPACE, { name: 'max_samples', kind: 'choice', values: ['all', 0.5, 0.7, 0.9] }],
} as const satisfies Algorithm;
