import type { Algorithm } from '../parameters.js';
import { CLASS_WEIGHT } from './class-weight.js';

export const RANDOM_FOREST = {
  name: 'random-forest',
  summary: 'random forest on binned columns; parameters and defaults are those of scikit-learn',
  tasks: ['classification', 'regression'],
  recipe: 'trees',
  usesWeights: true,
  parameters: [
    { name: 'n_estimators', type: 'integer', default: 100, min: 1, max: 100_000, help: 'number of trees' },
    {
      name: 'max_depth',
      type: 'integer',
      default: 'none',
      min: 1,
      words: ['none'],
      help: 'most splits between the root and a leaf',
    },
    {
      name: 'min_samples_split',
      type: 'integer',
      default: 2,
      min: 2,
      help: 'fewest rows of a node that is split',
    },
    { name: 'min_samples_leaf', type: 'integer', default: 1, min: 1, help: 'fewest rows of a leaf' },
    {
      name: 'max_features',
      type: 'number',
      default: { classification: 'sqrt', regression: 'all' },
      min: 0,
      words: ['sqrt', 'log2', 'all'],
      help: 'columns that each split looks at: up to 1 a share of all, from 2 a number',
    },
    {
      name: 'bootstrap',
      type: 'boolean',
      default: true,
      help: 'draw the rows of a tree with replacement',
    },
    {
      name: 'max_samples',
      type: 'number',
      default: 'all',
      min: 0,
      words: ['all'],
      help: 'rows drawn for a tree: up to 1 a share of all, from 2 a number',
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
