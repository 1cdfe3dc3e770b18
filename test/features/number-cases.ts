import type { FitContext } from '#mlx/features/step.js';
import type { Situations, StepCase } from './check-step.js';
import { numbers, times } from './tables.js';

/** Number columns that every step for numbers must bear. */
export const NUMBERS: Situations = {
  train: [numbers('a', [1, 2, null, 4, 100]), numbers('b', [-0.5, null, 1e-9, 7, 0.1])],
  other: [numbers('a', [9, 9, 8]), numbers('b', [1e6, null, -3])],
  unseen: [numbers('a', [-1e9, null, 3.3]), numbers('b', [1e12, -7, null])],
  constant: [numbers('a', [5, 5, 5]), numbers('b', [0, 0, null])],
  allMissing: [numbers('a', [null, null]), numbers('b', [null, null])],
};

/** The same beside a time, so that a feature is left where a step leaves every number out. */
const FILTERED = Object.fromEntries(
  Object.entries(NUMBERS).map(([name, columns]: [string, Situations['train']]) => {
    const rows = columns[0]?.kind === 'number' ? columns[0].values.length : 0;
    return [name, [...columns, times('when', new Array<number>(rows).fill(0))]];
  }),
) as unknown as Situations;

/** Counts, for a score of values of zero or more. */
const COUNTS: Situations = {
  train: [numbers('a', [1, 2, null, 4, 100]), numbers('b', [0, null, 3, 7, 0])],
  other: [numbers('a', [9, 9, 8]), numbers('b', [5, null, 0])],
  unseen: NUMBERS.unseen,
  constant: [numbers('a', [5, 5, 5]), numbers('b', [0, 0, null])],
  allMissing: NUMBERS.allMissing,
};

const CLOCK = { after: [{ step: 'fill-time' }, { step: 'calendar' }] };

const classes = (rows: number): FitContext => ({
  target: {
    task: 'classification',
    classes: 2,
    values: Float64Array.from({ length: rows }, (_, row) => row % 2),
  },
  folds: null,
  seed: 3,
});
const responses = (rows: number): FitContext => ({
  target: {
    task: 'regression',
    classes: 0,
    values: Float64Array.from({ length: rows }, (_, row) => row * row - 3),
  },
  folds: null,
  seed: 3,
});

export const NUMBER_CASES: readonly (readonly [StepCase, Situations])[] = [
  [{ name: 'impute (median)', spec: { step: 'impute', strategy: 'median' } }, NUMBERS],
  [{ name: 'impute (mean)', spec: { step: 'impute', strategy: 'mean' } }, NUMBERS],
  [{ name: 'impute (most frequent)', spec: { step: 'impute', strategy: 'most_frequent' } }, NUMBERS],
  [
    {
      name: 'impute (constant, with indicators)',
      spec: { step: 'impute', strategy: 'constant', fill_value: -7.5, add_indicator: true },
    },
    NUMBERS,
  ],
  [{ name: 'outliers (iqr)', spec: { step: 'outliers', factor: 0.1 } }, NUMBERS],
  [{ name: 'outliers (z-score)', spec: { step: 'outliers', method: 'zscore', factor: 1 } }, NUMBERS],
  [
    {
      name: 'outliers (percentile)',
      spec: { step: 'outliers', method: 'percentile', quantile_range: [10, 80] },
    },
    NUMBERS,
  ],
  [{ name: 'outliers (flagged)', spec: { step: 'outliers', factor: 0.1, action: 'flag' } }, NUMBERS],
  [{ name: 'scale (standard)', spec: { step: 'scale' } }, NUMBERS],
  [{ name: 'scale (standard, not centred)', spec: { step: 'scale', with_centering: false } }, NUMBERS],
  [
    { name: 'scale (to a range)', spec: { step: 'scale', method: 'minmax', feature_range: [-1, 2] } },
    NUMBERS,
  ],
  [{ name: 'scale (robust)', spec: { step: 'scale', method: 'robust', quantile_range: [10, 90] } }, NUMBERS],
  [{ name: 'bins (quantile)', spec: { step: 'bins', n_bins: 3 } }, NUMBERS],
  [{ name: 'bins (uniform)', spec: { step: 'bins', n_bins: 4, strategy: 'uniform' } }, NUMBERS],
  [{ name: 'bins (one-hot)', spec: { step: 'bins', n_bins: 3, encode: 'onehot' } }, NUMBERS],
  [{ name: 'number-levels', spec: { step: 'number-levels' } }, COUNTS],
  [{ name: 'number-levels (the most frequent)', spec: { step: 'number-levels', max_levels: 2 } }, NUMBERS],
  [{ name: 'polynomial (degree 3)', spec: { step: 'polynomial', degree: 3, include_bias: true } }, NUMBERS],
  [
    { name: 'polynomial (interactions)', spec: { step: 'polynomial', degree: 2, interaction_only: true } },
    NUMBERS,
  ],
  [{ name: 'select (f_classif)', spec: { step: 'select', k: 1 }, context: classes }, NUMBERS],
  [{ name: 'select (chi2)', spec: { step: 'select', score_func: 'chi2', k: 1 }, context: classes }, COUNTS],
  [
    {
      name: 'select (f_regression)',
      spec: { step: 'select', score_func: 'f_regression', k: 1 },
      context: responses,
    },
    NUMBERS,
  ],
  [
    {
      name: 'select (mutual information of classes)',
      spec: { step: 'select', score_func: 'mutual_info_classif', k: 'all' },
      context: classes,
    },
    NUMBERS,
  ],
  [
    {
      name: 'select (mutual information of numbers)',
      spec: { step: 'select', score_func: 'mutual_info_regression', k: 1 },
      context: responses,
    },
    NUMBERS,
  ],
  [{ name: 'variance-threshold', spec: { step: 'variance-threshold', threshold: 1500 }, ...CLOCK }, FILTERED],
  [{ name: 'correlation-filter', spec: { step: 'correlation-filter', threshold: 0.3 }, ...CLOCK }, FILTERED],
];
