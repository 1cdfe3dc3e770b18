import type { Algorithm } from '../parameters.js';
import { FOREST_PARAMETERS } from './forest-parameters.js';

export const RANDOM_FOREST = {
  name: 'random-forest',
  summary: 'random forest; parameters and defaults are those of scikit-learn',
  tasks: ['classification', 'regression'],
  recipe: 'trees',
  parameters: [
    ...FOREST_PARAMETERS,
    {
      name: 'bootstrap',
      type: 'boolean',
      default: true,
      help: 'draw the rows of a tree with replacement',
    },
  ],
} as const satisfies Algorithm;
