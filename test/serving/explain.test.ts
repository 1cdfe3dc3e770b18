import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MlxError } from '#mlx/errors.js';
import {
  ExplainerPool,
  type ModelExplainer,
  type RowExplanation,
} from '#mlx/serving/explain/explainer-pool.js';
import type { LoadedVersion } from '#mlx/serving/loaded-version.js';
import { GOOD, type InjectedServer, Shop, until } from './fixtures/shop.js';

const PARTS = { expected: -1, raw_score: 1.5, contributions: { amount: 2, kind: 0.5, member: 0 } };

let shop: Shop;
let server: InjectedServer;
const asked: unknown[] = [];

beforeAll(async () => {
  shop = await Shop.open();
  await shop.release('production');
  const explain = async (): Promise<ModelExplainer> => ({
    waiting: 0,
    explain: async (row) => {
      asked.push(row);
      return { unit: 'log odds', scores: { yes: PARTS } };
    },
    close: async () => undefined,
  });
  server = await shop.inject({ explain });
});

afterAll(() => shop.close());

describe('POST /explain', () => {
  const post = (app: InjectedServer['app'], payload: object) =>
    app.inject({ method: 'POST', url: '/explain', payload });

  it('answers the prediction and what each column did to its score', async () => {
    const { statusCode, body, headers } = await post(server.app, { features: GOOD, model_version: 1 });
    expect([statusCode, headers['x-mlx-model-version']]).toEqual([200, '1']);
    expect(JSON.parse(body)).toEqual({
      prediction: 'yes',
      confidence: 0.6875,
      probabilities: { no: 0.3125, yes: 0.6875 },
      model_name: 'churn',
      model_version: 1,
      explanation: { unit: 'log odds', of: 'yes', scores: { yes: PARTS } },
    });
    expect(asked.at(-1)).toEqual([4, 'b', 'true']);
  });

  it('is neither logged nor counted as a prediction', async () => {
    await post(server.app, { features: GOOD });
    await server.core.writer.flush();
    const summary = (await server.app.inject('/metrics/summary')).json();
    expect(summary.models).toEqual([]);
    expect(summary.prediction_log.written).toBe(0);
  });

  it('refuses what /predict refuses', async () => {
    expect((await post(server.app, { features: { amount: 'x' } })).statusCode).toBe(400);
    expect((await post(server.app, { features: GOOD, model: 'nobody' })).statusCode).toBe(404);
  });

  it('says where nothing can be explained', async () => {
    const { app } = await shop.inject();
    const { statusCode, body } = await post(app, { features: GOOD });
    expect([statusCode, JSON.parse(body).error.code]).toEqual([422, 'EXPLANATION_UNAVAILABLE']);
  });
});

describe('explainers', () => {
  const versionOf = (sha256: string) => ({ record: { sha256 } }) as unknown as LoadedVersion;

  class Opened {
    readonly paths: string[] = [];
    readonly closed: string[] = [];
    waiting = 0;
    work: () => Promise<RowExplanation> = async () => ({ unit: 'value', scores: {} });

    readonly open = async ({ path }: { path: string }): Promise<ModelExplainer> => {
      this.paths.push(path);
      const { waiting } = this;
      return {
        waiting,
        explain: () => this.work(),
        close: async () => {
          this.closed.push(path);
        },
      };
    };

    pool(more: Partial<{ idleMs: number; capacity: number; queueLimit: number }> = {}): ExplainerPool {
      const options = {
        pathOf: (sha256: string) => `/${sha256}`,
        idleMs: 60_000,
        capacity: 2,
        queueLimit: 8,
        ...more,
      };
      return new ExplainerPool(this.open, options);
    }
  }

  it('are opened once a version, and kept for the versions asked last', async () => {
    const opened = new Opened();
    const pool = opened.pool();
    for (const sha of ['a', 'b', 'a', 'a', 'c']) await pool.explain(versionOf(sha), []);
    expect(opened.paths).toEqual(['/a', '/b', '/c']);
    await until(() => opened.closed.length === 1);
    expect(opened.closed).toEqual(['/b']);
    pool.close();
    await until(() => opened.closed.length === 3);
  });

  it('are closed when nobody asks for a while', async () => {
    const opened = new Opened();
    const pool = opened.pool({ idleMs: 20 });
    await pool.explain(versionOf('a'), []);
    await until(() => opened.closed.length === 1);
  });

  it('are opened again after their thread has died', async () => {
    const opened = new Opened();
    const pool = opened.pool();
    opened.work = async () => {
      throw new MlxError('SCORING_FAILED', 'The thread that explains has ended.');
    };
    await expect(pool.explain(versionOf('a'), [])).rejects.toThrow('has ended');
    opened.work = async () => ({ unit: 'value', scores: {} });
    await pool.explain(versionOf('a'), []);
    expect(opened.paths).toEqual(['/a', '/a']);
    pool.close();
  });

  it('refuse more rows than may wait', async () => {
    const opened = new Opened();
    opened.waiting = 8;
    await expect(opened.pool().explain(versionOf('a'), [])).rejects.toMatchObject({ code: 'OVERLOADED' });
  });
});
