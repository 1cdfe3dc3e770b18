import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { history } from '#mlx/registry/history.js';
import { resolveModel } from '#mlx/registry/resolve.js';
import { rollback } from '#mlx/registry/rollback.js';
import { startAbtest, stopAbtest } from '#mlx/rollout/abtest.js';
import { GOOD, type InjectedServer, Shop, until } from './fixtures/shop.js';

let shop: Shop;

beforeEach(async () => {
  shop = await Shop.open();
});

afterEach(() => shop.close());

/** A row that the failing releases of these tests fail on. */
const FATAL = { amount: 4, kind: 'c', member: true };
const GARBAGE = { bytes: Buffer.from('no model at all') };

async function post(server: InjectedServer, url: string, payload: object) {
  const response = await server.app.inject({ method: 'POST', url, payload });
  return { status: response.statusCode, body: response.json() };
}

async function versionOf(server: InjectedServer): Promise<number> {
  return (await post(server, '/predict', { features: GOOD })).body.model_version;
}

async function ready(server: InjectedServer) {
  const response = await server.app.inject({ url: '/ready' });
  return { status: response.statusCode, body: response.json() };
}

describe('following the registry', () => {
  it('starts without a production version, says why, and picks it up when there is one', async () => {
    await shop.release(null);
    const server = await shop.inject();
    expect(await ready(server)).toMatchObject({
      status: 503,
      body: {
        status: 'not ready',
        models: [{ reference: 'churn', version: null, problem: 'Model churn has no version in production.' }],
      },
    });
    const refused = await post(server, '/predict', { features: GOOD });
    expect([refused.status, refused.body.error.code]).toEqual([503, 'MODEL_NOT_FOUND']);
    expect((await server.app.inject({ url: '/health' })).statusCode).toBe(200);
    await shop.promote(1);
    await until(async () => (await ready(server)).status === 200);
    expect(await versionOf(server)).toBe(1);
  });

  it('takes up promotions, rollbacks and moved aliases without a restart', async () => {
    await shop.release('production');
    await shop.release('staging', { base: 0 });
    const server = await shop.inject({ models: ['churn', 'churn@staging'] });
    const staged = () => post(server, '/predict', { features: GOOD, model: 'churn@staging' });
    const production = async () =>
      (await post(server, '/predict', { features: GOOD, model: 'churn' })).body.model_version;
    expect([await production(), (await staged()).body.model_version]).toEqual([1, 2]);
    await shop.promote(2);
    await until(async () => (await production()) === 2);
    await until(async () => (await staged()).status === 503);
    await rollback(shop.store, {
      name: 'churn',
      reason: null,
      actor: 'test',
      automatic: false,
      now: shop.now,
    });
    await until(async () => (await production()) === 1);
  });

  it('takes up the start and the stop of an A/B test', async () => {
    await shop.release('production');
    await shop.release('staging');
    const server = await shop.inject();
    const ask = async () => (await post(server, '/predict_ab', { features: GOOD, user_id: 'u' })).status;
    expect(await ask()).toBe(404);
    await startAbtest(shop.store, { model: 'churn', treatment: 2, ratio: 0.5, actor: 'test', now: shop.now });
    await until(async () => (await ask()) === 200);
    await stopAbtest(shop.store, { ref: 'churn', actor: 'test', now: shop.now });
    await until(async () => (await ask()) === 404);
  });

  it('lets a request that is at work finish on the version it began with, and releases that one afterwards', async () => {
    await shop.release('production');
    const { core } = await shop.inject({ limits: { idleVersions: 0, pollMs: 60_000 } });
    const { loaded } = await core.catalog.find('churn').lease();
    await shop.release('production', { base: 0 });
    await core.catalog.look();
    expect(core.catalog.models[0]?.version).toBe(2);
    expect(core.pool.size).toBe(2);
    const results = await new Promise<readonly unknown[]>((resolve) =>
      loaded.batcher.add({ rows: [[4, 'b', null]], deadline: null, done: resolve }),
    );
    expect(results[0]).toMatchObject({ prediction: 'yes' });
    loaded.free();
    expect(core.pool.size).toBe(1);
    const packed = { rows: 1, numbers: Float64Array.of(4), texts: ['b', ''] };
    await expect(loaded.model.score(packed, false)).rejects.toMatchObject({ code: 'SCORING_FAILED' });
  });

  it('keeps only a few versions in memory that nothing uses', async () => {
    for (let version = 1; version <= 6; version++) await shop.release(version === 1 ? 'production' : null);
    const server = await shop.inject({ limits: { idleVersions: 2, pollMs: 60_000 } });
    const pool = async () =>
      (await server.app.inject({ url: '/metrics' })).body.match(/^mlx_loaded_versions (\d+)$/m)?.[1];
    for (const model_version of [2, 3, 4, 5, 6, 2, 3]) {
      expect((await post(server, '/predict', { features: GOOD, model_version })).body.model_version).toBe(
        model_version,
      );
    }
    expect(await pool()).toBe('3');
  });

  it('keeps answering with the old version when the new one cannot be loaded, then rolls back', async () => {
    await shop.release('production');
    const server = await shop.inject({ limits: { maxErrors: 3, pollMs: 60_000, reloadMs: 60_000 } });
    await shop.release('production', GARBAGE);
    await server.core.catalog.look();
    expect(shop.alerts).toMatchObject([{ kind: 'load-failed', details: { version: 2, answering: 1 } }]);
    expect((await ready(server)).body.models[0]).toMatchObject({
      version: 1,
      problem: expect.stringMatching(/Version 2 of churn cannot be loaded/),
    });
    for (const safe of [true, true, false]) {
      const { body } = await post(server, '/predict_safe', { features: GOOD });
      expect([body.model_version, body.fallback]).toEqual([1, safe]);
    }
    expect((await resolveModel(shop.store, 'churn')).version).toBe(1);
    expect(shop.alerts.map(({ kind }) => kind)).toEqual(['load-failed', 'automatic-rollback']);
  });

  it('rolls back a release that cannot be loaded when the server starts with it', async () => {
    await shop.release('production');
    await shop.release('production', GARBAGE);
    const server = await shop.inject({ limits: { maxErrors: 3 } });
    expect((await ready(server)).status).toBe(503);
    for (let i = 0; i < 2; i++) {
      const { status, body } = await post(server, '/predict', { features: GOOD });
      expect([status, body.error.code]).toEqual([500, 'SCORING_FAILED']);
    }
    expect(await versionOf(server)).toBe(1);
  });
});

describe('the rollback guard', () => {
  const failing = { failsOn: 'c' };

  it('takes production back after enough failures, and answers with the restored version at once', async () => {
    await shop.release('production');
    await shop.release('production', failing);
    const server = await shop.inject({ limits: { pollMs: 60_000 } });
    for (let i = 0; i < 10; i++) {
      const { status, body } = await post(server, '/predict', { features: FATAL });
      expect([status, body.error.code]).toEqual([500, 'SCORING_FAILED']);
      expect(body.error.message).not.toMatch(/\/|\.cc/);
    }
    const { status, body } = await post(server, '/predict', { features: FATAL });
    expect([status, body.model_version]).toEqual([200, 1]);
    const event = (await history(shop.store, 'churn')).find(({ kind }) => kind === 'rolled-back');
    expect(event).toMatchObject({
      actor: 'server@test',
      version: 2,
      evidence: {
        automatic: true,
        errors: 10,
        window_seconds: 300,
        last_error: expect.stringMatching(/NaN as a score/),
      },
    });
    expect(shop.alerts).toMatchObject([
      { kind: 'automatic-rollback', model: 'churn', details: { from: 2, to: 1 } },
    ]);
    const metrics = (await server.app.inject({ url: '/metrics' })).body;
    expect(metrics).toMatch(/^mlx_rollbacks_total\{model="churn"\} 1$/m);
    expect(metrics).toMatch(
      /^mlx_errors_total\{model="churn",version="2",arm="",code="SCORING_FAILED"\} 10$/m,
    );
  });

  it('never counts client errors, nor failures after the window', async () => {
    await shop.release('production');
    await shop.release('production', failing);
    const server = await shop.inject({ limits: { maxErrors: 2, windowSeconds: 60, pollMs: 60_000 } });
    for (let i = 0; i < 5; i++)
      expect((await post(server, '/predict', { features: { ...FATAL, amount: 'x' } })).status).toBe(400);
    shop.time = new Date(Date.now() + 61_000);
    for (let i = 0; i < 5; i++)
      expect((await post(server, '/predict', { features: FATAL })).status).toBe(500);
    expect(await versionOf(server)).toBe(2);
    expect(shop.alerts).toEqual([]);
  });

  it('counts a request once, however many of its rows fail', async () => {
    await shop.release('production');
    await shop.release('production', failing);
    const server = await shop.inject({ limits: { maxErrors: 2, pollMs: 60_000 } });
    const rows = [FATAL, GOOD, FATAL, FATAL, GOOD];
    const { status, body } = await post(server, '/batch_predict', { rows });
    expect([status, body.succeeded, body.failed]).toEqual([200, 2, 3]);
    expect(body.predictions[0].error.code).toBe('SCORING_FAILED');
    expect(await versionOf(server)).toBe(2);
    await post(server, '/batch_predict', { rows });
    expect(await versionOf(server)).toBe(1);
  });

  it('fails only the bad one of requests that share a run', async () => {
    await shop.release('production', failing);
    const server = await shop.inject();
    const rows = [GOOD, FATAL, GOOD, GOOD, FATAL];
    const answers = await Promise.all(rows.map((features) => post(server, '/predict', { features })));
    expect(answers.map(({ status }) => status)).toEqual([200, 500, 200, 200, 500]);
  });

  it('rolls back once when several servers see the failures', async () => {
    await shop.release('production');
    await shop.release('production');
    await shop.release('production', failing);
    const servers = [
      await shop.inject({ limits: { maxErrors: 3, pollMs: 60_000 } }),
      await shop.inject({ limits: { maxErrors: 3, pollMs: 60_000 } }),
    ];
    for (const server of servers)
      for (let i = 0; i < 3; i++) await post(server, '/predict', { features: FATAL });
    for (const server of servers) expect(await versionOf(server)).toBe(2);
    const events = await history(shop.store, 'churn');
    expect(events.filter(({ kind }) => kind === 'rolled-back')).toHaveLength(1);
    expect(shop.alerts).toHaveLength(1);
  });

  it('says so once when there is nothing to go back to, and keeps serving', async () => {
    await shop.release('production', failing);
    const server = await shop.inject({ limits: { maxErrors: 2 } });
    for (let i = 0; i < 6; i++) await post(server, '/predict', { features: FATAL });
    expect(shop.alerts.map(({ kind }) => kind)).toEqual(['rollback-impossible']);
    expect(await versionOf(server)).toBe(1);
  });

  it('is not kept from its work by an alert that cannot be delivered', async () => {
    await shop.release('production');
    await shop.release('production', failing);
    const alert = () => Promise.reject(new Error('no route to host'));
    const server = await shop.inject({ alert, limits: { maxErrors: 1 } });
    await post(server, '/predict', { features: FATAL });
    expect(await versionOf(server)).toBe(1);
    expect(shop.logged.map(({ message }) => message)).toContain(
      'an alert could not be delivered: no route to host',
    );
  });
});

describe('POST /predict_safe', () => {
  it('answers from the last good version when the served one fails', async () => {
    await shop.release('production');
    await shop.release('production', { failsOn: 'c' });
    const server = await shop.inject();
    const fine = await post(server, '/predict_safe', { features: GOOD });
    expect([fine.body.model_version, fine.body.fallback]).toEqual([2, false]);
    const failed = await post(server, '/predict_safe', { features: FATAL });
    expect([failed.status, failed.body.model_version, failed.body.fallback]).toEqual([200, 1, true]);
    expect((await post(server, '/predict_safe', { features: {} })).status).toBe(400);
  });

  it('fails when there is no good version', async () => {
    await shop.release('production', { failsOn: 'c' });
    const server = await shop.inject();
    expect((await post(server, '/predict_safe', { features: FATAL })).status).toBe(500);
  });
});
