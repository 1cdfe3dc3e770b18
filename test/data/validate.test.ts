import { describe, expect, it, test } from 'vitest';
import { readTable } from '#mlx/data/read.js';
import { withRoles } from '#mlx/data/roles.js';
import { failOnErrors, validateTable } from '#mlx/data/validate.js';
import { suggest } from '#mlx/suggest.js';
import { failure, temporaryFolder } from './temporary.js';

const { put } = temporaryFolder();
const training =
  'n,city,paid,day,code\n1,Oslo,true,2020-01-01,1\n2.5,Bergen,false,2020-01-02,2\n3,Oslo,true,2020-01-03,2\n';

async function check(text: string, base = training) {
  const expected = await readTable(put(base));
  const seen = await readTable(put(text));
  return validateTable(seen.table, expected.schema, seen.schema);
}

describe('a table is held against the schema it should have', () => {
  it('the same table has nothing wrong', async () => {
    expect(await check(training)).toEqual([]);
  });

  test.each<[string, string, object[]]>([
    [
      'a missing column',
      'n,city,paid,day\n1,Oslo,true,2020-01-01\n2,Bergen,false,2020-01-02\n',
      [{ column: 'code', kind: 'missing-column', severity: 'error' }],
    ],
    [
      'words for numbers',
      training.replace('2.5', 'some').replace('3,Oslo', 'more,Oslo').replace('1,Oslo', 'few,Oslo'),
      [
        {
          column: 'n',
          kind: 'wrong-type',
          severity: 'error',
          message: '"n" should be of type number and is of type category',
        },
      ],
    ],
    ['words for booleans', training.replace('false', 'no'), [{ column: 'paid', kind: 'wrong-type' }]],
    ['words for dates', training.replace('2020-01-02', 'soon'), [{ column: 'day', kind: 'wrong-type' }]],
    [
      'values out of range',
      training.replace('2.5', '99').replace('2020-01-02', '2021-01-01'),
      [
        {
          column: 'n',
          kind: 'out-of-range',
          severity: 'warning',
          count: 1,
          message: '"n" has 1 value outside 1 to 3',
        },
        {
          column: 'day',
          kind: 'out-of-range',
          message: expect.stringMatching('2020-01-01T00:00:00.000Z to 2020'),
        },
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
          count: 1,
          message: '"city" has levels that were not seen before: "Rome"',
        },
      ],
    ],
    [
      'an empty column',
      training.replaceAll('Oslo', '').replace('Bergen', ''),
      [{ column: 'city', kind: 'all-missing', severity: 'warning' }],
    ],
    [
      'a column mostly empty',
      training.replaceAll('Oslo', ''),
      [{ column: 'city', kind: 'mostly-missing', message: '66.7 % of "city" is missing' }],
    ],
    [
      'a column that no longer varies',
      training.replace('Bergen', 'Oslo'),
      [{ column: 'city', kind: 'constant', severity: 'warning' }],
    ],
  ])('%s', async (_, text, expected) => {
    expect(await check(text)).toMatchObject(expected);
    expect(await check(text)).toHaveLength(expected.length);
  });

  it('numbers where a category is expected are a matter of levels', async () => {
    const anomalies = await check('c\n1\n2\n3\n', 'c\na\nb\n2\n');
    expect(anomalies).toMatchObject([
      { kind: 'unseen-levels', count: 2, message: expect.stringMatching('"1", "3"') },
    ]);
  });

  it('what the schema ignores is not checked against another table', async () => {
    expect(await check('a,b\n1,2\n2,3\n', 'a,b,c\n1,2,x\n2,3,x\n')).toEqual([]);
  });

  it('a table is checked by itself with its own schema', async () => {
    const { table, schema } = await readTable(put('a,b,c,d\n1,,5,x\n2,,5,\n3,,5,\n'));
    expect(validateTable(table, schema, schema)).toMatchObject([
      { column: 'b', kind: 'all-missing' },
      { column: 'c', kind: 'constant' },
      { column: 'd', kind: 'mostly-missing' },
    ]);
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
    expect(await failure(() => withRoles(schema, { target: 'age', drop: ['age'] }))).toMatchObject({
      code: 'USAGE',
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
