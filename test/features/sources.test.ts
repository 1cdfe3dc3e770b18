import { describe, expect, it } from 'vitest';
import { fitPipeline } from '#mlx/features/fit.js';
import { featureSources } from '#mlx/features/sources.js';
import type { StepSpec } from '#mlx/features/step.js';
import { numbers, schemaOf, tableOf, texts } from './tables.js';

const TABLE = tableOf([
  numbers('age', [1, 2, 3, null]),
  texts('colour', ['red', 'blue', 'red', 'green']),
  numbers('size', [4, 2, 8, 1]),
]);
const COLUMNS = ['age', 'colour', 'size'];

describe('the raw columns of each feature', () => {
  it.each<[string, readonly StepSpec[], Readonly<Record<string, readonly string[]>>]>([
    [
      'a category as several features, a missing value as its own',
      [{ step: 'impute', add_indicator: true }, { step: 'one-hot' }],
      {
        age: ['age'],
        size: ['size'],
        'age.missing': ['age'],
        'colour=blue': ['colour'],
        'colour=green': ['colour'],
        'colour=red': ['colour'],
      },
    ],
    [
      'products of columns that were made by steps before',
      [
        { step: 'impute' },
        { step: 'frequency' },
        { step: 'polynomial', interaction_only: true, include_bias: true },
      ],
      {
        '1': [],
        age: ['age'],
        size: ['size'],
        'colour.frequency': ['colour'],
        'age*size': ['age', 'size'],
        'age*colour.frequency': ['age', 'colour'],
        'size*colour.frequency': ['colour', 'size'],
      },
    ],
  ])('%s', (_, steps, expected) => {
    const { pipeline } = fitPipeline(TABLE, schemaOf(TABLE), steps);
    const sources = featureSources(pipeline, COLUMNS);
    const named = sources.map((from) => from.map((place) => COLUMNS[place]));
    expect(Object.fromEntries(pipeline.features.map((name, index) => [name, named[index]]))).toEqual(
      expected,
    );
  });
});
