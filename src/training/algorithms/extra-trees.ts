import type { Algorithm } from '../parameters.js';
import { CLASS_WEIGHT } from './class-weight.js';
import { FOREST_PARAMETERS, FOREST_SPACE } from './forest-parameters.js';

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
  space: FOREST_SPACE,
} as const satisfies Algorithm;
