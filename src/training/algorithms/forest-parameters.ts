import type { Dimension, Parameter } from '../parameters.js';
import { MAX_DEPTH } from './max-depth.js';

/** Settings that random forests and extra trees share; names and defaults are those of scikit-learn. */
export const FOREST_PARAMETERS = [
  { name: 'n_estimators', type: 'integer', default: 100, min: 1, max: 100_000, help: 'number of trees' },
  {
    name: 'criterion',
    type: 'choice',
    default: { classification: 'gini', regression: 'squared_error' },
    words: ['gini', 'entropy', 'log_loss', 'squared_error'],
    help: 'impurity that splits decrease: gini, entropy or log_loss (the same) of classes, squared_error of values',
  },
  MAX_DEPTH,
  {
    name: 'min_samples_split',
    type: 'integer',
    default: 2,
    min: 2,
    help: 'fewest rows of a node that is split',
  },
  { name: 'min_samples_leaf', type: 'integer', default: 1, min: 1, help: 'fewest rows of a leaf' },
  {
    name: 'min_weight_fraction_leaf',
    type: 'number',
    default: 0,
    min: 0,
    max: 0.5,
    help: 'least share of the weight of all rows that a leaf holds',
  },
  {
    name: 'min_impurity_decrease',
    type: 'number',
    default: 0,
    min: 0,
    help: 'least decrease of the impurity, weighted by the share of the rows, for a node to be split',
  },
  {
    name: 'max_features',
    type: 'number',
    default: { classification: 'sqrt', regression: 'all' },
    min: 0,
    words: ['sqrt', 'log2', 'all'],
    help: 'columns that each split looks at: up to 1 a share of all, from 2 a number',
  },
  {
    name: 'max_samples',
    type: 'number',
    default: 'all',
    min: 0,
    words: ['all'],
    help: 'rows drawn for a tree: up to 1 a share of all, from 2 a number',
  },
  {
    name: 'oob_score',
    type: 'boolean',
    default: false,
    help: 'measure on the training rows, each by the trees that did not draw it; needs bootstrap',
  },
] as const satisfies readonly Parameter[];

/**
 * What a search of either draws. Probst, Wright & Boulesteix 2019: max_features matters most, then the size of leaves,
 * and of samples where there are some.
 */
export const FOREST_SPACE = [
  { name: 'max_features', kind: 'choice', values: ['sqrt', 'log2', 0.3, 0.5, 0.75, 'all'] },
  { name: 'min_samples_leaf', kind: 'log-int', low: 1, high: 50 },
  { name: 'max_depth', kind: 'choice', values: ['none', 5, 10, 15, 20, 30] },
] as const satisfies readonly Dimension[];
