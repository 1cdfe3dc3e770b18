import { describe, expect, it } from 'vitest';
import { buildBaseline, type NumericBaseline } from '#mlx/monitoring/baseline.js';
import { parseBaseline } from '#mlx/monitoring/parse-baseline.js';
import { columnOf, schemaOf, tableOf } from './tables.js';

const table = tableOf(
  {
    age: [30, null, 10, 20, Number.POSITIVE_INFINITY],
    city: ['Rome', 'Oslo', 'Oslo', null, 'Bern'],
    seen: [86400, 0, null, 172800, 0],
    note: ['a', 'b', 'c', 'd', 'e'],
  },
  ['seen'],
);
const columns = schemaOf(table, { age: 'integer', note: 'text' });

describe('baseline', () => {
  it('holds moments, quantiles and values of numbers and times, counts of levels, and shares of missing', () => {
    const baseline = buildBaseline(table, columns, { seed: 1 });
    expect(baseline).toEqual({
      version: 1,
      rows: 5,
      prediction: null,
      columns: [
        {
          kind: 'number',
          name: 'age',
          type: 'integer',
          rows: 5,
          count: 3,
          missing: 0.4,
          mean: 20,
          sd: 10,
          quantiles: [10, 11, 15, 20, 25, 29, 30],
          sample: [10, 20, 30],
        },
        {
          kind: 'string',
          name: 'city',
          type: 'category',
          rows: 5,
          count: 4,
          missing: 0.2,
          levels: [
            ['Oslo', 2],
            ['Bern', 1],
            ['Rome', 1],
          ],
          other: 0,
        },
        expect.objectContaining({ kind: 'time', name: 'seen', count: 4, sample: [0, 0, 86400, 172800] }),
      ],
    });
  });

  it('survives JSON, as it travels in a model file', () => {
    const baseline = buildBaseline(table, columns, {
      seed: 1,
      prediction: columnOf('prediction', [1, 2, 3]),
    });
    const travelled = JSON.parse(JSON.stringify(baseline));
    expect(travelled).toEqual(baseline);
    expect(parseBaseline(travelled)).toEqual(baseline);
    expect(baseline.prediction).toMatchObject({ rows: 3, mean: 2 });
  });

  it('draws a seeded sample without replacement where there are many values', () => {
    const many = tableOf({ x: Array.from({ length: 20_000 }, (_, i) => i) });
    const draw = (seed: number) =>
      (buildBaseline(many, schemaOf(many), { seed, maxValues: 500 }).columns[0] as NumericBaseline).sample;
    const sample = draw(7);
    expect(new Set(sample).size).toBe(500);
    expect(sample).toEqual([...sample].sort((a, b) => a - b));
    expect(draw(7)).toEqual(sample);
    expect(draw(8)).not.toEqual(sample);
    expect(sample.reduce((a, b) => a + b) / 500).toBeGreaterThan(9000);
    expect(sample.reduce((a, b) => a + b) / 500).toBeLessThan(11_000);
  });

  it('lists the thousand most frequent levels and counts the rest together', () => {
    const words = Array.from({ length: 1200 }, (_, i) => `level ${i}`);
    const wide = tableOf({ word: [...words, 'level 1199', 'level 1199'] });
    const [word] = buildBaseline(wide, schemaOf(wide), { seed: 1 }).columns;
    expect(word).toMatchObject({ kind: 'string', count: 1202, other: 200 });
    expect(word?.kind === 'string' && word.levels[0]).toEqual(['level 1199', 3]);
  });

  it('has nulls, not NaN, for columns without values and for no rows', () => {
    const empty = tableOf({ x: [null, null], c: [null, null] });
    const [x] = buildBaseline(empty, schemaOf(empty), { seed: 1 }).columns;
    expect(x).toMatchObject({ count: 0, missing: 1, mean: null, sd: null, quantiles: [], sample: [] });
    const none = tableOf({ x: [] });
    expect(buildBaseline(none, schemaOf(none), { seed: 1 }).columns[0]).toMatchObject({
      rows: 0,
      missing: 0,
      mean: null,
    });
  });

  it('names a column that is absent or of another kind', () => {
    const wrong = schemaOf(tableOf({ city: [1] }));
    expect(() => buildBaseline(table, wrong, { seed: 1 })).toThrow(
      '"city" should hold numbers, but holds text',
    );
    const absent = schemaOf(tableOf({ wage: [1] }));
    expect(() => buildBaseline(table, absent, { seed: 1 })).toThrow(
      '"wage" should hold numbers, but is not in the table',
    );
  });
});

describe('baseline in a model file', () => {
  const good = buildBaseline(table, columns, { seed: 1 });
  const [age, city] = good.columns;

  it.each([
    ['another version', { ...good, version: 2 }],
    ['no list of columns', { ...good, columns: 'age' }],
    ['a column without a name', { ...good, columns: [{ ...age, name: 3 }] }],
    ['a sample out of order', { ...good, columns: [{ ...age, sample: [2, 1] }] }],
    ['a sample that is not numbers', { ...good, columns: [{ ...age, sample: ['1'] }] }],
    ['levels without counts', { ...good, columns: [{ ...city, levels: [['Oslo']] }] }],
    ['an unknown kind', { ...good, columns: [{ ...city, kind: 'picture' }] }],
    ['a prediction that is no column', { ...good, prediction: 4 }],
    ['text', 'baseline'],
  ])('is refused with %s', (_, value) => {
    expect(() => parseBaseline(value)).toThrow('baseline in the model file is damaged');
  });

  it('may be absent', () => {
    expect(parseBaseline(null)).toBeNull();
    expect(parseBaseline(undefined)).toBeNull();
  });
});
