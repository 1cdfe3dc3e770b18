import { describe, expect, it } from 'vitest';
import { productionOf, retrain } from '#mlx/retraining/retrain.js';
import type { Store } from '#mlx/store/store.js';
import { listRuns } from '#mlx/tracking/list-runs.js';
import { primaryMetric } from '#mlx/tracking/primary-metric.js';
import { customersCsv } from '../cli/harness.js';
import { depsOf, put, specOf } from '../modeling/fixtures.js';
import { temporaryStore } from '../store/temporary-store.js';

const TEST = put('test.csv', customersCsv(300, { seed: 9 }));
const BAD = put('bad.csv', customersCsv(150, { seed: 2, noise: 0.45 }));
const GOOD = put('good.csv', customersCsv(900, { seed: 3, noise: 0.1 }));

const again = (store: Store, data: string, more: { minImprovement?: number; target?: string } = {}) =>
  retrain(
    {
      name: 'churn',
      modeling: specOf(data, more.target ?? 'left', { test: TEST, drop: ['id'] }),
      minImprovement: more.minImprovement ?? 0,
      actor: 'tester',
    },
    depsOf(store),
  );

describe('retraining', () => {
  it('promotes the first, keeps production on the same data, promotes what better data gave', async () => {
    const store = await temporaryStore();
    const first = await again(store, BAD);
    expect(first.contest).toMatchObject({ better: true, reason: 'nothing is in production yet' });
    expect(first.promoted).toMatchObject({ version: 1, stage: 'production' });

    const same = await again(store, BAD);
    expect(same.promoted).toBeNull();
    expect(same.contest).toMatchObject({ better: false, productionVersion: 1 });
    expect(same.contest.candidate).toBe(same.contest.production);
    expect(same.trained.run.tags).toMatchObject({ retrain: 'churn' });

    const better = await again(store, GOOD);
    expect(better.contest.better).toBe(true);
    expect(better.promoted).toMatchObject({ version: 2, stage: 'production' });
    const events = await store.registry.events('churn');
    expect(events.at(-1)?.reason).toMatch(/^retrained: roc_auc/);

    const worse = await again(store, BAD);
    expect(worse.promoted).toBeNull();
    expect(await productionOf(store, 'churn')).toMatchObject({ version: 2 });
  });

  it('what is better by less than was asked stays a run', async () => {
    const store = await temporaryStore();
    await again(store, BAD);
    const { contest, promoted, trained } = await again(store, GOOD, { minImprovement: 0.9 });
    expect([contest.better, promoted]).toEqual([false, null]);
    expect(trained.run.status).toBe('finished');
  });

  it('a production model that was made for something else is not replaced in silence', async () => {
    const store = await temporaryStore();
    await again(store, BAD);
    const { contest, promoted } = await again(store, GOOD, { target: 'plan' });
    expect(contest).toMatchObject({ better: false, production: null });
    expect(contest.reason).toMatch(/other classes or another task/);
    expect(promoted).toBeNull();
  });

  it('is BUSY while another is at it, and free again when that one ends, also in failure', async () => {
    const store = await temporaryStore();
    await store.locks.acquire('retrain:churn');
    await expect(again(store, BAD)).rejects.toMatchObject({
      code: 'BUSY',
      exitCode: 5,
      details: { model: 'churn', pid: process.pid },
    });
    expect(await listRuns(store, { limit: 10 })).toEqual([]);
    await store.locks.release('retrain:churn');
    await expect(again(store, '/nowhere.csv')).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect((await again(store, BAD)).promoted).not.toBeNull();
  });
});

it.each([
  [{ roc_auc: 0.8, accuracy: 0.7 }, 'roc_auc'],
  [{ roc_auc: Number.NaN, accuracy: 0.7 }, 'accuracy'],
  [{ rmse: 3, mae: 2, r2: 0.5 }, 'rmse'],
])('%j is judged by %s', (metrics, name) => {
  expect(primaryMetric(metrics)).toBe(name);
});

it('without a metric there is nothing to judge by', () => {
  expect(() => primaryMetric({ roc_auc: Number.NaN })).toThrow(
    expect.objectContaining({ code: 'TRAINING_FAILED' }),
  );
});
