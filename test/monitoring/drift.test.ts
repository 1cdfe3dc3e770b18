import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { readTable } from '#mlx/data/read.js';
import type { Schema } from '#mlx/data/schema.js';
import { type Table, takeRows } from '#mlx/data/table.js';
import { buildBaseline } from '#mlx/monitoring/baseline.js';
import { detectDrift } from '#mlx/monitoring/drift.js';
import type { ColumnDrift, DriftOptions, DriftReport } from '#mlx/monitoring/drift-report.js';
import { createRandom, type Random } from '#mlx/stats/random.js';
import { columnOf, schemaOf, tableOf } from './tables.js';

const LEVELS = ['red', 'red', 'red', 'green', 'green', 'blue'];

/** Rows of an invented table: a normal, a skewed count with ties, a category, a column with gaps. */
function draw(random: Random, rows: number, change: Partial<Record<'shift' | 'gap', number>> = {}): Table {
  const cells = <T>(make: () => T): T[] => Array.from({ length: rows }, make);
  return tableOf({
    height: cells(() => 170 + 10 * random.normal() + (change.shift ?? 0)),
    visits: cells(() => Math.floor(-3 * Math.log(1 - random.next()))),
    colour: cells(() => LEVELS[random.int(LEVELS.length)] as string),
    income: cells(() => (random.next() < (change.gap ?? 0.1) ? null : random.next())),
  });
}

function compare(reference: Table, current: Table, options: DriftOptions = {}): DriftReport {
  return detectDrift(buildBaseline(reference, schemaOf(reference), { seed: 1 }), current, options);
}

function column(report: DriftReport, name: string): ColumnDrift {
  const found = report.columns.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no column ${name}`);
  return found;
}

const reference = draw(createRandom(1), 4000);

describe('drift', () => {
  it('finds a shifted number, says how far, and nothing else', () => {
    const report = compare(reference, draw(createRandom(2), 1000, { shift: 6 }));
    expect(report.verdict).toBe('drift');
    expect(report.drifted_columns).toEqual(['height']);
    expect(report.summary).toBe('Drift in 1 of 4 columns (height).');
    const height = column(report, 'height');
    expect(height.mean_shift_sd).toBeCloseTo(0.6, 1);
    expect(height.effect).toBeGreaterThan(0.2);
    expect(height.reason).toMatch(
      /^the distribution moved: KS distance 0\.\d+, adjusted p = .*; the mean is 0\.\d+ sd higher$/,
    );
    expect(column(report, 'visits').reason).toBeNull();
  });

  it('finds changed shares of levels and names new ones', () => {
    const current = draw(createRandom(3), 600);
    const colours = Array.from({ length: 600 }, (_, i) =>
      i % 3 === 0 ? 'violet' : (LEVELS[i % 6] as string),
    );
    const report = compare(reference, {
      ...current,
      columns: current.columns.map((c) => (c.name === 'colour' ? columnOf('colour', colours) : c)),
    });
    expect(report.drifted_columns).toEqual(['colour']);
    expect(column(report, 'colour')).toMatchObject({
      test: 'chi-square',
      new_levels: ['violet'],
      mean_shift_sd: null,
    });
    expect(column(report, 'colour').reason).toContain('levels not seen in training: "violet"');
  });

  it('finds more missing values although the values themselves are alike', () => {
    const report = compare(reference, draw(createRandom(4), 1000, { gap: 0.3 }));
    expect(report.drifted_columns).toEqual(['income']);
    const income = column(report, 'income');
    expect(income.p_adjusted).toBeGreaterThan(0.01);
    expect(income.reason).toMatch(/^missing values rose from 1\d\.\d % to \d\d\.\d %, adjusted p/);
  });

  it('finds a column that became empty, and one that was empty', () => {
    const full = tableOf({ x: Array.from({ length: 100 }, (_, i) => i) });
    const empty = tableOf({ x: Array(100).fill(null) });
    expect(column(compare(full, empty), 'x')).toMatchObject({
      drifted: true,
      p_value: null,
      missing_current: 1,
    });
    expect(column(compare(empty, full), 'x')).toMatchObject({
      drifted: true,
      p_value: null,
      missing_baseline: 1,
    });
    expect(compare(empty, empty)).toMatchObject({
      verdict: 'no-drift',
      columns: [{ p_value: null, missing_p_value: null }],
    });
  });

  it('finds times that moved on, unless they are ignored', () => {
    const day = (start: number) =>
      tableOf({ at: Array.from({ length: 200 }, (_, i) => (start + i) * 86400) }, ['at']);
    expect(compare(day(0), day(300)).drifted_columns).toEqual(['at']);
    expect(compare(day(0), day(300), { ignore: ['at'] })).toMatchObject({ verdict: 'no-drift', columns: [] });
  });

  it('is quiet about a significant difference that is too small to matter', () => {
    const large = draw(createRandom(5), 60_000);
    const report = compare(large, draw(createRandom(6), 60_000, { shift: 0.7 }));
    const height = column(report, 'height');
    expect(height.p_adjusted).toBeLessThan(0.01);
    expect(height).toMatchObject({ drifted: false, reason: null });
    expect(compare(large, draw(createRandom(6), 60_000, { shift: 0.7 }), { minDistance: 0.01 }).verdict).toBe(
      'drift',
    );
  });

  it('is quiet about a large difference that may be chance', () => {
    const report = compare(reference, draw(createRandom(8), 50, { shift: 2 }));
    expect(column(report, 'height').effect).toBeGreaterThan(0.1);
    expect(report.verdict).toBe('no-drift');
  });

  it.each([
    ['few rows now', 4000, 49, '49 rows to compare'],
    ['few rows then', 30, 4000, '30 rows in the baseline'],
    ['no rows now', 4000, 0, '0 rows to compare'],
  ])('has no verdict with %s', (_, then, now, words) => {
    const shifted = draw(createRandom(2), 4000, { shift: 50 });
    const report = compare(draw(createRandom(1), then), takeRows(shifted, [...Array(now).keys()]));
    expect(report).toMatchObject({ verdict: 'insufficient', columns: [], drifted_columns: [] });
    expect(report.summary).toBe(`Not enough data: ${words}, at least 50 are needed.`);
  });

  it('watches the predictions when both sides have them', () => {
    const scores = (mean: number, seed: number) => {
      const random = createRandom(seed);
      return columnOf(
        'prediction',
        Array.from({ length: 500 }, () => mean + random.normal()),
      );
    };
    const baseline = buildBaseline(reference, schemaOf(reference), { seed: 1, prediction: scores(0, 1) });
    const now = draw(createRandom(2), 500);
    const steady = detectDrift(baseline, now, { prediction: scores(0, 2) });
    expect(steady.summary).toBe('No drift in 4 columns; the predictions are steady.');
    const moved = detectDrift(baseline, now, { prediction: scores(1, 2) });
    expect(moved).toMatchObject({ verdict: 'drift', drifted_columns: [], prediction: { drifted: true } });
    expect(detectDrift(baseline, now).prediction).toBeNull();
    const labels = columnOf('prediction', Array(500).fill('yes'));
    expect(detectDrift(baseline, now, { prediction: labels }).prediction).toBeNull();
  });

  it('compares thousands of rare levels without an alarm, and constants without a test', () => {
    const ids = (seed: number) => {
      const random = createRandom(seed);
      return tableOf({
        shop: Array.from({ length: 3000 }, () => `shop ${random.int(2500)}`),
        unit: Array(3000).fill('kg'),
      });
    };
    const report = compare(ids(1), ids(2));
    expect(report.verdict).toBe('no-drift');
    expect(column(report, 'unit')).toMatchObject({ p_value: null, effect: null });
  });

  it.each([
    ['all rare', 2500, 1],
    ['some of them frequent', 5000, 4],
  ])('finds one frequent new level among thousands, %s, and is quiet without it', (_, levels, skew) => {
    const shops = (seed: number, share: number) => {
      const random = createRandom(seed);
      const shop = () =>
        random.next() < share ? 'mall' : `shop ${Math.floor(levels * random.next() ** skew)}`;
      return tableOf({ shop: Array.from({ length: 6000 }, shop) });
    };
    expect(compare(shops(1, 0), shops(2, 0.15)).drifted_columns).toEqual(['shop']);
    for (let seed = 3; seed < 13; seed++) {
      expect(compare(shops(seed, 0), shops(seed + 100, 0)).verdict).toBe('no-drift');
    }
  });

  it('prints no NaN and no infinity', () => {
    const report = compare(reference, draw(createRandom(2), 200));
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });

  it('names a column that the data lack', () => {
    expect(() => compare(reference, tableOf({ height: [1, 2, 3] }))).toThrow('"visits" should hold numbers');
  });

  it('raises an alarm in at most 1 % of quiet days', () => {
    let alarms = 0;
    const trials = 300;
    for (let trial = 0; trial < trials; trial++) {
      const random = createRandom(trial, 1);
      const report = compare(draw(random, 300), draw(random, 120));
      if (report.verdict !== 'no-drift') alarms++;
    }
    expect(alarms).toBeLessThanOrEqual(trials / 100);
  });
});

const adult = (part: string) =>
  fileURLToPath(new URL(`../../../shared/data/adult_${part}.csv`, import.meta.url));

describe.skipIf(!existsSync(adult('train')))('drift in census data', () => {
  let train: Table;
  let test: Table;
  let schema: Schema;

  beforeAll(async () => {
    ({ table: train, schema } = await readTable(adult('train')));
    ({ table: test } = await readTable(adult('test'), { schema }));
  });

  it('is not found between its own training and test parts', () => {
    const report = detectDrift(buildBaseline(train, schema.columns, { seed: 1 }), test);
    expect(report).toMatchObject({ verdict: 'no-drift', rows: 9769, baseline_rows: 22792 });
    expect(Math.min(...report.columns.map(({ p_adjusted }) => p_adjusted ?? 1))).toBeGreaterThan(0.05);
  });

  it('is not found between random halves in at least 99 % of trials', () => {
    let alarms = 0;
    const trials = 100;
    for (let trial = 0; trial < trials; trial++) {
      const rows = Int32Array.from({ length: 2000 }, (_, i) => i + trial * 200);
      createRandom(trial).shuffle(rows);
      const halves = [takeRows(train, rows.subarray(0, 1000)), takeRows(train, rows.subarray(1000))] as const;
      const report = detectDrift(buildBaseline(halves[0], schema.columns, { seed: trial }), halves[1]);
      if (report.verdict !== 'no-drift') alarms++;
    }
    expect(alarms).toBeLessThanOrEqual(1);
  });

  it('is found between young and old, in age and what goes with it', () => {
    const ages = test.columns[0];
    if (ages?.kind !== 'number') throw new Error('age is a number');
    const old = [...ages.values.keys()].filter((row) => (ages.values[row] as number) > 45);
    const report = detectDrift(buildBaseline(train, schema.columns, { seed: 1 }), takeRows(test, old));
    expect(report.drifted_columns).toEqual(expect.arrayContaining(['age', 'marital_status']));
    expect(report.drifted_columns).not.toContain('fnlwgt');
  });
});
