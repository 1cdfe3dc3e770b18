import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Connection } from '#mlx/store/connection.js';
import { ingestAll } from '#mlx/store/journal/ingester.js';
import type { JournalRow } from '#mlx/store/journal/row.js';
import { JournalWriter } from '#mlx/store/journal/writer.js';
import { storePaths } from '#mlx/store/location.js';
import { LOG_SHAPE } from '#mlx/store/log-schema.js';
import { PredictionRepository } from '#mlx/store/predictions.js';
import type { Store } from '#mlx/store/store.js';
import { temporaryFolder, temporaryStore } from '../temporary-store.js';
import { journalRow, TIME, VERSION } from './rows.js';

/** Writes rows to the journal of a store, and opens its log. */
async function logged(rows: readonly JournalRow[]): Promise<Store> {
  const store = await temporaryStore();
  const writer = new JournalWriter(storePaths(store.root).journal, 1_000_000);
  for (const row of rows) writer.add(row);
  writer.commit();
  writer.close();
  return store;
}

describe('a row of the journal', () => {
  it('is read back from log.db as it was', async () => {
    const row = journalRow('p1', { arm: 'treatment', unit: 'user 7', requestId: 'r-1', row: [-0.5, null] });
    const store = await logged([row]);
    expect(await store.predictions.get('p1')).toEqual({
      id: 'p1',
      time: '2026-03-01T12:00:00.000Z',
      model: 'churn',
      version: 3,
      arm: 'treatment',
      unit: 'user 7',
      inputs: { age: -0.5, city: null },
      prediction: 'yes',
      confidence: 0.75,
      probabilities: { no: 0.25, yes: 0.75 },
      latencyMs: 1.5,
      requestId: 'r-1',
      label: null,
    });
  });

  it('of a regression has neither confidence nor probabilities', async () => {
    const version = { ...VERSION, classes: [] };
    const row = journalRow('p1', { version, prediction: 12.25, confidence: null, probabilities: null });
    const store = await logged([row]);
    expect(await store.predictions.get('p1')).toMatchObject({
      prediction: 12.25,
      confidence: null,
      probabilities: null,
    });
  });

  it('has float32 probabilities as their shortest decimals', async () => {
    const store = await logged([journalRow('p1', { probabilities: Float32Array.of(0.1, 0.9) })]);
    expect((await store.predictions.get('p1'))?.probabilities).toEqual({ no: 0.1, yes: 0.9 });
  });

  it.each([
    ['a time with a fraction', { timeMs: TIME + 0.4 }, { time: '2026-03-01T12:00:00.000Z' }],
    ['a prediction that is no number', { prediction: Number.NaN }, { prediction: 'NaN' }],
    ['infinite inputs', { row: [Number.POSITIVE_INFINITY, 'x'] }, { inputs: { age: null, city: 'x' } }],
  ])('with %s does not keep the others out', async (_, more, expected) => {
    const store = await logged([journalRow('p1', more), journalRow('p2')]);
    expect(await store.predictions.get('p1')).toMatchObject(expected);
    expect(await store.predictions.count()).toBe(2);
  });

  it('keeps any text and any number', async () => {
    const cell = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constant(null),
    );
    const rows = fc.array(
      fc.record({ row: fc.tuple(cell, cell), unit: fc.option(fc.string({ unit: 'binary' })) }),
      { minLength: 1, maxLength: 30 },
    );
    const root = temporaryFolder();
    const { log, journal } = storePaths(root);
    const db = await Connection.open(log, { shape: LOG_SHAPE, synchronous: 'normal' });
    const predictions = new PredictionRepository(async () => db);
    const writer = new JournalWriter(journal, 1_000_000);
    let run = 0;
    await fc.assert(
      fc.asyncProperty(rows, async (drawn) => {
        run++;
        for (const [i, more] of drawn.entries()) writer.add(journalRow(`${run}-${i}`, more));
        writer.commit();
        ingestAll(db, journal);
        for (const [i, { row, unit }] of drawn.entries()) {
          const found = await predictions.get(`${run}-${i}`);
          // JSON has no -0
          expect(found?.inputs).toEqual({ age: row[0] === 0 ? 0 : row[0], city: row[1] === 0 ? 0 : row[1] });
          expect(found?.unit).toBe(unit);
        }
      }),
      { numRuns: 60 },
    );
    writer.close();
    db.close();
  });
});
