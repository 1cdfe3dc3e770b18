import { describe, expect, it } from 'vitest';
import type { Column } from '#mlx/data/table.js';
import { fitPipeline } from '#mlx/features/fit.js';
import { applyPipeline, type FittedPipeline } from '#mlx/features/pipeline.js';
import type { FitContext, StepSpec } from '#mlx/features/step.js';
import { createRandom } from '#mlx/stats/random.js';
import { numbers, schemaOf, tableOf } from './tables.js';

const ROWS = 200;
const random = createRandom(9);
const labels = Float64Array.from({ length: ROWS }, () => random.int(2));
const response = Float64Array.from({ length: ROWS }, () => random.normal());
const classes: FitContext = {
  target: { task: 'classification', classes: 2, values: labels },
  folds: null,
  seed: 1,
};
const values: FitContext = {
  target: { task: 'regression', classes: 0, values: response },
  folds: null,
  seed: 1,
};

function learn(columns: readonly Column[], spec: StepSpec, context?: FitContext): FittedPipeline {
  const table = tableOf(columns);
  return fitPipeline(table, schemaOf(table), [spec], context).pipeline;
}

/** What the only step learned. */
function stateOf<State>(pipeline: FittedPipeline): State {
  return (pipeline.steps[0] as FittedPipeline['steps'][number]).state as State;
}

/** The features row by row. */
function rowsOf(pipeline: FittedPipeline, columns: readonly Column[]): number[][] {
  const table = tableOf(columns);
  const matrix = applyPipeline(pipeline, table);
  const width = pipeline.features.length;
  return Array.from({ length: table.rows }, (_, row) => [...matrix.subarray(row * width, (row + 1) * width)]);
}

const { NaN: MISSING } = Number;

describe('impute', () => {
  const column = [numbers('a', [null, 2, 2, 7]), numbers('b', [1, 2, 3, 4])];

  it('puts indicators behind all columns, for those that miss values in training alone', () => {
    const pipeline = learn(column, { step: 'impute', add_indicator: true });
    expect(pipeline.features).toEqual(['a', 'b', 'a.missing']);
    const later = [numbers('a', [3, null]), numbers('b', [null, 5])];
    expect(rowsOf(pipeline, later)).toEqual([
      [3, 2.5, 0],
      [2, 5, 1],
    ]);
  });

  it('fills a column without any value with 0, or with the value given', () => {
    const empty = [numbers('a', [null, null])];
    expect(rowsOf(learn(empty, { step: 'impute' }), empty)).toEqual([[0], [0]]);
    expect(rowsOf(learn(empty, { step: 'impute', strategy: 'mean', fill_value: 8 }), empty)).toEqual([
      [8],
      [8],
    ]);
  });

  it('takes the smallest of the most frequent values', () => {
    const tied = [numbers('a', [5, 3, null, 3, 5, 9])];
    expect(rowsOf(learn(tied, { step: 'impute', strategy: 'most_frequent' }), tied)[2]).toEqual([3]);
  });
});

describe('outliers', () => {
  const train = [numbers('a', [1, 2, 3, 4, 5]), numbers('rare', [0, 0, 0, 0, 1])];
  const later = [numbers('a', [-100, 9, null]), numbers('rare', [1, 50, null])];

  it('caps beyond the fences, and leaves a column alone whose quartiles are equal', () => {
    expect(rowsOf(learn(train, { step: 'outliers' }), later)).toEqual([
      [-1, 1],
      [7, 50],
      [MISSING, MISSING],
    ]);
  });

  it('flags beside the numbers, which stay as they are; a missing value is no outlier', () => {
    const pipeline = learn(train, { step: 'outliers', action: 'flag' });
    expect(pipeline.features).toEqual(['a', 'rare', 'a.outlier', 'rare.outlier']);
    expect(rowsOf(pipeline, later)).toEqual([
      [-100, 1, 1, 0],
      [9, 50, 1, 0],
      [MISSING, MISSING, 0, 0],
    ]);
  });

  it.each([[[99, 1]], [[-1, 50]], [[5]], [['a', 'b']]])('refuses the percentiles %j', (range) => {
    expect(() => learn(train, { step: 'outliers', method: 'percentile', quantile_range: range })).toThrow(
      expect.objectContaining({ code: 'PARAM_INVALID' }),
    );
  });
});

describe('bins', () => {
  const train = [numbers('a', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])];
  const later = [numbers('a', [-50, 4.5, 99, null])];

  it('give the outer bins what lies outside, and keep a missing value missing', () => {
    const pipeline = learn(train, { step: 'bins', n_bins: 2 });
    expect(rowsOf(pipeline, later)).toEqual([[0], [1], [1], [MISSING]]);
  });

  it('join quantile bins that are hardly wide, as scikit-learn does', () => {
    const close = [numbers('a', [0, 1e-9, 2e-9, 3e-9, 1, 2, 3, 4])];
    const pipeline = learn(close, { step: 'bins', n_bins: 4, encode: 'onehot' });
    expect(pipeline.features).toEqual(['a.bin0', 'a.bin1', 'a.bin2']);
  });

  it('have 0 in every one-hot column for a missing value', () => {
    const pipeline = learn(train, { step: 'bins', n_bins: 2, encode: 'onehot' });
    expect(pipeline.features).toEqual(['a.bin0', 'a.bin1']);
    expect(rowsOf(pipeline, later).at(-1)).toEqual([0, 0]);
  });
});

describe('number-levels', () => {
  const train = [numbers('hour', [7, 0, 7, null, 12, 0, 7])];

  it('has a column a value, ascending; what is missing or new is 0 in all', () => {
    const pipeline = learn(train, { step: 'number-levels' });
    expect(pipeline.features).toEqual(['hour=0', 'hour=7', 'hour=12']);
    const later = [numbers('hour', [0, 12, 3, null, -0])];
    expect(rowsOf(pipeline, later)).toEqual([
      [1, 0, 0],
      [0, 0, 1],
      [0, 0, 0],
      [0, 0, 0],
      [1, 0, 0],
    ]);
  });

  it('keeps the most frequent of too many, the smallest of equally frequent ones', () => {
    expect(learn(train, { step: 'number-levels', max_levels: 1 }).features).toEqual(['hour=7']);
    const even = [numbers('n', [3, 1, 2])];
    expect(learn(even, { step: 'number-levels', max_levels: 2 }).features).toEqual(['n=1', 'n=2']);
  });
});

describe('polynomial', () => {
  it('names the products', () => {
    const two = [numbers('a', [2]), numbers('b', [3])];
    const pipeline = learn(two, { step: 'polynomial', degree: 3, include_bias: true });
    expect(pipeline.features).toEqual(['1', 'a', 'b', 'a^2', 'a*b', 'b^2', 'a^3', 'a^2*b', 'a*b^2', 'b^3']);
    expect(rowsOf(pipeline, two)).toEqual([[1, 2, 3, 4, 6, 9, 8, 12, 18, 27]]);
  });

  const hundred = Array.from({ length: 100 }, (_, index) => numbers(`c${index}`, [index]));
  it.each([
    [{ degree: 3 }, '176,850'],
    [{ degree: 3, interaction_only: true }, '166,750'],
    [{ degree: 1_000_000_000, include_bias: true }, ''],
  ])('refuses to make too many columns and says how many: %j', (options, count) => {
    expect(() => learn(hundred, { step: 'polynomial', ...options })).toThrow(
      expect.objectContaining({ code: 'PARAM_INVALID', message: expect.stringContaining(count) }),
    );
  });

  it('makes as many columns as it may', () => {
    expect(learn(hundred, { step: 'polynomial' }).features).toHaveLength(5150);
  });
});

describe('select', () => {
  const noise = numbers(
    'noise',
    Array.from({ length: ROWS }, () => random.normal()),
  );
  const good = numbers(
    'good',
    Array.from(labels, (label) => label + random.normal()),
  );
  const better = numbers(
    'better',
    Array.from(labels, (label) => 5 * label + random.normal()),
  );
  const constant = numbers('constant', new Array<number>(ROWS).fill(4.2));

  it('keeps the best columns in their own order, with the scores of all', () => {
    const pipeline = learn([constant, better, noise, good], { step: 'select', k: 2 }, classes);
    expect(pipeline.features).toEqual(['better', 'good']);
    const { scores } = stateOf<{ scores: { column: string; score: number; p_value: number }[] }>(pipeline);
    expect(scores.map(({ column }) => column)).toEqual(['constant', 'better', 'noise', 'good']);
    expect(scores[0]).toEqual({ column: 'constant', score: null, p_value: null });
    expect(scores[1]?.p_value).toBeLessThan(1e-20);
  });

  it('keeps a column without a score last', () => {
    expect(learn([constant, noise, good], { step: 'select', k: 2 }, classes).features).toEqual([
      'noise',
      'good',
    ]);
  });

  it('keeps the later of two equal columns, as scikit-learn does', () => {
    const twin = { ...good, name: 'twin' };
    expect(learn([good, twin], { step: 'select', k: 1 }, classes).features).toEqual(['twin']);
  });

  it('keeps all where there are fewer, or where all are asked for', () => {
    expect(learn([noise, good], { step: 'select' }, classes).features).toHaveLength(2);
    expect(learn([noise, good], { step: 'select', k: 'all' }, classes).features).toHaveLength(2);
  });

  it('finds by mutual information what no line and no mean shows', () => {
    const ring = numbers(
      'ring',
      Array.from(response, (value) => value * value + 0.1 * random.normal()),
    );
    const info = { step: 'select', score_func: 'mutual_info_regression', k: 1 };
    expect(learn([noise, ring], info, values).features).toEqual(['ring']);
    const wide = numbers(
      'wide',
      Array.from(labels, (label) => (1 + 9 * label) * random.normal()),
    );
    expect(learn([noise, wide], { ...info, score_func: 'mutual_info_classif' }, classes).features).toEqual([
      'wide',
    ]);
  });

  it('takes a column of few whole numbers for discrete, unless told otherwise', () => {
    const flag = numbers('flag', Array.from(labels));
    const scoreOf = (discrete_features: string): number => {
      const spec = { step: 'select', score_func: 'mutual_info_classif', discrete_features };
      const { scores } = stateOf<{ scores: { score: number }[] }>(learn([flag], spec, classes));
      return scores[0]?.score as number;
    };
    const share = labels.reduce((sum, label) => sum + label, 0) / ROWS;
    const entropy = -share * Math.log(share) - (1 - share) * Math.log(1 - share);
    expect(scoreOf('auto')).toBeCloseTo(entropy, 12);
    expect(scoreOf('all')).toBe(scoreOf('auto'));
    expect(scoreOf('none')).not.toBe(scoreOf('auto'));
  });

  it.each([
    ['without a target', 'f_classif', undefined, 'there is none'],
    ['for classes where the target is a number', 'f_classif', values, 'regression'],
    ['for numbers where the target is a class', 'f_regression', classes, 'classification'],
    ['chi2 of a negative number, naming the column', 'chi2', classes, '"noise"'],
  ])('refuses %s', (_, score_func, context, words) => {
    expect(() => learn([noise], { step: 'select', score_func }, context)).toThrow(
      expect.objectContaining({ code: 'PARAM_INVALID', message: expect.stringContaining(words) }),
    );
  });

  it('estimates mutual information of many rows from a sample, the same each time', () => {
    const many = 25_000;
    const wave = Float64Array.from({ length: many }, (_, row) => row / many);
    const table = [
      numbers(
        'x',
        Array.from(wave, (value) => Math.sin(20 * value)),
      ),
    ];
    const context: FitContext = { ...values, target: { task: 'regression', classes: 0, values: wave } };
    const spec = { step: 'select', score_func: 'mutual_info_regression' };
    expect(learn(table, spec, context)).toEqual(learn(table, spec, context));
  });
});

describe('variance-threshold', () => {
  it('leaves out a constant that is no binary fraction, also beside missing values', () => {
    const columns = [
      numbers('a', [1, 2, 3]),
      numbers('b', [0.1, null, 0.1]),
      numbers('c', [null, null, null]),
    ];
    expect(learn(columns, { step: 'variance-threshold' }).features).toEqual(['a']);
  });
});

describe('correlation-filter', () => {
  it('drops the later of two alike and says which column it is like', () => {
    const columns = [
      numbers('a', [1, 2, 3, 4]),
      numbers('down', [-2, -4, -6, -8.1]),
      numbers('other', [5, -1, 4, 0]),
      numbers('holed', [1, null, 3, 4]),
    ];
    const pipeline = learn(columns, { step: 'correlation-filter' });
    expect(pipeline.features).toEqual(['a', 'other']);
    const { dropped } = stateOf<{ dropped: { column: string; like: string }[] }>(pipeline);
    expect(dropped.map(({ column, like }) => [column, like])).toEqual([
      ['down', 'a'],
      ['holed', 'a'],
    ]);
  });
});
