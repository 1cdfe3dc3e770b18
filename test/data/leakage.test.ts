import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, test } from 'vitest';
import { readChecked } from '#mlx/data/checked-table.js';
import { findDuplicateColumns } from '#mlx/data/duplicate-columns.js';
import { readTable } from '#mlx/data/read.js';
import { withRoles } from '#mlx/data/roles.js';
import { halves, singleColumnFit } from '#mlx/data/single-column-fit.js';
import { prepareTarget } from '#mlx/data/target.js';
import { createRandom } from '#mlx/stats/random.js';
import { temporaryFolder } from './temporary.js';

const { put } = temporaryFolder();
const random = createRandom(3);
type Make = (row: number) => string | number;

/** A table with an honest feature, the target and one column more. */
function tableOf(
  rows: number,
  target: Make,
  suspect: (row: number, label: string | number) => string | number,
): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const label = target(row);
    return `${random.next()},${suspect(row, label)},${label}`;
  });
  return put(`honest,suspect,y\n${lines.join('\n')}\n`);
}

const isYes: Make = () => (random.next() < 0.3 ? 'yes' : 'no');
const amount: Make = () => Math.exp(3 * random.normal()).toFixed(6);

async function verdict(path: string) {
  const { schema, anomalies } = await readChecked({ input: path, target: 'y', drop: [], keep: [] });
  const found = anomalies.filter(({ kind }) => kind.startsWith('leakage'));
  return {
    role: schema.columns.find(({ name }) => name === 'suspect')?.role,
    kinds: found.map(({ kind, column }) => `${column} ${kind}`),
  };
}

describe('a column that is as good as the target is left out', () => {
  test.each<[string, Make, (row: number, label: string | number) => string | number]>([
    ['its codes', isYes, (_, label) => (label === 'yes' ? 1 : 0)],
    ['finer codes', isYes, (row, label) => `${label}-${row % 7}`],
    ['a threshold', isYes, (_, label) => (label === 'yes' ? 1 + random.next() : random.next())],
    ['being there at all', isYes, (row, label) => (label === 'yes' ? `why ${row % 3}` : '')],
    ['codes of many classes', () => `c${random.int(12)}`, (_, label) => String(label).toUpperCase()],
    [
      'a rare class',
      () => (random.next() < 0.02 ? 'yes' : 'no'),
      (_, label) => (label === 'yes' ? 'x' : 'z'),
    ],
    ['a linear copy', amount, (_, label) => 3 * Number(label) - 5],
    ['a logarithm', () => 1 + 100 * random.next(), (_, label) => Math.log(Number(label))],
    ['bins that are the target', () => random.int(40) * 2.5, (_, label) => `level ${label}`],
  ])('%s', async (_, target, suspect) => {
    expect(await verdict(tableOf(3000, target, suspect))).toEqual({
      role: 'ignore',
      kinds: ['suspect leakage'],
    });
  });

  it('but not from fewer than a hundred rows', async () => {
    expect(await verdict(tableOf(90, isYes, (_, label) => `${label}!`))).toEqual({
      role: 'feature',
      kinds: [],
    });
  });

  it('nor where it is kept, in which case it is warned of, or where nothing else is left', async () => {
    const path = tableOf(500, isYes, (_, label) => `${label}!`);
    const kept = await readChecked({ input: path, target: 'y', keep: ['suspect'] });
    expect(kept.schema.columns[1]?.role).toBe('feature');
    expect(kept.anomalies).toMatchObject([
      { column: 'suspect', kind: 'leakage-suspect', severity: 'warning' },
    ]);
    const alone = await readChecked({ input: path, target: 'y', drop: ['honest'] });
    expect(alone.schema.columns[1]?.role).toBe('feature');
  });

  it('the reason and the way back are said', async () => {
    const { schema, anomalies } = await readChecked({
      input: tableOf(500, isYes, (_, label) => `${label}!`),
      target: 'y',
    });
    expect(schema.columns[1]?.reason).toMatch(
      /^duplicate of the target: alone it predicts "y" \(100\.00 % of the errors saved\)$/,
    );
    expect(anomalies[0]?.message).toMatch(/it is left out, and --keep suspect takes it in$/);
  });
});

describe('a column that is almost as good is warned of', () => {
  test.each<[string, Make, (row: number, label: string | number) => string | number]>([
    ['99 % of the rarer class', isYes, (row, label) => (row % 100 === 0 ? 'no' : label)],
    ['a noisy copy', () => random.normal(), (_, label) => Number(label) + 0.2 * random.normal()],
  ])('%s', async (_, target, suspect) => {
    expect(await verdict(tableOf(3000, target, suspect))).toEqual({
      role: 'feature',
      kinds: ['suspect leakage-suspect'],
    });
  });
});

describe('honest columns are let alone', () => {
  test.each<[string, Make, (row: number, label: string | number) => string | number]>([
    ['a strong one', isYes, (_, label) => (random.next() < 0.05 ? random.next() : label === 'yes' ? 2 : 0)],
    ['a strong number', () => random.normal(), (_, label) => Number(label) + 0.5 * random.normal()],
    ['another value in each row', isYes, (row) => `w${(row * 7919) % 3001} of ${row % 13}`],
    [
      'a rare class that it knows nothing of',
      () => (random.next() < 0.002 ? 'yes' : 'no'),
      () => random.next(),
    ],
  ])('%s', async (_, target, suspect) => {
    expect((await verdict(tableOf(3000, target, suspect))).kinds).toEqual([]);
  });
});

it('the measure is the share of errors saved, out of fold', async () => {
  const path = tableOf(20_000, isYes, (_, label) =>
    random.next() < 0.25 ? (random.next() < 0.3 ? 'yes' : 'no') : label,
  );
  const { table, schema } = await readTable(path);
  const target = prepareTarget(table, withRoles(schema, { target: 'y' }));
  const [honest, suspect] = table.columns.map((column) =>
    singleColumnFit(column, target, halves(table.rows)),
  );
  // A quarter of the labels drawn anew leaves errors in 1/4 · 2 · .3 · .7 of the rows, of .3.
  expect(suspect).toBeCloseTo(1 - (0.25 * 2 * 0.3 * 0.7) / 0.3, 1);
  expect(honest).toBeLessThan(0.01);
});

describe('columns that say the same as another one', () => {
  const duplicates = async (text: string) => {
    const { table, schema } = await readTable(put(text));
    return findDuplicateColumns(table, schema).map(({ column, message }) => `${column}: ${message}`);
  };
  const rows = (make: (row: number) => string) =>
    `${Array.from({ length: 300 }, (_, row) => make(row)).join('\n')}\n`;

  it('are found by their values one to one, and by proportion', async () => {
    const found = await duplicates(
      `a,b,c,d,e\n${rows((i) => `${i % 5},l${(i % 5) * 2},${(i * i) % 7},${i % 3 === 0 ? 'x' : ''},${i % 3 === 0 ? 1 : 0}`)}`,
    );
    expect(found).toEqual([
      'b: each value of "b" goes with one value of "a": one of them is enough',
      'e: each value of "e" goes with one value of "d": one of them is enough',
    ]);
    const values = Array.from({ length: 300 }, () => random.normal());
    const numbers = await duplicates(
      `a,b,c\n${rows((i) => `${values[i]},${-2 * (values[i] as number) + 0.01 * random.normal()},${(values[i] as number) + 0.2 * random.normal()}`)}`,
    );
    expect(numbers).toEqual([
      expect.stringMatching(/^b: "b" is almost proportional to "a" \(r = -1\.0000|r = -0\.99/),
    ]);
  });

  it('are not those that differ in every row anyway', async () => {
    expect(await duplicates(`a,b\n${rows((i) => `${(i * 7) % 301},${(i * i * 31) % 99991}`)}`)).toEqual([]);
  });
});

const shared = (name: string) => fileURLToPath(new URL(`../../../shared/data/${name}`, import.meta.url));
describe.skipIf(!existsSync(shared('telco.csv')))('real tables', () => {
  test.each<[string, string, string[]]>([
    ['adult_train.csv', 'income', ['education_num duplicate-column']],
    ['telco.csv', 'Churn', []],
    ['elec.csv', 'class', []],
    ['bike_hour.csv', 'cnt', ['registered leakage-suspect']],
  ])('%s', async (name, target, expected) => {
    const { anomalies, schema } = await readChecked({ input: shared(name), target });
    expect(anomalies.map(({ column, kind }) => `${column} ${kind}`)).toEqual(expected);
    expect(schema.columns.filter(({ reason }) => reason?.startsWith('duplicate'))).toEqual([]);
  });
});
