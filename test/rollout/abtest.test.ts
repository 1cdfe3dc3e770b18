import fc from 'fast-check';
import { expect, test } from 'vitest';
import { history } from '#mlx/registry/history.js';
import { verifyChain } from '#mlx/registry/verify.js';
import { findAbtest, runningAbtest, startAbtest, stopAbtest } from '#mlx/rollout/abtest.js';
import { armVersion, assignArm } from '#mlx/rollout/assignment.js';
import { createRandom } from '#mlx/stats/random.js';
import { testModel } from '../registry/registered.js';
import { clock, temporaryStore } from '../store/temporary-store.js';

async function twoVersions() {
  const store = await temporaryStore();
  const churn = testModel(store);
  await churn.add();
  await churn.add();
  await churn.move(1);
  const spec = { model: 'churn', treatment: 2, ratio: 0.2, actor: 'ann', now: clock() };
  return { store, spec, churn };
}

test('a test starts against production, is found, and stops once; the history has both', async () => {
  const { store, spec } = await twoVersions();
  const started = await startAbtest(store, spec);
  expect(started).toMatchObject({ model: 'churn', control: 1, treatment: 2, ratio: 0.2, status: 'running' });
  expect(await runningAbtest(store, 'churn')).toEqual(started);
  expect(await findAbtest(store, 'churn')).toEqual(started);
  expect(await findAbtest(store, started.id)).toEqual(started);
  const stop = { ref: 'churn', reason: 'done', actor: 'ann', now: clock('2026-03-02T00:00:00Z') };
  const stopped = await stopAbtest(store, stop);
  expect(stopped).toEqual({
    ...started,
    status: 'stopped',
    stoppedAt: '2026-03-02T00:00:00.000Z',
    reason: 'done',
  });
  expect(await runningAbtest(store, 'churn')).toBeNull();
  expect(await findAbtest(store, 'churn')).toEqual(stopped);
  await expect(stopAbtest(store, stop)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  expect((await history(store, 'churn')).slice(-2)).toMatchObject([
    { kind: 'abtest-started', evidence: { id: started.id, control: 1, treatment: 2, ratio: 0.2 } },
    { kind: 'abtest-stopped', reason: 'done' },
  ]);
  expect(await verifyChain(store)).toMatchObject({ ok: true });
});

test('a model has one running test at a time', async () => {
  const { store, spec } = await twoVersions();
  await startAbtest(store, spec);
  await expect(startAbtest(store, spec)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  await stopAbtest(store, { ref: 'churn', actor: 'ann', now: clock() });
  expect((await startAbtest(store, spec)).status).toBe('running');
});

test.each([
  [{ ratio: 0 }, 'PARAM_INVALID'],
  [{ ratio: 1 }, 'PARAM_INVALID'],
  [{ ratio: Number.NaN }, 'PARAM_INVALID'],
  [{ treatment: 1 }, 'PARAM_INVALID'],
  [{ treatment: 9 }, 'MODEL_NOT_FOUND'],
  [{ control: 9 }, 'MODEL_NOT_FOUND'],
  [{ model: 'nope' }, 'MODEL_NOT_FOUND'],
  [{ model: '../x' }, 'NAME_INVALID'],
])('a test with %j is refused', async (more, code) => {
  const { store, spec } = await twoVersions();
  await expect(startAbtest(store, { ...spec, ...more })).rejects.toMatchObject({ code });
  expect(await store.abtests.list()).toEqual([]);
});

test('versions of different tasks are not compared, and something must be the control', async () => {
  const { store, spec, churn } = await twoVersions();
  await churn.add({ task: 'regression' });
  await expect(startAbtest(store, { ...spec, treatment: 3 })).rejects.toMatchObject({
    code: 'PARAM_INVALID',
  });
  await churn.move(1, 'archived');
  await expect(startAbtest(store, spec)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  expect((await startAbtest(store, { ...spec, control: 1 })).control).toBe(1);
  await expect(findAbtest(store, 'nope')).rejects.toMatchObject({ code: 'ABTEST_NOT_FOUND' });
});

test('a unit keeps its arm, whatever the random numbers, and a larger ratio only adds units', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.string(),
      fc.double({ min: 0.01, max: 0.5, noNaN: true }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (salt, unit, ratio, draw) => {
        const arm = assignArm({ salt, ratio }, unit, () => draw);
        expect(assignArm({ salt, ratio }, unit, () => 0)).toBe(arm);
        if (arm === 'treatment')
          expect(assignArm({ salt, ratio: ratio * 2 }, unit, () => 1)).toBe('treatment');
      },
    ),
  );
});

test.each([0.1, 0.5])('a share of %d of units, and of the rest at random, gets the treatment', (ratio) => {
  const random = createRandom(1);
  const draws = 20_000;
  const share = (unit: (i: number) => string | null) => {
    let treated = 0;
    for (let i = 0; i < draws; i++) {
      if (assignArm({ salt: 's', ratio }, unit(i), () => random.next()) === 'treatment') treated++;
    }
    return treated / draws;
  };
  // Within five standard errors.
  const error = 5 * Math.sqrt((ratio * (1 - ratio)) / draws);
  expect(Math.abs(share((i) => `user-${i}`) - ratio)).toBeLessThan(error);
  expect(Math.abs(share(() => null) - ratio)).toBeLessThan(error);
});

test('assignments under two salts are independent', () => {
  let both = 0;
  for (let i = 0; i < 20_000; i++) {
    const arms = ['a', 'b'].map((salt) => assignArm({ salt, ratio: 0.5 }, `u${i}`, () => 0));
    if (arms.every((arm) => arm === 'treatment')) both++;
  }
  expect(Math.abs(both / 20_000 - 0.25)).toBeLessThan(0.016);
});

test('each arm has its version', () => {
  expect(armVersion({ control: 1, treatment: 2 }, 'control')).toBe(1);
  expect(armVersion({ control: 1, treatment: 2 }, 'treatment')).toBe(2);
});
