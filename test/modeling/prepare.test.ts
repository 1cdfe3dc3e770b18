import { describe, expect, it } from 'vitest';
import { type PreparedData, prepareData } from '#mlx/modeling/prepare.js';
import type { ModelingEvent, ModelingSpec } from '#mlx/modeling/spec.js';
import { failure } from '../data/temporary.js';
import { penguinsCsv, put, specOf, WEATHER } from './fixtures.js';

const penguins = put('penguins.csv', penguinsCsv());
const schemaFile = (name: string, ...columns: object[]) => put(name, JSON.stringify({ version: 1, columns }));

async function prepared(
  data: string,
  target: string,
  more: Partial<ModelingSpec> = {},
): Promise<PreparedData & { events: ModelingEvent[] }> {
  const events: ModelingEvent[] = [];
  return { ...(await prepareData(specOf(data, target, more), (event) => events.push(event))), events };
}

const featuresOf = ({ schema }: PreparedData) =>
  schema.columns.filter(({ role }) => role === 'feature').map(({ name }) => name);

describe('a schema file', () => {
  const species = {
    name: 'species',
    type: 'category',
    role: 'target',
    levels: ['Adelie', 'Chinstrap', 'Gentoo'],
  };

  it('says which columns are features and of what type', async () => {
    const schema = schemaFile('some.json', species, {
      name: 'body_mass',
      type: 'category',
      allow_unseen: true,
    });
    const data = await prepared(penguins, 'species', { schema });
    expect(featuresOf(data)).toEqual(['body_mass']);
    expect(data.schema.columns.find(({ name }) => name === 'body_mass')?.type).toBe('category');
    expect(data.anomalies.every(({ severity }) => severity === 'warning')).toBe(true);
  });

  it('is held to: a table that departs from it is not trained on', async () => {
    const schema = schemaFile('strict.json', species, { name: 'body_mass', type: 'integer', max: 5000 });
    const error = await failure(() => prepared(penguins, 'species', { schema }));
    expect(error).toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringMatching(/"body_mass" has \d+ values above 5000: row \d+ has/),
    });
  });

  it('is held to by the test table too', async () => {
    const schema = schemaFile('both.json', species, { name: 'body_mass', type: 'integer', max: 7000 });
    const heavy = put('heavy.csv', 'species,body_mass\nAdelie,4000\nGentoo,9000\n');
    const error = await failure(() => prepared(penguins, 'species', { schema, test: heavy }));
    expect(error).toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringMatching(
        /heavy\.csv is not usable: "body_mass" has 1 value above 7000: row 2 has 9000/,
      ),
    });
  });

  it('keeps a feature that is as good as the target, and says so', async () => {
    const rows = Array.from({ length: 200 }, (_, i) => `${i % 2},${(i * 37) % 11},${i % 2 ? 'yes' : 'no'}`);
    const data = put('leak.csv', `code,n,y\n${rows.join('\n')}\n`);
    expect(featuresOf(await prepared(data, 'y'))).toEqual(['n']);
    const columns = [
      { name: 'code', type: 'integer' },
      { name: 'n', type: 'integer' },
      { name: 'y', type: 'category', role: 'target' },
    ];
    const kept = await prepared(data, 'y', { schema: schemaFile('keep.json', ...columns) });
    expect(featuresOf(kept)).toEqual(['code', 'n']);
    expect(kept.anomalies).toMatchObject([{ column: 'code', kind: 'leakage-suspect' }]);
    expect(featuresOf(await prepared(data, 'y', { keep: ['code'] }))).toEqual(['code', 'n']);
  });
});

describe('rows are held out', () => {
  it('by time, the latest ones; the column is no feature unless it is kept', async () => {
    const data = await prepared(WEATHER, 'weather', { timeColumn: 'date' });
    const days = (part: 'train' | 'test') => {
      const column = data[part].table.columns.find(({ name }) => name === 'date');
      return column?.kind === 'time' ? [...column.values] : [];
    };
    expect(data).toMatchObject({ split: 'time', splitColumn: 'date' });
    expect(Math.max(...days('train'))).toBeLessThan(Math.min(...days('test')));
    expect(days('test')).toHaveLength(365);
    expect(data.test.digest).toMatch(/:time:date:0\.25:0$/);
    expect(featuresOf(data)).not.toContain('date');
    const kept = await prepared(WEATHER, 'weather', { timeColumn: 'date', keep: ['date'] });
    expect(kept.split).toBe('time');
    expect(featuresOf(kept)).toContain('date');
  });

  it('by group, whole ones, by the role that the schema file gives', async () => {
    const schema = schemaFile(
      'groups.json',
      { name: 'island', type: 'category', role: 'group' },
      { name: 'body_mass', type: 'number' },
      { name: 'species', type: 'category', role: 'target' },
    );
    const data = await prepared(penguins, 'species', { schema });
    const islands = (part: 'train' | 'test') => {
      const column = data[part].table.columns.find(({ name }) => name === 'island');
      return column?.kind === 'string'
        ? new Set([...column.codes].map((code) => column.levels[code]))
        : new Set();
    };
    expect(data).toMatchObject({ split: 'group', splitColumn: 'island' });
    expect([...islands('test')].filter((island) => islands('train').has(island))).toEqual([]);
    expect(featuresOf(data)).toEqual(['body_mass']);
  });
});

describe('weights', () => {
  const columns = (role: string) => [
    { name: 'w', type: 'number', role },
    { name: 'x', type: 'number' },
    { name: 'y', type: 'category', role: 'target' },
  ];
  const table = (name: string, odd: string) =>
    put(
      name,
      `w,x,y\n${Array.from({ length: 40 }, (_, i) => `${i === 17 ? odd : i + 0.5},${(i * 7) % 9},${i % 3 ? 'a' : i === 3 ? '' : 'b'}`).join('\n')}\n`,
    );

  it('go with their rows, are no feature, and that an algorithm does not use them is said', async () => {
    const schema = schemaFile('weights.json', ...columns('weight'));
    const { train, test, events, ...rest } = await prepared(table('weighted.csv', '17.5'), 'y', {
      schema,
      algorithm: 'ml-random-forest',
    });
    expect(featuresOf({ train, test, ...rest })).toEqual(['x']);
    for (const part of [train, test]) {
      const column = part.table.columns[0];
      expect(part.weights).toEqual(column?.kind === 'number' ? column.values : undefined);
    }
    expect((train.weights?.length ?? 0) + (test.weights?.length ?? 0)).toBe(39);
    expect(events).toContainEqual({
      kind: 'warning',
      message: expect.stringMatching('ml-random-forest does not use them'),
    });
  });

  it('are there for all that auto compares', async () => {
    const schema = schemaFile('weights.json', ...columns('weight'));
    const { train, events } = await prepared(table('weighted.csv', '17.5'), 'y', {
      schema,
      algorithm: 'auto',
    });
    expect(train.weights).toHaveLength(train.table.rows);
    expect(events.filter(({ kind }) => kind === 'warning')).toEqual([]);
  });

  it.each(['', '0', '-1'])('that are %j are refused with the row', async (odd) => {
    const schema = schemaFile('weights.json', ...columns('weight'));
    expect(await failure(() => prepared(table('odd.csv', odd), 'y', { schema }))).toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringMatching(/"w" has 1 weight that are not above 0: row 18 has/),
    });
  });
});

describe('duplicate rows', () => {
  const rows = Array.from({ length: 60 }, (_, i) => `${i % 40},${i % 2 ? 'a' : 'b'}`);
  const data = put('twice.csv', `x,y\n${rows.join('\n')}\n`);

  it('are left out on request, before rows are held out', async () => {
    const plain = await prepared(data, 'y');
    const dropped = await prepared(data, 'y', { dropDuplicates: true });
    const count = ({ train, test }: PreparedData) => train.table.rows + test.table.rows;
    expect([count(plain), plain.duplicatesDropped]).toEqual([60, null]);
    expect([count(dropped), dropped.duplicatesDropped]).toEqual([40, 20]);
    expect(dropped.test.digest).toMatch(/:distinct:/);
  });
});
