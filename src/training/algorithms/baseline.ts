import type { Algorithm } from '../parameters.js';

export const BASELINE = {
  name: 'baseline',
  summary: 'the same prediction for every row: what any other model has to beat',
  tasks: ['classification', 'regression'],
  recipe: 'trees',
  usesWeights: true,
  parameters: [
    {
      name: 'strategy',
      type: 'choice',
      default: { classification: 'prior', regression: 'mean' },
      words: ['prior', 'most_frequent', 'mean', 'median', 'quantile'],
      help: 'classes: their shares (prior) or all for the most frequent; values: mean, median or a quantile',
    },
    {
      name: 'quantile',
      type: 'number',
      task: 'regression',
      default: 0.5,
      min: 0,
      max: 1,
      help: 'which quantile the strategy quantile predicts',
    },
  ],
} as const satisfies Algorithm;
