import { rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { predictionId } from '#mlx/serving/prediction-id.js';
import { openPredictionLog, type PredictionLogOptions } from '#mlx/serving/prediction-log.js';
import { storePaths } from '#mlx/store/location.js';
import { journalRow } from '../store/journal/rows.js';
import { GOOD, Shop } from './fixtures/shop.js';

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open();
});

afterEach(() => shop.close());

const OPTIONS: PredictionLogOptions = {
  log: () => undefined,
  flushMs: 5,
  capacity: 1000,
  sample: 1,
  retentionMs: null,
};

async function loggedIds(sample: number, ids: readonly string[]): Promise<Set<string>> {
  const log = await openPredictionLog(shop.store, { ...OPTIONS, sample });
  for (const id of ids) log.add(journalRow(id));
  log.commit();
  await log.flush();
  const found = new Set<string>();
  for await (const { id } of shop.store.predictions.outcomes()) found.add(id);
  expect(log.state).toMatchObject({ written: found.size, sampledOut: ids.length - found.size, dropped: 0 });
  await log.close();
  return found;
}

describe('the sample', () => {
  const ids = Array.from({ length: 4000 }, (_, i) => predictionId(1_780_000_000_000 + i));

  it('is about the share of predictions that was asked for', async () => {
    const found = await loggedIds(0.25, ids);
    // 4000 draws with p = 1/4: five standard deviations are 137
    expect(Math.abs(found.size - 1000)).toBeLessThan(137);
  });

  it('is the same ids each time, and a part of every larger sample', async () => {
    const other = await Shop.open();
    const small = await loggedIds(0.1, ids);
    await shop.close();
    shop = other;
    const large = await loggedIds(0.3, ids);
    expect([...small].filter((id) => !large.has(id))).toEqual([]);
  });

  it('of nothing logs nothing, and answers have an id all the same', async () => {
    await shop.release('production');
    const { app, core } = await shop.inject({ limits: { logSample: 0 } });
    const answer = await app.inject({ method: 'POST', url: '/predict', payload: { features: GOOD } });
    expect(answer.json().prediction_id).toMatch(/^[0-9a-f-]{36}$/);
    await core.writer.flush();
    expect(await shop.store.predictions.count()).toBe(0);
    expect((await app.inject({ url: '/ready' })).json().prediction_log).toMatchObject({
      status: 'ok',
      sampled_out: 1,
    });
  });
});

describe('the id of a prediction', () => {
  it('is a UUID of version 7 that begins with the time', () => {
    const id = predictionId(Date.parse('2022-02-22T19:22:22.000Z'));
    // the time of the example in RFC 9562, A.6
    expect(id).toMatch(/^017f22e2-79b0-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(predictionId(2)).not.toBe(predictionId(2));
    expect(predictionId(1.7e12) < predictionId(1.7e12 + 1)).toBe(true);
  });
});

it('says how many predictions are lost when it ends without having been able to write them', async () => {
  const logged: string[] = [];
  const log = await openPredictionLog(shop.store, { ...OPTIONS, log: (_, message) => logged.push(message) });
  const { journal } = storePaths(shop.store.root);
  writeFileSync(journal, 'a file where the folder should be');
  log.add(journalRow('p1'));
  log.add(journalRow('p2'));
  log.commit();
  await log.close();
  expect(logged.at(-1)).toBe('2 predictions could not be logged');
  rmSync(journal);
});
