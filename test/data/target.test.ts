import { describe, expect, it, test } from 'vitest';
import { readTable } from '#mlx/data/read.js';
import { withRoles } from '#mlx/data/roles.js';
import { prepareTarget, type TargetOptions } from '#mlx/data/target.js';
import { failure, temporaryFolder } from './temporary.js';

const { put } = temporaryFolder();

async function target(labels: readonly unknown[], options: TargetOptions = {}, timeFormats = {}) {
  const { table, schema } = await readTable(
    put(`y,x\n${labels.map((label, i) => `${label},${i % 2}`).join('\n')}\n`),
    { timeFormats },
  );
  return prepareTarget(table, withRoles(schema, { target: 'y' }), options);
}
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

describe('the target', () => {
  test.each<[string, unknown[], TargetOptions, object]>([
    [
      'words',
      ['no', 'yes', '', 'no'],
      {},
      {
        task: 'classification',
        type: 'string',
        classes: ['no', 'yes'],
        values: Float64Array.of(0, 1, Number.NaN, 0),
      },
    ],
    ['words by code unit', ['b', 'a', 'B', 'é'], {}, { classes: ['B', 'a', 'b', 'é'] }],
    [
      'booleans',
      ['True', 'False'],
      {},
      { task: 'classification', type: 'string', classes: ['false', 'true'], values: Float64Array.of(1, 0) },
    ],
    [
      'few integers, by value',
      [10, 9, 2, 10],
      {},
      {
        task: 'classification',
        type: 'integer',
        classes: ['2', '9', '10'],
        values: Float64Array.of(2, 1, 0, 2),
      },
    ],
    [
      'integers written as decimals',
      ['1.0', '0.0', '1.0'],
      {},
      { task: 'classification', type: 'integer', classes: ['0', '1'] },
    ],
    [
      'fractions',
      [0.5, 1, '', 2],
      {},
      { task: 'regression', type: 'number', classes: [], values: Float64Array.of(0.5, 1, Number.NaN, 2) },
    ],
    ['20 integers', upTo(40).map((i) => i % 20), {}, { task: 'classification' }],
    ['21 integers', upTo(42).map((i) => i % 21), {}, { task: 'regression', type: 'integer' }],
    [
      'few integers, as a regression',
      [1, 2, 1],
      { task: 'regression' },
      { task: 'regression', classes: [], values: Float64Array.of(1, 2, 1) },
    ],
    [
      'many integers, as classes',
      upTo(42).map((i) => i % 21),
      { task: 'classification' },
      { task: 'classification', classes: upTo(21).map(String) },
    ],
    ['a column that counts up', upTo(30), {}, { task: 'regression', values: Float64Array.from(upTo(30)) }],
    [
      'the classes of a model',
      ['b', 'b'],
      { classes: ['a', 'b', 'c'] },
      { classes: ['a', 'b', 'c'], values: Float64Array.of(1, 1) },
    ],
    [
      'a regression on one value, when measuring',
      [1.5, 1.5],
      { task: 'regression', classes: [] },
      { values: Float64Array.of(1.5, 1.5) },
    ],
  ])('of %s', async (_, labels, options, expected) => {
    expect(await target(labels, options)).toMatchObject({ name: 'y', ...expected });
  });

  test.each<[string, unknown[], TargetOptions, RegExp]>([
    ['nothing', ['', 'NA', ''], {}, /every value is missing/],
    ['one class', ['a', 'a', ''], {}, /same value, "a"/],
    ['one number', [1.5, 1.5], {}, /same value, "1.5"/],
    ['words, for a regression', ['a', 'b'], { task: 'regression' }, /text, which a regression cannot learn/],
    ['classes the model does not know', ['a', 'z'], { classes: ['a', 'b'] }, /not trained on: "z"/],
    ['too many classes', upTo(1500).map((i) => `k${i}`), {}, /more than 1000 classes/],
    [
      'too many numbers, as classes',
      upTo(1500).map((i) => i / 4),
      { task: 'classification' },
      /more than 1000 classes/,
    ],
    ['times', ['2020-01-01', '2020-01-02'], {}, /it holds times/],
  ])('of %s is refused', async (_, labels, options, message) => {
    const error = await failure(() => target(labels, options));
    expect(error.code).toBe('TARGET_UNUSABLE');
    expect(error.message).toMatch(message);
  });

  it('must be named and in the table', async () => {
    const { table, schema } = await readTable(put('y,x\n1,2\n2,3\n'));
    expect(await failure(() => prepareTarget(table, schema))).toMatchObject({ code: 'TARGET_MISSING' });
    const named = withRoles(schema, { target: 'y' });
    expect(await failure(() => prepareTarget({ ...table, columns: [] }, named))).toMatchObject({
      code: 'TARGET_MISSING',
      message: expect.stringMatching('"y"'),
    });
  });
});
