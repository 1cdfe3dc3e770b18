import type { Algorithm } from '../parameters.js';
import { CLASS_WEIGHT } from './class-weight.js';

export const LINEAR = {
  name: 'linear',
  summary:
    'ridge, lasso and elastic net, or logistic regression; parameters and defaults are those of scikit-learn',
  tasks: ['classification', 'regression'],
  recipe: 'linear',
  usesWeights: true,
  parameters: [
    {
      name: 'penalty',
      type: 'choice',
      default: 'l2',
      words: ['none', 'l2', 'l1', 'elasticnet'],
      help: 'what keeps weights small: their squares (ridge), magnitudes (lasso), both or nothing',
    },
    {
      name: 'alpha',
      type: 'number',
      task: 'regression',
      default: 1,
      min: 0,
      help: 'strength of the penalty; of l2 alone against the summed squares, else against their half mean',
    },
    {
      name: 'C',
      type: 'number',
      task: 'classification',
      default: 1,
      min: 1e-12,
      help: 'inverse strength of the penalty',
    },
    {
      name: 'l1_ratio',
      type: 'number',
      default: 'auto',
      min: 0,
      max: 1,
      words: ['auto'],
      help: 'share of l1 in the penalty elasticnet; auto is 0.5',
    },
    {
      name: 'fit_intercept',
      type: 'boolean',
      default: true,
      help: 'learn a constant, too; it is not penalised',
    },
    {
      name: 'max_iter',
      type: 'integer',
      default: { classification: 100, regression: 1000 },
      min: 1,
      help: 'most iterations of the solver',
    },
    {
      name: 'tol',
      type: 'number',
      default: 1e-4,
      min: 0,
      help: 'when the solver stops: distance to the optimum in standard errors, or a duality gap of lasso and elastic net',
    },
    CLASS_WEIGHT,
  ],
} as const satisfies Algorithm;
