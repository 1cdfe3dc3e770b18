import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { readTable } from '#mlx/data/read.js';
import { withRoles } from '#mlx/data/roles.js';
import { readSchemaFile, schemaText, writeSchemaFile } from '#mlx/data/schema-file.js';
import { SCHEMA_KEY_NAMES, schemaFileJsonSchema } from '#mlx/data/schema-file-keys.js';
import { parseSchemaText } from '#mlx/data/schema-file-parse.js';
import { type ColumnRule, extendedRules, rulesOf } from '#mlx/data/schema-rules.js';
import { failure, temporaryFolder } from './temporary.js';

const { put, path } = temporaryFolder();
const file = (...columns: object[]) => JSON.stringify({ version: 1, columns });
const parse = (text: string) => parseSchemaText(text, 'schema.json');

describe('the file that is written', () => {
  it('states what the table shows, key by key, with nothing that changes by itself', async () => {
    const rows = Array.from(
      { length: 30 },
      (_, i) => `${i + 1},${i % 7},${i % 2 ? 'b' : 'a'},2020-01-${10 + (i % 9)},5`,
    );
    const { schema } = await readTable(put(`id,n,k,day,c\n${rows.join('\n')}\n`));
    await writeSchemaFile(path('schema.json'), rulesOf(withRoles(schema, { target: 'k' })));
    const text = readFileSync(path('schema.json'), 'utf8');
    expect(JSON.parse(text)).toEqual({
      version: 1,
      columns: [
        {
          name: 'id',
          type: 'identifier',
          role: 'ignore',
          required: false,
          unique: true,
          reason: 'identifier: another value in every row',
        },
        {
          name: 'n',
          type: 'integer',
          role: 'feature',
          required: true,
          min: 0,
          max: 6,
          allow_unseen: true,
          max_missing: 0.05,
        },
        {
          name: 'k',
          type: 'category',
          role: 'target',
          required: true,
          levels: ['a', 'b'],
          allow_unseen: true,
          max_missing: 0.05,
        },
        {
          name: 'day',
          type: 'time',
          role: 'feature',
          required: true,
          min: '2020-01-10T00:00:00Z',
          max: '2020-01-18T00:00:00Z',
          allow_unseen: true,
          max_missing: 0.05,
          time_format: 'iso',
        },
        {
          name: 'c',
          type: 'integer',
          role: 'ignore',
          required: false,
          reason: 'constant: one value in every row',
        },
      ],
    });
    expect(text.split('\n').filter((line) => line.includes('"name"'))).toHaveLength(5);
    expect(text.endsWith('}\n')).toBe(true);
    expect(schemaText(await readSchemaFile(path('schema.json')))).toBe(text);
  });

  it('reads back as the same rules, whatever they are', () => {
    const text = fc.string().filter((value) => value.trim() !== '' && value.trim() === value);
    const optional = <T>(key: string, value: fc.Arbitrary<T>) =>
      fc.option(value).map((made) => (made === null ? {} : { [key]: made }));
    const numeric = fc.record({
      type: fc.constantFrom('number', 'integer'),
      range: fc.tuple(fc.integer(), fc.nat()),
    });
    const kind = fc.oneof(
      numeric.map(({ type, range: [min, width] }) => ({ type, min, max: min + width })),
      fc.record({ type: fc.constant('category'), levels: fc.uniqueArray(text) }),
      fc.record({
        type: fc.constant('time'),
        min: fc.integer({ min: -6e10, max: 2e11 }),
        timeFormat: fc.constantFrom('iso', 'dmy', 'mdy', 'epoch'),
      }),
      fc.record({ type: fc.constant('boolean') }),
    );
    const rule = fc
      .tuple(
        fc.record({
          role: fc.constantFrom('feature', 'ignore'),
          required: fc.boolean(),
          allowUnseen: fc.boolean(),
          unique: fc.boolean(),
        }),
        kind,
        optional(
          'maxMissing',
          fc.double({ min: 0, max: 1, noNaN: true }).map((share) => share + 0),
        ),
        optional('reason', fc.string()),
        optional('description', fc.string()),
      )
      .map((parts) => Object.assign({}, ...parts) as ColumnRule);
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 6 }),
        fc.infiniteStream(rule),
        (names, stream) => {
          const columns = names.map((name) => ({ ...(stream.next().value as ColumnRule), name }));
          expect(parse(schemaText({ version: 1, columns }))).toEqual({ version: 1, columns });
        },
      ),
    );
  });

  it('keeps what a person wrote when it is written again, and adds the columns that are new', async () => {
    const { schema } = await readTable(put('a,b,c\n1,x,1\n2,y,2\n3,x,3\n'));
    const own = parse(
      file(
        { name: 'b', type: 'category', levels: ['x'], description: 'which' },
        { name: 'a', type: 'number', max: 2 },
      ),
    );
    const { columns } = extendedRules(own, withRoles(schema, { target: 'b' }));
    expect(columns.map(({ name }) => name)).toEqual(['b', 'a', 'c']);
    expect(columns[0]).toMatchObject({ role: 'target', levels: ['x'], description: 'which' });
    expect(columns[1]).toEqual(own.columns[1]);
  });
});

describe('what a person may write', () => {
  it('is little: a name and a type; the rest has defaults', () => {
    expect(
      parse(`\uFEFF{"$schema": "x", "version": 1, "columns": [{"name": "a", "type": "number"}]}`),
    ).toEqual({
      version: 1,
      columns: [
        { name: 'a', type: 'number', role: 'feature', required: true, allowUnseen: false, unique: false },
      ],
    });
    expect(parse(file({ name: 'a', type: 'text', role: 'ignore' })).columns[0]).toMatchObject({
      required: false,
    });
  });

  const a = { name: 'a', type: 'number' };
  test.each<[string, string, RegExp]>([
    ['no JSON', '{', /is not JSON/],
    ['a list', '[]', /the file must be an object/],
    ['no version', '{"columns": []}', /version must be 1, not nothing/],
    [
      'a newer version',
      '{"version": 2, "columnz": []}',
      /version is 2, and this mlx knows versions up to 1: update mlx\.$/,
    ],
    [
      'an unknown key at the top',
      '{"version": 1, "colums": []}',
      /colums is no key; did you mean "columns"\?/,
    ],
    ['columns that are none', '{"version": 1, "columns": {}}', /columns must be a list of columns, not \{\}/],
    ['a column that is none', '{"version": 1, "columns": [3]}', /columns\[0\] must be an object, not 3/],
    [
      'an unknown key',
      file(a, { name: 'b', type: 'number', max_mising: 1 }),
      /columns\[1\] \("b"\)\.max_mising is no key of a column; did you mean "max_missing"\?/,
    ],
    [
      '__proto__',
      `{"version": 1, "columns": [{"name": "a", "type": "text", "__proto__": {}, "role": "ignore"}]}`,
      /__proto__ is no key/,
    ],
    [
      'an unknown type',
      file({ name: 'a', type: 'categry' }),
      /\("a"\)\.type must be one of number, .*, not "categry"; did you mean "category"\?/,
    ],
    ['an unknown role', file({ ...a, role: 'label' }), /role must be one of feature, target, weight/],
    ['no name', file({ type: 'number' }), /columns\[0\]\.name is needed/],
    ['no type', file({ name: 'a' }), /\("a"\)\.type is needed/],
    ['a text for a number', file({ ...a, min: '3' }), /min must be a number, not "3"/],
    ['a share above 1', file({ ...a, max_missing: 5 }), /max_missing must be a number from 0 to 1, not 5/],
    ['a text for true', file({ ...a, unique: 'yes' }), /unique must be true or false, not "yes"/],
    [
      'levels that are no texts',
      file({ name: 'a', type: 'category', levels: ['x', 2] }),
      /levels has 2 at place 1, which is no text/,
    ],
    [
      'levels twice',
      file({ name: 'a', type: 'category', levels: ['x', 'x'] }),
      /levels has "x" more than once/,
    ],
    ['levels of a number', file({ ...a, levels: ['1'] }), /levels goes with a category column, not number/],
    [
      'a range of a category',
      file({ name: 'a', type: 'category', max: 3 }),
      /max goes with a number, integer or time column/,
    ],
    [
      'a time that is none',
      file({ name: 'a', type: 'time', min: 'soon' }),
      /min must be a time in ISO 8601, not "soon"/,
    ],
    ['a range upside down', file({ ...a, min: 3, max: 2 }), /min is above max/],
    ['a time format of a number', file({ ...a, time_format: 'dmy' }), /time_format goes with a time column/],
    [
      'text as a feature',
      file({ name: 'a', type: 'text' }),
      /role cannot be feature for the type text: make the type category/,
    ],
    ['a weight of text', file({ name: 'a', type: 'category', role: 'weight' }), /role cannot be weight/],
    ['text as the time', file({ name: 'a', type: 'category', role: 'time' }), /role cannot be time/],
    ['one name twice', file(a, a), /columns\[1\]\.name is "a" again, as in columns\[0\]/],
    [
      'two targets',
      file({ ...a, role: 'target' }, { name: 'b', type: 'number', role: 'target' }),
      /columns\[1\]\.role is target, as in columns\[0\]/,
    ],
  ])('not %s', async (_, text, message) => {
    expect(await failure(() => parse(text))).toMatchObject({
      code: 'SCHEMA_INVALID',
      message: expect.stringMatching(message),
    });
  });

  it('all that is wrong is in the details, the first three in the message', async () => {
    const error = await failure(() =>
      parse(file(...Array.from({ length: 5 }, (_, i) => ({ name: `c${i}`, type: 'x' })))),
    );
    expect(error.message).toMatch(/and 2 more\.$/);
    expect(error.details?.problems).toHaveLength(5);
  });

  it('a file that is not there is said to be so', async () => {
    expect(await failure(() => readSchemaFile(path('none.json')))).toMatchObject({ code: 'FILE_NOT_FOUND' });
  });
});

it('editors know every key', () => {
  const schema = schemaFileJsonSchema() as { properties: { columns: { items: { properties: object } } } };
  expect(Object.keys(schema.properties.columns.items.properties)).toEqual(SCHEMA_KEY_NAMES);
});

const shared = (name: string) => fileURLToPath(new URL(`../../../shared/data/${name}`, import.meta.url));
it.skipIf(!existsSync(shared('adult_test.csv')))(
  'the census keeps its own rules in the next survey',
  async () => {
    const { readByRules } = await import('#mlx/data/read-by-rules.js');
    const { validateTable } = await import('#mlx/data/validate.js');
    const { schema } = await readTable(shared('adult_train.csv'));
    const rules = parse(schemaText(rulesOf(schema)));
    const next = await readByRules(shared('adult_test.csv'), rules);
    const anomalies = validateTable(next.table, rules, next.schema);
    expect(anomalies.filter(({ severity }) => severity === 'error')).toEqual([]);
  },
);
