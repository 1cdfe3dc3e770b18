import { describe, expect, it, test } from 'vitest';
import { readTable } from '#mlx/data/read.js';
import { readByRules } from '#mlx/data/read-by-rules.js';
import { withRoles } from '#mlx/data/roles.js';
import { type ColumnRule, rulesOf } from '#mlx/data/schema-rules.js';
import { failOnErrors, validateAlone, validateTable } from '#mlx/data/validate.js';
import { suggest } from '#mlx/suggest.js';
import { failure, temporaryFolder } from './temporary.js';

const { put } = temporaryFolder();
const training =
  'n,city,paid,day,code\n1,Oslo,true,2020-01-01,1\n2.5,Bergen,false,2020-01-02,2\n3,Oslo,true,2020-01-03,2\n';

/** The table of `text` held against the rules of another one, or against those rules changed. */
async function check(
  text: string,
  base = training,
  change: (rule: ColumnRule) => Partial<ColumnRule> = () => ({}),
) {
  const { schema } = await readTable(put(base));
  const suggested = rulesOf(schema);
  const rules = {
    ...suggested,
    columns: suggested.columns.map((rule) => ({ ...rule, unique: false, ...change(rule) })),
  };
  const seen = await readByRules(put(text), rules);
  return [...seen.anomalies, ...validateTable(seen.table, rules, seen.schema)];
}

const column = (name: string, change: Partial<ColumnRule>) => (rule: ColumnRule) =>
  rule.name === name ? change : {};

describe('a table is held against the rules that it should follow', () => {
  it('the same table has nothing wrong', async () => {
    expect(await check(training)).toEqual([]);
  });

  test.each<[string, string, object[]]>([
    [
      'a missing column',
      'n,city,paid,day\n1,Oslo,true,2020-01-01\n2,Bergen,false,2020-01-02\n',
      [{ column: 'code', kind: 'missing-column', severity: 'error', tfdv: 'SCHEMA_MISSING_COLUMN' }],
    ],
    [
      'a new column',
      training
        .replace('n,', 'x,n,')
        .replaceAll('\n1', '\n7,1')
        .replace('\n2', '\n7,2')
        .replace('\n3', '\n8,3'),
      [{ column: 'x', kind: 'new-column', severity: 'warning', tfdv: 'SCHEMA_NEW_COLUMN' }],
    ],
    [
      'words for numbers',
      training.replace('2.5', 'some').replace('3,Oslo', 'more,Oslo').replace('1,Oslo', 'few,Oslo'),
      [
        {
          column: 'n',
          kind: 'wrong-type',
          severity: 'error',
          tfdv: 'FLOAT_TYPE_STRING_NOT_FLOAT',
          count: 3,
          rows: [1, 2, 3],
          message:
            '"n" should be of type number, and 3 of its 3 values are not; row 1: expected a number, got "few"',
        },
        { column: 'n', kind: 'too-many-missing' },
      ],
    ],
    [
      'words for booleans',
      training.replace('false', 'no'),
      [
        { column: 'paid', kind: 'odd-cells', tfdv: 'BOOL_TYPE_UNEXPECTED_STRING', rows: [2] },
        { column: 'paid', kind: 'too-many-missing' },
      ],
    ],
    [
      'words for dates',
      training.replace('2020-01-02', 'soon'),
      [{ column: 'day', kind: 'odd-cells', tfdv: 'UNEXPECTED_DATA_TYPE', rows: [2] }, { column: 'day' }],
    ],
    [
      'values out of range, on either side',
      training.replace('2.5', '99').replace('3,Oslo', '-4,Oslo').replace('2020-01-02', '2021-01-01'),
      [
        {
          column: 'n',
          kind: 'out-of-range',
          severity: 'warning',
          tfdv: 'FLOAT_TYPE_SMALL_FLOAT',
          count: 1,
          rows: [3],
          message: '"n" has 1 value below 1: row 3 has -4',
        },
        { column: 'n', kind: 'out-of-range', tfdv: 'FLOAT_TYPE_BIG_FLOAT', rows: [2] },
        {
          column: 'day',
          kind: 'out-of-range',
          message: '"day" has 1 value above 2020-01-03T00:00:00Z: row 2 has 2021-01-01T00:00:00Z',
        },
      ],
    ],
    [
      'a fraction among whole numbers, beyond them',
      training.replace('03,2', '03,2.5'),
      [
        { column: 'code', kind: 'wrong-type', severity: 'error', tfdv: 'INT_TYPE_INT_EXPECTED', rows: [3] },
        { column: 'code', kind: 'out-of-range', severity: 'warning', tfdv: 'INT_TYPE_BIG_INT' },
      ],
    ],
    [
      'new levels',
      training.replace('Bergen', 'Rome'),
      [
        {
          column: 'city',
          kind: 'unseen-levels',
          severity: 'warning',
          tfdv: 'ENUM_TYPE_UNEXPECTED_STRING_VALUES',
          count: 1,
          rows: [2],
          message: '"city" has levels that the schema does not know: "Rome" (row 2)',
        },
      ],
    ],
    [
      'an empty column',
      training.replaceAll('Oslo', '').replace('Bergen', ''),
      [{ column: 'city', kind: 'too-many-missing', severity: 'error', tfdv: 'FEATURE_TYPE_NOT_PRESENT' }],
    ],
    [
      'more missing than allowed',
      training.replaceAll('Oslo', ''),
      [
        {
          column: 'city',
          kind: 'too-many-missing',
          severity: 'error',
          tfdv: 'FEATURE_TYPE_LOW_FRACTION_PRESENT',
          message: '66.7 % of "city" is missing; 5.0 % may be',
        },
      ],
    ],
    [
      'a column that no longer varies',
      training.replace('Bergen', 'Oslo'),
      [{ column: 'city', kind: 'constant', severity: 'warning', tfdv: 'FEATURE_TYPE_LOW_UNIQUE' }],
    ],
  ])('%s', async (_, text, expected) => {
    expect(await check(text)).toMatchObject(expected);
    expect(await check(text)).toHaveLength(expected.length);
  });

  test.each<[string, string, Partial<ColumnRule>, object[]]>([
    [
      'a range that must hold',
      'n',
      { max: 2, allowUnseen: false },
      [{ kind: 'out-of-range', severity: 'error', count: 2 }],
    ],
    [
      'levels that must hold',
      'city',
      { levels: ['Oslo'], allowUnseen: false },
      [{ kind: 'unseen-levels', severity: 'error' }],
    ],
    [
      'values that must differ',
      'city',
      { unique: true },
      [{ kind: 'not-unique', severity: 'error', count: 1, rows: [3] }],
    ],
    ['numbers that must differ', 'code', { unique: true }, [{ kind: 'not-unique', rows: [3] }]],
    ['a missing share left open', 'city', { maxMissing: 1 }, []],
    ['what is ignored', 'n', { role: 'ignore', max: 0, allowUnseen: false }, []],
  ])('%s', async (_, name, change, expected) => {
    expect(await check(training, training, column(name, change))).toMatchObject(expected);
    expect(await check(training, training, column(name, change))).toHaveLength(expected.length);
  });

  it('every problem is named, with at most five rows each', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => `${i},${i % 2 === 0 ? 'a' : 'b'}`);
    const odd = rows.map((row, i) => (i % 4 === 0 ? row.replace(',', 'x,').replace(/.$/, 'c') : row));
    const anomalies = await check(
      `n,k\n${odd.join('\n')}\n`,
      `n,k\n${rows.join('\n')}\n`,
      column('n', { type: 'integer', role: 'feature' }),
    );
    expect(anomalies).toMatchObject([
      { column: 'n', kind: 'odd-cells', count: 10, rows: [1, 5, 9, 13, 17] },
      { column: 'k', kind: 'unseen-levels', count: 10, rows: [1, 5, 9, 13, 17] },
    ]);
  });

  it('a column that need not be there is missed with a warning, an ignored one not at all', async () => {
    const text = 'city\nOslo\nBergen\n';
    const optional = await check(text, training, () => ({ required: false }));
    expect(optional.map(({ severity, kind }) => `${severity} ${kind}`)).toEqual(
      Array(4).fill('warning missing-column'),
    );
    const ignored = await check(text, training, ({ name }) =>
      name === 'city' ? {} : { required: false, role: 'ignore' },
    );
    expect(ignored).toEqual([]);
  });

  it('a table by itself is warned of for columns with few values or one', async () => {
    const { schema } = await readTable(put('a,b,c,d\n1,,5,x\n2,,5,\n3,,5,\n'));
    expect(validateAlone(schema)).toMatchObject([
      { column: 'b', kind: 'all-missing' },
      { column: 'c', kind: 'constant' },
      { column: 'd', kind: 'mostly-missing' },
    ]);
    expect(validateAlone(schema, new Set(['b', 'c', 'd']))).toEqual([]);
  });

  it('errors stop the work and warnings do not', async () => {
    const error = await failure(async () => failOnErrors(await check('city\nOslo\nRome\n'), 'new.csv'));
    expect(error).toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringMatching(/^new.csv .*"n" \(number\) is missing.*and 1 more/),
    });
    failOnErrors(await check(training.replace('Bergen', 'Rome')), 'new.csv');
  });
});

describe('roles', () => {
  const schemaOf = async (text: string) => (await readTable(put(text))).schema;
  const rolesOf = (schema: Awaited<ReturnType<typeof schemaOf>>) =>
    Object.fromEntries(schema.columns.map(({ name, role }) => [name, role]));

  it('one column is the target, some are dropped, the rest stay', async () => {
    const schema = await schemaOf('a,b,c,k\n1,2,3,1\n2,4,6,1\n');
    const first = withRoles(schema, { target: 'c', drop: ['a'] });
    expect(rolesOf(first)).toEqual({ a: 'ignore', b: 'feature', c: 'target', k: 'ignore' });
    expect(first.columns[0]?.reason).toMatch(/dropped/);
    expect(rolesOf(withRoles(first, { target: 'b' }))).toEqual({
      a: 'ignore',
      b: 'target',
      c: 'feature',
      k: 'ignore',
    });
    expect(withRoles(schema, { target: 'k' }).columns[3]).not.toHaveProperty('reason');
  });

  it('a name that is not there is refused with the likely one', async () => {
    const schema = await schemaOf('income,age\n1,2\n2,3\n');
    expect(await failure(() => withRoles(schema, { target: 'Incme' }))).toMatchObject({
      code: 'TARGET_MISSING',
      hint: 'Did you mean "income"?',
    });
    expect(await failure(() => withRoles(schema, { target: 'salary' }))).toMatchObject({
      code: 'TARGET_MISSING',
      hint: 'There are: income, age.',
    });
    expect(await failure(() => withRoles(schema, { drop: ['aeg'] }))).toMatchObject({
      code: 'COLUMN_NOT_FOUND',
      hint: 'Did you mean "age"?',
    });
    expect(await failure(() => withRoles(schema, { keep: ['aeg'] }))).toMatchObject({
      code: 'COLUMN_NOT_FOUND',
    });
    expect(await failure(() => withRoles(schema, { timeColumn: 'aeg' }))).toMatchObject({
      code: 'COLUMN_NOT_FOUND',
    });
  });

  it('a column has one use', async () => {
    const schema = await schemaOf('a,b\n1,2\n2,3\n');
    for (const uses of [
      { target: 'a', drop: ['a'] },
      { keep: ['a'], drop: ['a'] },
      { target: 'a', timeColumn: 'a' },
      { target: 'a', groupColumn: 'a' },
    ])
      expect(await failure(() => withRoles(schema, uses))).toMatchObject({ code: 'USAGE' });
  });

  it('a constant can be kept, free text and identifiers cannot', async () => {
    const rows = Array.from({ length: 30 }, (_, i) => `${i + 1},7,word w${i}`).join('\n');
    const schema = await schemaOf(`id,k,t\n${rows}\n`);
    expect(rolesOf(schema)).toEqual({ id: 'ignore', k: 'ignore', t: 'ignore' });
    const kept = withRoles(schema, { keep: ['k'] });
    expect(kept.columns[1]).toMatchObject({ role: 'feature' });
    expect(kept.columns[1]).not.toHaveProperty('reason');
    for (const name of ['id', 't'])
      expect(await failure(() => withRoles(schema, { keep: [name] }))).toMatchObject({
        code: 'USAGE',
        hint: expect.stringMatching('schema file'),
      });
  });

  it('the column that rows are held out by is no feature unless it is kept', async () => {
    const schema = await schemaOf('a,b,c\n1,2,3\n2,3,4\n');
    const split = withRoles(schema, { timeColumn: 'a', groupColumn: 'b' });
    expect(rolesOf(split)).toEqual({ a: 'time', b: 'group', c: 'feature' });
    expect(rolesOf(withRoles(split, { timeColumn: 'c', keep: ['c'] }))).toEqual({
      a: 'feature',
      b: 'group',
      c: 'feature',
    });
  });
});

test.each([
  ['chrun', ['churn', 'age'], 'churn'],
  ['AGE', ['age'], 'age'],
  ['capital-gain', ['capital_gain', 'capital_loss'], 'capital_gain'],
  ['x', ['y'], 'y'],
  ['xyz', ['churn'], undefined],
  ['', [], undefined],
])('for %j among %j the suggestion is %j', (name, candidates, expected) => {
  expect(suggest(name, candidates)).toBe(expected);
});
