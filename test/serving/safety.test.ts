import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MlxError } from '#mlx/errors.js';
import { GOOD, Shop, until } from './fixtures/shop.js';

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open();
  await shop.release('production');
});

afterEach(() => shop.close());

const BODY = { features: GOOD };

describe('tokens', () => {
  it.each([
    ['no header', undefined, 401],
    ['a wrong token', 'Bearer wrong', 401],
    ['no token', 'Bearer ', 401],
    ['another scheme', 'Basic secret-1', 401],
    ['the first token', 'Bearer secret-1', 200],
    ['the second token, in another case of the scheme', 'bearer secret-22', 200],
  ])('with %s', async (_, authorization, status) => {
    const { app } = await shop.inject({ tokens: ['secret-1', 'secret-22'] });
    const headers = authorization === undefined ? {} : { authorization };
    for (const url of ['/predict', '/v1/models/churn:predict']) {
      const payload = url === '/predict' ? BODY : { instances: [GOOD] };
      const response = await app.inject({ method: 'POST', url, headers, payload });
      expect(response.statusCode).toBe(status);
      if (status === 401) expect(response.headers['www-authenticate']).toBe('Bearer');
    }
    for (const url of ['/ready', '/metrics', '/docs/schema', '/openapi.json', '/v2', '/v2/health/live']) {
      expect((await app.inject({ url, headers })).statusCode).toBe(status);
    }
    // The page holds nothing until it is given a token: browsers send none of their own.
    for (const url of ['/health', '/docs']) expect((await app.inject({ url })).statusCode).toBe(200);
  });
});

describe('Host and Origin', () => {
  it.each([
    ['localhost:8080', undefined, 200],
    ['127.0.0.1', undefined, 200],
    ['[::1]:9000', 'http://[::1]:9000', 200],
    ['LOCALHOST:1', 'http://localhost:1', 200],
    ['evil.example', undefined, 403],
    ['evil.example:8080', undefined, 403],
    ['127.0.0.1.evil.example', undefined, 403],
    ['localhost:8080', 'https://evil.example', 403],
    ['localhost:8080', 'null', 403],
    ['localhost:8080', 'http://localhost:3000', 403],
    ['localhost:8080', 'https://app.example', 200],
    ['models.example', undefined, 200],
  ])('Host %s with Origin %s on a loopback address: %i', async (host, origin, status) => {
    const { app } = await shop.inject({
      allowedOrigins: ['https://app.example'],
      allowedHosts: ['models.example'],
    });
    const headers = { host, ...(origin === undefined ? {} : { origin }) };
    const response = await app.inject({ method: 'POST', url: '/predict', headers, payload: BODY });
    expect(response.statusCode).toBe(status);
  });

  it('takes any Host on other addresses', async () => {
    const { app } = await shop.inject({ host: '0.0.0.0' });
    expect((await app.inject({ url: '/ready', headers: { host: 'models.example' } })).statusCode).toBe(200);
  });
});

describe('the log that cannot be written', () => {
  it('does not stop the server, is told, and is made up for', async () => {
    const append = shop.store.predictions.append.bind(shop.store.predictions);
    const { app, core } = await shop.inject({ limits: { logCapacity: 3 } });
    shop.store.predictions.append = async () => {
      throw new MlxError('DISK_FULL', '/secret/log.db: database or disk is full');
    };
    const predict = () => app.inject({ method: 'POST', url: '/predict', payload: BODY });
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.push((await predict()).json().prediction_id);
    await core.writer.flush();
    const ready = await app.inject({ url: '/ready' });
    expect(ready.statusCode).toBe(200);
    expect(ready.json().prediction_log).toEqual({
      status: 'failing',
      problem: 'no space is left on the device',
      pending: 3,
      written: 0,
      dropped: 2,
    });
    expect(ready.body).not.toContain('secret');
    expect(shop.logged.filter(({ level }) => level === 'error')).toHaveLength(1);
    shop.store.predictions.append = append;
    await until(async () => (await app.inject({ url: '/ready' })).json().prediction_log.status === 'ok');
    expect(await shop.store.predictions.get(ids[2] as string)).toBeDefined();
    expect((await predict()).statusCode).toBe(200);
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
  it('refuses requests beyond the limit with 503 and Retry-After', async () => {
    const { app, core } = await shop.inject({ limits: { requestLimit: 2 } });
    const lease = await core.catalog.find(undefined).lease();
    const context = { unit: null, requestId: null, startedAt: performance.now(), deadline: null };
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
    expect(answer.statusCode).toBe(503);
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
