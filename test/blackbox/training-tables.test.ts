import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { createRandom } from '#mlx/stats/random.js';
import { ALGORITHMS } from '#mlx/training/algorithms.js';
import type { TrainDocument } from './documents.js';
import { emptyFolder } from './folders.js';
import { failing, type LaunchOptions, mlxJson } from './program.js';
import { expectHealthy, expectWholeRuns, runsOf } from './store-state.js';

const random = createRandom(5);
const ROWS = 60;

/** A table of two numbers, a category with gaps, and the target that `label` gives. */
function tableOf(rows: number, label: (row: number, size: number) => string, cell?: (row: number) => string) {
  const lines = Array.from({ length: rows }, (_, row) => {
    const size = random.normal();
    const color = row % 7 === 0 ? '' : ['red', 'green', 'blue'][row % 3];
    return [cell?.(row) ?? size.toFixed(4), (row % 11) / 2, color, label(row, size)].join(',');
  });
  return ['size,step,color,y', ...lines, ''].join('\n');
}

const twoClasses = (_row: number, size: number): string => (size > 0 ? 'yes' : 'no');

interface TableCase {
  readonly what: string;
  readonly content: string;
  readonly more?: readonly string[];
  /** The error; not there: a model is made. */
  readonly refused?: { readonly exit: number; readonly code: string };
}

const UNUSABLE = { exit: 1, code: 'TARGET_UNUSABLE' };

const CASES: readonly TableCase[] = [
  { what: 'one class', content: tableOf(ROWS, () => 'yes'), refused: UNUSABLE },
  {
    what: 'one row',
    content: tableOf(1, () => 'yes'),
    refused: { exit: 1, code: 'FEATURES_MISSING' },
  },
  { what: 'a target without values', content: tableOf(ROWS, () => ''), refused: UNUSABLE },
  {
    what: 'a target of Infinity',
    content: tableOf(ROWS, (row) => (row === 3 ? 'Infinity' : String(row * 1.5))),
    more: ['--task', 'regression'],
    refused: { exit: 3, code: 'DATA_INVALID' },
  },
  {
    what: 'a class with one row',
    content: tableOf(ROWS, (row, size) => (row === 5 ? 'rare' : twoClasses(row, size))),
  },
  {
    what: 'a class for every row',
    content: tableOf(ROWS, (row) => `c${row}`),
    more: ['--task', 'classification'],
  },
  { what: 'a column without values', content: tableOf(ROWS, twoClasses, () => '') },
  { what: 'a column of one value', content: tableOf(ROWS, twoClasses, () => '7') },
  {
    what: 'numbers near the largest',
    content: tableOf(ROWS, twoClasses, (row) => `${row % 2 === 0 ? '' : '-'}1.5e308`),
  },
  {
    what: 'a constant target',
    content: tableOf(ROWS, () => '2.5'),
    more: ['--task', 'regression'],
    refused: UNUSABLE,
  },
  { what: 'four rows', content: tableOf(4, (row) => (row % 2 === 0 ? 'yes' : 'no')) },
  {
    what: 'a target far from zero',
    content: tableOf(ROWS, (_row, size) => String(1e12 + size)),
    more: ['--task', 'regression'],
  },
];

describe.each(ALGORITHMS.map(({ name }) => name))('%s', (algorithm) => {
  let options: LaunchOptions;

  beforeAll(() => {
    options = { cwd: emptyFolder() };
  });

  test.each(CASES)('with $what', async ({ content, more = [], refused }) => {
    writeFileSync(join(options.cwd, 'table.csv'), content);
    const args = ['train', '--data', 'table.csv', '--target', 'y', '--algorithm', algorithm, ...more];
    if (refused !== undefined) {
      const { hint } = await failing(args, refused, options);
      expect(hint, 'an error says what to do').toMatch(/\S/);
      return;
    }
    const { run, model } = await mlxJson<TrainDocument>(args, options);
    expect(run.status).toBe('finished');
    expect(model.certificate.passed).toBe(true);
  });

  test('leaves whole runs alone, and nothing registered', async () => {
    await expectWholeRuns(options);
    for (const { status } of await runsOf(options)) expect(status).toBe('finished');
    await expectHealthy(options);
  });
});
