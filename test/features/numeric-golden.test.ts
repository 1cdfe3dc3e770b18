import { describe, expect, it } from 'vitest';
import { answer, CASES, tableNamed } from './numeric-golden.js';

/** A constant column: scikit-learn's scores of it are what rounding left. */
const worded = (options: Readonly<Record<string, unknown>>): string =>
  Object.entries(options)
    .map(([name, value]) => ` ${name}=${JSON.stringify(value)}`)
    .join('');

describe.each([...new Set(CASES.map(({ step }) => step))])('%s equals its counterpart to 1e-9', (name) => {
  const own = CASES.filter(({ step }) => step === name);
  it.each(own.map((golden) => [golden.counterpart, golden.table, worded(golden.options), golden] as const))(
    '%s, table %s:%s',
    (_counterpart, table, _options, golden) => {
      const { block, difference } = answer(golden);
      expect(difference).toBeLessThanOrEqual(1e-9);
      if (golden.columns !== undefined) expect(block.columns).toHaveLength(golden.columns.length);
      if (golden.names !== undefined) expect(block.names).toEqual(golden.names);
      if (golden.kept !== undefined) {
        const names = tableNamed(table).columns.map((column) => column.name);
        expect(block.names).toEqual(golden.kept.map((index) => names[index]));
      }
    },
  );
});

it('F of the iris measurements over the species is the published one', () => {
  const iris = CASES.find(({ table, options }) => table === 'iris' && options.score_func === 'f_classif');
  const { state } = answer(iris as (typeof CASES)[number]);
  const scores = (state.scores as readonly { score: number }[]).map(({ score }) => score.toFixed(4));
  expect(scores).toEqual(['119.2645', '49.1600', '1180.1612', '960.0071']);
});
