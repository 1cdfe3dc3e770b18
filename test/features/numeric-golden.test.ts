import { describe, expect, it } from 'vitest';
import { answer, CASES, tableNamed } from './numeric-golden.js';

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

/** A figure for the documentation: the next power of ten, which rounding on another machine does not move. */
function atMost(difference: number): string {
  return difference === 0 ? '0' : `1e${Math.ceil(Math.log10(difference))}`;
}

it('the documented table of agreement is what the comparison gives', async () => {
  const rows = new Map<string, { cases: number; difference: number }>();
  for (const golden of CASES) {
    const key = `| \`${golden.step}\` | ${golden.counterpart} |`;
    const row = rows.get(key) ?? { cases: 0, difference: 0 };
    rows.set(key, {
      cases: row.cases + 1,
      difference: Math.max(row.difference, answer(golden).difference),
    });
  }
  const lines = [...rows].map(([key, { cases, difference }]) => `${key} ${cases} | ${atMost(difference)} |`);
  const head = ['| step | counterpart | cases | largest relative difference |', '| --- | --- | --- | --- |'];
  await expect(`${[...head, ...lines].join('\n')}\n`).toMatchFileSnapshot('../golden/step_agreement.md');
});
