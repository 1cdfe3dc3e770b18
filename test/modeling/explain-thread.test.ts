import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { CellValue } from '#mlx/data/cell.js';
import { findColumn } from '#mlx/data/table.js';
import { Explainer } from '#mlx/modeling/explain.js';
import { ThreadedExplainer } from '#mlx/modeling/explain-thread.js';
import { trainRun } from '#mlx/modeling/train-run.js';
import { temporaryStore } from '../store/temporary-store.js';
import { depsOf, penguinsCsv, put, specOf } from './fixtures.js';

const PENGUINS = put('penguins.csv', penguinsCsv());

describe('an explainer in a thread', () => {
  it('says what the explainer says, about rows that come one by one', async () => {
    const { model, data } = await trainRun(specOf(PENGUINS, 'sex'), depsOf(await temporaryStore()));
    const here = await Explainer.open(readFileSync(model.path));
    const { table } = data.test;
    const { columns, expected, values, scores } = await here.explain(table);
    const there = await ThreadedExplainer.open({ path: model.path });
    const rows = Array.from({ length: 5 }, (_, row) =>
      here.columns.map((name): CellValue => {
        const column = findColumn(table, name);
        if (column?.kind === 'string') return column.levels[column.codes[row] as number] ?? null;
        const value = column?.values[row] ?? Number.NaN;
        return Number.isNaN(value) ? null : value;
      }),
    );
    const explained = await Promise.all(rows.map((row) => there.explain(row)));
    expect(there.waiting).toBe(0);
    explained.forEach(({ unit, scores: parts }, row) => {
      const { MALE: part } = parts;
      expect(unit).toBe(here.unit);
      expect(part?.expected).toBeCloseTo(expected[0] as number, 10);
      expect(part?.raw_score).toBeCloseTo(scores[row] as number, 10);
      const own = Object.values(part?.contributions ?? {});
      own.forEach((value, column) => {
        expect(value).toBeCloseTo(values[row * columns + column] as number, 10);
      });
      const sum = own.reduce((total, value) => total + value, expected[0] as number);
      expect(sum).toBeCloseTo(scores[row] as number, 6);
    });
    // So many that the last is still to come, however late this thread hears of the first.
    const all = Array.from({ length: 500 }, () => there.explain(rows[0] as CellValue[]));
    for (const each of all) each.catch(() => undefined);
    const waiting = all.at(-1);
    await there.close();
    await expect(waiting).rejects.toMatchObject({ code: 'SCORING_FAILED' });
    await expect(there.explain([])).rejects.toMatchObject({ code: 'SCORING_FAILED' });
    await here.release();
  });

  it('does not open for a file that is none, or is not there', async () => {
    const path = put('no-model.onnx', 'no model');
    await expect(ThreadedExplainer.open({ path })).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    await expect(ThreadedExplainer.open({ path: `${path}.gone` })).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
  });
});
