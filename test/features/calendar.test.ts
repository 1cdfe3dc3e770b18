import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { blockOf } from '#mlx/features/block.js';
import { fitPipeline, NO_TARGET } from '#mlx/features/fit.js';
import { resolveOptions } from '#mlx/features/parameters.js';
import { applyPipeline, STEPS } from '#mlx/features/pipeline.js';
import type { Step } from '#mlx/features/step.js';
import { runPipeline } from './run-pipeline.js';
import { firstDifference, schemaOf, tableOf, times } from './tables.js';

const golden = JSON.parse(
  readFileSync(new URL('../golden/features_calendar_parts.json', import.meta.url), 'utf8'),
) as { parts: string[]; rows: number[][] };

const seconds = golden.rows.map(([value]) => value as number);
const EVERY_PART = {
  step: 'calendar',
  parts: golden.parts,
  reference: '2000-01-01',
  elapsed_unit: 'hours',
};

describe('calendar', () => {
  it('equals Python’s datetime in every part, and its sine and cosine', () => {
    const step = STEPS.get('calendar') as Step;
    const block = blockOf(tableOf([times('t', seconds)]), 'time', ['t']);
    const { step: _, ...given } = EVERY_PART;
    const state = step.fit(block, resolveOptions('calendar', step.parameters, given), NO_TARGET);
    const { names, columns } = step.apply(block, state);
    expect(names).toEqual(golden.parts.map((part) => `t.${part}`));
    golden.rows.forEach(([, ...expected], row) => {
      expected.forEach((value, part) => {
        const own = (columns[part] as Float64Array)[row] as number;
        expect(Math.abs(own - value), `${golden.parts[part]} of ${seconds[row]}`).toBeLessThan(1e-9);
      });
    });
  });

  it('gives the same bits in the graph, missing times too, for several columns side by side', async () => {
    const holed = [...seconds, null, 1e15, -1e15];
    const table = tableOf(
      ['a', 'b', 'c'].map((name, shift) => times(name, [...holed.slice(shift), ...holed.slice(0, shift)])),
    );
    const { pipeline } = fitPipeline(table, schemaOf(table), [EVERY_PART]);
    const expected = applyPipeline(pipeline, table);
    expect(expected.some(Number.isNaN)).toBe(true);
    for (const threads of [1, 2]) {
      const { matrix } = await runPipeline(pipeline, schemaOf(table), table, 'test', threads);
      expect(firstDifference(matrix, expected)).toBeNull();
    }
  });

  it('is right in the graph for every hour of 1900 to 2100', async () => {
    const start = Date.UTC(1900, 0, 1) / 1000;
    const hours = (Date.UTC(2101, 0, 1) / 1000 - start) / 3600;
    expect(hours).toBe(1_761_936);
    const values = Float64Array.from({ length: hours }, (_, hour) => start + hour * 3600);
    const table = tableOf([{ kind: 'time', name: 't', values }]);
    const parts = ['year', 'month', 'day', 'day_of_week', 'hour'];
    const { pipeline } = fitPipeline(table, schemaOf(table), [{ step: 'calendar', parts }]);
    const { matrix } = await runPipeline(pipeline, schemaOf(table), table, 'test', 1);
    const date = new Date(0);
    let wrong = 0;
    for (let hour = 0; hour < hours; hour++) {
      date.setTime((values[hour] as number) * 1000);
      const at = hour * parts.length;
      const isRight =
        matrix[at] === date.getUTCFullYear() &&
        matrix[at + 1] === date.getUTCMonth() + 1 &&
        matrix[at + 2] === date.getUTCDate() &&
        matrix[at + 3] === (date.getUTCDay() + 6) % 7 &&
        matrix[at + 4] === date.getUTCHours();
      if (!isRight) wrong++;
    }
    expect(wrong).toBe(0);
  }, 60_000);

  it('counts elapsed time from the earliest training time unless told otherwise', () => {
    const train = tableOf([times('t', [86_400 * 3, 86_400, null])]);
    const { pipeline } = fitPipeline(train, schemaOf(train), [{ step: 'calendar', parts: ['elapsed'] }]);
    const later = tableOf([times('t', [0, 86_400 * 2.5, null])]);
    expect([...applyPipeline(pipeline, later)]).toEqual([-1, 1.5, Number.NaN]);
  });

  it.each([
    [{ parts: ['monthh'] }, /no part "monthh"/],
    [{ parts: [] }, /is empty/],
    [{ reference: 'yesterday' }, /no time/],
  ])('refuses %o', (given, message) => {
    const table = tableOf([times('t', [0])]);
    expect(() => fitPipeline(table, schemaOf(table), [{ step: 'calendar', ...given }])).toThrow(message);
  });
});

describe('fill-time', () => {
  const table = tableOf([times('t', [10, null, 30, 20, 40])]);
  const filled = (given: Record<string, string>): number[] => {
    const step = STEPS.get('fill-time') as Step;
    const block = blockOf(table, 'time', ['t']);
    const state = step.fit(block, resolveOptions('fill-time', step.parameters, given), NO_TARGET);
    return [...(step.apply(block, state).columns[0] as Float64Array)];
  };

  it('fills in the lower median time, or a constant', () => {
    expect(filled({})).toEqual([10, 20, 30, 20, 40]);
    expect(filled({ strategy: 'constant', fill_value: '1970-01-01T00:01:00Z' })).toEqual([
      10, 60, 30, 20, 40,
    ]);
  });

  it.each([
    { strategy: 'constant' },
    { fill_value: '2020-01-01' },
    { strategy: 'constant', fill_value: '2020-13-01' },
  ])('refuses %o', (given) => {
    expect(() => filled(given as Record<string, string>)).toThrow(/go together|no time/);
  });
});
