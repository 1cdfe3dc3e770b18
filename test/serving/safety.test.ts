import { rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MlxError } from '#mlx/errors.js';
import { newTrace } from '#mlx/serving/metrics/trace.js';
import { storePaths } from '#mlx/store/location.js';
import { GOOD, Shop, until } from './fixtures/shop.js';

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open();
  await shop.release('production');
});

afterEach(() => shop.close());

const BODY = { features: GOOD };

describe('the log that cannot be written', () => {
  it('does not stop the server, is told, and is made up for', async () => {
    const { app } = await shop.inject({ limits: { logCapacity: 3 } });
    const { journal } = storePaths(shop.store.root);
    writeFileSync(journal, 'a file where the folder should be');
    const predict = () => app.inject({ method: 'POST', url: '/predict', payload: BODY });
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.push((await predict()).json().prediction_id);
    const ready = await app.inject({ url: '/ready' });
    expect(ready.statusCode).toBe(200);
    expect(ready.json().prediction_log).toEqual({
      status: 'failing',
      problem: 'a file could not be written',
      pending: 3,
      written: 0,
      dropped: 2,
      sampled_out: 0,
    });
    expect(ready.body).not.toContain(shop.store.root);
    const metrics = (await app.inject({ url: '/metrics' })).body;
    expect(metrics).toContain('mlx_prediction_log_healthy 0');
    expect(metrics).toContain('mlx_prediction_log_rows{state="dropped"} 2');
    const payload = { prediction_id: ids[0], label: 'yes' };
    expect((await app.inject({ method: 'POST', url: '/feedback', payload })).statusCode).toBe(500);
    expect(shop.logged.filter(({ message }) => /cannot be logged/.test(message))).toHaveLength(1);
    rmSync(journal);
    await until(async () => (await app.inject({ url: '/ready' })).json().prediction_log.status === 'ok');
    expect(shop.logged.filter(({ message }) => /logged again/.test(message))).toHaveLength(1);
    expect((await app.inject({ method: 'POST', url: '/feedback', payload })).json()).toMatchObject({
      added: 1,
    });
    expect(await shop.store.predictions.get(ids[2] as string)).toBeDefined();
    expect((await predict()).statusCode).toBe(200);
    expect((await app.inject({ url: '/metrics' })).body).toContain('mlx_prediction_log_healthy 1');
  });

  it('takes many rows at once', async () => {
    const { app, core } = await shop.inject({ limits: { flushMs: 60_000 } });
    const payload = { rows: new Array(1700).fill(GOOD) };
    expect((await app.inject({ method: 'POST', url: '/batch_predict', payload })).json().succeeded).toBe(
      1700,
    );
    await core.writer.flush();
    expect(await shop.store.predictions.count()).toBe(1700);
  });

  it('hides the words of the store from clients', async () => {
    const { app } = await shop.inject();
    shop.store.predictions.addLabels = async () => {
      throw new MlxError('FILE_UNWRITABLE', '/secret/log.db: attempt to write a readonly database');
    };
    const response = await app.inject({
      method: 'POST',
      url: '/feedback',
      payload: { prediction_id: 'x', label: 1 },
    });
    expect([response.statusCode, response.json().error.message]).toEqual([
      500,
      'A file could not be written.',
    ]);
    expect(shop.logged.at(-1)?.message).toContain('/secret/log.db');
  });

  it('is written to the end when the server closes', async () => {
    const { app, close } = await shop.inject({ limits: { flushMs: 60_000 } });
    const id = (await app.inject({ method: 'POST', url: '/predict', payload: BODY })).json().prediction_id;
    await close();
    expect(await shop.store.predictions.get(id)).toMatchObject({ id });
  });
});

describe('load', () => {
  it('refuses requests beyond the limit with 429 and Retry-After', async () => {
    const { app, core } = await shop.inject({ limits: { requestLimit: 2 } });
    const lease = await core.catalog.find(undefined).lease();
    const context = { unit: null, requestId: null, trace: newTrace(performance.now()), deadline: null };
    const atWork = [1, 2].map(() => core.predictor.one(lease, [4, 'b', null], context));
    await expect(core.predictor.one(lease, [4, 'b', null], context)).rejects.toMatchObject({
      code: 'OVERLOADED',
    });
    await Promise.all(atWork);
    lease.loaded.free();
    const next = await app.inject({ method: 'POST', url: '/predict', payload: BODY });
    expect(next.statusCode).toBe(200);
    const full = await shop.inject({ limits: { requestLimit: 0 } });
    const answer = await full.app.inject({ method: 'POST', url: '/predict', payload: BODY });
    expect(answer.statusCode).toBe(429);
    expect(answer.headers['retry-after']).toBe('1');
    expect(answer.json().error.code).toBe('OVERLOADED');
  });

  it('warns of slow predictions, not of each', async () => {
    const { app } = await shop.inject({ limits: { slowMs: 0 } });
    for (let i = 0; i < 5; i++) await app.inject({ method: 'POST', url: '/predict', payload: BODY });
    expect(shop.logged.filter(({ message }) => /a prediction of churn\/1 took/.test(message))).toHaveLength(
      1,
    );
  });
});

describe('start', () => {
  it.each([
    ['no model', [], 'USAGE'],
    ['a name that is none', ['../x'], 'NAME_INVALID'],
  ])('is refused with %s', async (_, models, code) => {
    await expect(shop.inject({ models })).rejects.toMatchObject({ code });
  });
});
