import { describe, expect, it } from 'vitest';
import type { NumberColumn, StringColumn } from '#mlx/data/table.js';
import { measureSlices, type SlicedPredictions } from '#mlx/modeling/slices.js';
import { classificationMetrics, regressionMetrics } from '#mlx/stats/metrics.js';
import { createRandom } from '#mlx/stats/random.js';

const ROWS = 4000;
const random = createRandom(8);
const draws = Array.from({ length: ROWS }, () => random.next());

const town: StringColumn = {
  kind: 'string',
  name: 'town',
  codes: Int32Array.from(draws, (_, row) => [0, 0, 1, 1, 2, -1, 0, 3][row % 8]!),
  levels: ['Ulm', 'Jena', 'Bonn', 'Kiel', 'nowhere'],
};
const age: NumberColumn = {
  kind: 'number',
  name: 'age',
  values: Float64Array.from(draws, () => 20 + random.int(50)),
};
const isNew: NumberColumn = {
  kind: 'number',
  name: 'is_new',
  values: Float64Array.from(draws, () => random.int(2)),
};
const constant: NumberColumn = { kind: 'number', name: 'constant', values: new Float64Array(ROWS).fill(1) };

/** Probabilities that mean what they say, but in Bonn, where they are by chance. */
function predictions(metric: 'roc_auc' | 'log_loss' | 'accuracy', spoiled = true): SlicedPredictions {
  const probabilities = Float32Array.from(draws.flatMap((p) => [1 - p, p]));
  const luck = createRandom(5);
  const truth = Float64Array.from(draws, (p, row) =>
    luck.next() < (spoiled && town.codes[row] === 2 ? 0.5 : p) ? 1 : 0,
  );
  return { task: 'classification', metric, truth, probabilities, classes: 2 };
}

const columns = [town, age, isNew, constant];

describe('slices', () => {
  it.each(['roc_auc', 'log_loss', 'accuracy'] as const)(
    'by %s name the one that is worse, and no other',
    (metric) => {
      const { worst, slices } = measureSlices(columns, predictions(metric), { seed: 1 });
      expect(worst.map(({ column, label }) => `${column} ${label}`)).toEqual(['town Bonn']);
      expect(worst[0]!.worseBy).toBeGreaterThan(0.1);
      expect(slices.find(({ label }) => label === 'Ulm')!.worseBy).toBeLessThan(0);
    },
  );

  it('name none where none is worse', () => {
    expect(measureSlices(columns, predictions('roc_auc', false), { seed: 1 }).worst).toEqual([]);
  });

  it('are levels, fifths, single values and missing ones, each with its own rows', () => {
    const { slices } = measureSlices(columns, predictions('accuracy'), { seed: 1 });
    const labels = (name: string) => slices.filter(({ column }) => column === name).map(({ label }) => label);
    expect(labels('town')).toEqual(['Ulm', 'Jena', 'Bonn', 'Kiel', 'missing']);
    expect(labels('age')).toEqual([
      expect.stringMatching(/^≤ \d+$/),
      ...Array(3).fill(expect.stringMatching(/^\d+ – \d+$/)),
      expect.stringMatching(/^> \d+$/),
    ]);
    expect(labels('is_new')).toEqual(['0', '1']);
    expect(labels('constant')).toEqual([]);
    const size = (name: string) =>
      slices.filter(({ column }) => column === name).reduce((sum, { rows }) => sum + rows, 0);
    expect([size('town'), size('age'), size('is_new')]).toEqual([ROWS, ROWS, ROWS]);
  });

  it('measure their rows and the rest as the metric does', () => {
    const told = predictions('log_loss') as Extract<SlicedPredictions, { task: 'classification' }>;
    const { slices, overall } = measureSlices([town], told, { seed: 1 });
    const on = (rows: number[]) =>
      classificationMetrics(
        rows.map((row) => told.truth[row]!),
        Float32Array.from(rows.flatMap((row) => [...told.probabilities.subarray(2 * row, 2 * row + 2)])),
        2,
      ).log_loss;
    const all = draws.map((_, row) => row);
    const bonn = slices.find(({ label }) => label === 'Bonn')!;
    expect(bonn.estimate).toBeCloseTo(on(all.filter((row) => town.codes[row] === 2)), 12);
    expect(bonn.rest).toBeCloseTo(on(all.filter((row) => town.codes[row] !== 2)), 12);
    expect(bonn.low).toBeLessThan(bonn.estimate!);
    expect(bonn.high).toBeGreaterThan(bonn.estimate!);
    expect(overall).toBeCloseTo(on(all), 12);
  });

  it('of a regression are compared by its errors', () => {
    const truth = Float64Array.from(draws, (_, row) => row % 100);
    const predicted = Float32Array.from(
      truth,
      (value, row) => value + (random.next() - 0.5) * (isNew.values[row] === 1 ? 9 : 3),
    );
    const { worst, overall } = measureSlices(
      columns,
      { task: 'regression', metric: 'rmse', truth, predicted },
      { seed: 1 },
    );
    expect(worst.map(({ column, label }) => `${column} ${label}`)).toEqual(['is_new 1']);
    expect(overall).toBe(regressionMetrics(truth, predicted).rmse);
  });

  it('have no value where a metric has none, and are then not tested', () => {
    const told = predictions('roc_auc');
    const single = { ...told, truth: told.truth.map((label, row) => (isNew.values[row] === 1 ? 1 : label)) };
    const slice = measureSlices([isNew], single, { seed: 1 }).slices.find(({ label }) => label === '1');
    expect(slice).toMatchObject({ estimate: null, pValue: null });
  });

  it('with fewer than 30 rows are left out', () => {
    const rare = { ...town, codes: town.codes.map((_, row) => (row < 29 ? 4 : 0)) };
    expect(
      measureSlices([rare], predictions('accuracy'), { seed: 1 }).slices.map(({ label }) => label),
    ).toEqual(['Ulm']);
  });

  it('are the same for the same seed, and of so many columns only so much is looked at', () => {
    const many = Array.from({ length: 60 }, (_, i) => ({ ...isNew, name: `c${i}` }));
    const report = measureSlices(many, predictions('accuracy'), { seed: 1 });
    expect(report.columnsLeftOut).toHaveLength(10);
    expect(report.rows).toBe(ROWS);
    expect(measureSlices(columns, predictions('accuracy'), { seed: 1 })).toEqual(
      measureSlices(columns, predictions('accuracy'), { seed: 1 }),
    );
  });
});
