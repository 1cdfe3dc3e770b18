import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readTable } from '#mlx/data/read.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const weather = `${root}node_modules/vega-datasets/data/seattle-weather.csv`;
const shared = (name: string) => `${root}../shared/data/${name}`;
const utc = (text: string) => Date.parse(text) / 1000;

async function summary(path: string) {
  const { schema, table, anomalies } = await readTable(path);
  expect(anomalies).toEqual([]);
  return { rows: table.rows, columns: new Map(schema.columns.map((column) => [column.name, column])) };
}

it('the weather of Seattle has a day, four measurements and a kind', async () => {
  const { rows, columns } = await summary(weather);
  expect(rows).toBe(1461);
  expect(columns.get('date')).toMatchObject({
    type: 'time',
    timeFormat: 'iso',
    min: utc('2012-01-01'),
    max: utc('2015-12-31'),
  });
  for (const name of ['precipitation', 'temp_max', 'temp_min', 'wind'])
    expect(columns.get(name)?.type).toBe('number');
  expect(columns.get('weather')).toMatchObject({
    type: 'category',
    levels: ['drizzle', 'fog', 'rain', 'snow', 'sun'],
  });
});

it.skipIf(!existsSync(shared('adult_train.csv')))(
  'the census has 41 countries of birth and people, not identifiers',
  async () => {
    const { rows, columns } = await summary(shared('adult_train.csv'));
    expect(rows).toBe(22_792);
    expect(columns.get('native_country')).toMatchObject({ type: 'category', role: 'feature', unique: 41 });
    expect(columns.get('fnlwgt')).toMatchObject({ type: 'integer', role: 'feature' });
    expect(columns.get('workclass')?.missing).toBeGreaterThan(0.05);
    expect(columns.get('income')).toMatchObject({ type: 'category', levels: ['<=50K', '>50K'] });
  },
);

it.skipIf(!existsSync(shared('bike_hour.csv')))(
  'the bicycles have days written day first and a row number',
  async () => {
    const { columns } = await summary(shared('bike_hour.csv'));
    expect(columns.get('dteday')).toMatchObject({
      type: 'time',
      timeFormat: 'dmy',
      min: utc('2011-01-01'),
      max: utc('2012-12-31'),
      unique: 731,
    });
    expect(columns.get('instant')).toMatchObject({ type: 'identifier', role: 'ignore' });
    for (const name of ['hr', 'cnt', 'temp']) expect(columns.get(name)?.role).toBe('feature');
  },
);

it.skipIf(!existsSync(shared('telco.csv')))(
  'the telephone customers have an identifier and numbers',
  async () => {
    const { columns } = await summary(shared('telco.csv'));
    expect(columns.get('customerID')).toMatchObject({ type: 'identifier', role: 'ignore' });
    expect(columns.get('TotalCharges')).toMatchObject({ type: 'number', role: 'feature' });
    expect(columns.get('SeniorCitizen')).toMatchObject({ type: 'integer', unique: 2 });
    expect(columns.get('Churn')?.levels).toEqual(['No', 'Yes']);
  },
);
