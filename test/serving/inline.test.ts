import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ThreadedModel } from '#mlx/scoring/thread/threaded-model.js';
import { GOOD, type InjectedServer, Shop, until } from './fixtures/shop.js';

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open();
});

afterEach(() => shop.close());

function ask(server: InjectedServer, url: string, body: unknown) {
  return server.app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json' },
    payload: JSON.stringify(body),
  });
}

const rowsOf = (count: number) =>
  Array.from({ length: count }, (_, row) => ({ amount: row % 11, kind: 'abc'[row % 3], member: null }));

describe('a model that mlx’s own engine runs', () => {
  it('gives the answers of ONNX Runtime: one row, few and thousands, in every dialect', async () => {
    const inThread = await shop.release('production', { isInline: false });
    const inline = await shop.release('staging', { isInline: true });
    const server = await shop.inject();
    const requests: readonly (readonly [
      url: (version: number) => string,
      body: (version: number) => unknown,
    ])[] = [
      [() => '/predict', (version) => ({ features: GOOD, model_version: version })],
      [() => '/predict', (version) => ({ features: [null, 'zzz', null], model_version: version })],
      [() => '/batch_predict', (version) => ({ rows: rowsOf(7), model_version: version })],
      [() => '/batch_predict', (version) => ({ rows: rowsOf(5000), model_version: version })],
      [(version) => `/v1/models/churn/versions/${version}:predict`, () => ({ instances: rowsOf(3) })],
    ];
    for (const [url, body] of requests) {
      const [expected, answer] = await Promise.all(
        [inThread, inline].map(async (version) => {
          const { statusCode, body: text } = await ask(server, url(version), body(version));
          expect(statusCode).toBe(200);
          return scoresIn(JSON.parse(text));
        }),
      );
      expect(answer).toEqual(expected);
    }
  });

  it('is asked on the event loop for few rows, and in its thread for many', async () => {
    await shop.release('production', { isInline: true });
    const server = await shop.inject();
    const packs = vi.spyOn(ThreadedModel.prototype, 'score');
    await ask(server, '/predict', { features: GOOD });
    await ask(server, '/batch_predict', { rows: rowsOf(3) });
    expect(packs).not.toHaveBeenCalled();
    const { body } = await ask(server, '/batch_predict', { rows: rowsOf(9000) });
    expect(JSON.parse(body).predictions).toHaveLength(9000);
    expect(packs).toHaveBeenCalled();
    packs.mockRestore();
  });

  it('fails on one row of several alone, and its answers are logged', async () => {
    await shop.release('production', { isInline: true, failsOn: 'c' });
    const server = await shop.inject();
    expect((await ask(server, '/predict', { features: { ...GOOD, kind: 'c' } })).statusCode).toBe(500);
    const { statusCode, body } = await ask(server, '/batch_predict', { rows: rowsOf(6) });
    expect(statusCode).toBe(200);
    const { predictions } = JSON.parse(body) as { predictions: readonly { error?: unknown }[] };
    expect(predictions.map(({ error }) => error === undefined)).toEqual([
      true,
      true,
      false,
      true,
      true,
      false,
    ]);
    await until(async () => (await shop.store.predictions.count()) === 4);
  });
});

/** The answers without what is each request's own. */
function scoresIn(value: unknown): unknown {
  const own = new Set(['prediction_id', 'model_version', 'inference_time_ms', 'batch_id', 'id']);
  return JSON.parse(JSON.stringify(value, (key, inner) => (own.has(key) ? undefined : inner)));
}
