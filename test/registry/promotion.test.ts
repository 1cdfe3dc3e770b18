import { expect, test } from 'vitest';
import { history, stateAt } from '#mlx/registry/history.js';
import type { VersionSpec } from '#mlx/registry/register.js';
import { rollback, rollbackTarget } from '#mlx/registry/rollback.js';
import { verifyChain } from '#mlx/registry/verify.js';
import type { Store } from '#mlx/store/store.js';
import { temporaryStore } from '../store/temporary-store.js';
import { stagesOf, testModel } from './registered.js';

test('one version is in production; the one before it is archived, with events for both', async () => {
  const store = await temporaryStore();
  const churn = testModel(store);
  for (let i = 0; i < 2; i++) await churn.add();
  expect(await churn.move(1)).toMatchObject({
    from: 'none',
    to: 'production',
    replaced: null,
    changed: true,
  });
  const second = await churn.move(2, 'production', { reason: 'better' });
  expect(second).toMatchObject({
    version: { version: 2, stage: 'production' },
    replaced: { version: 1, stage: 'archived' },
    archived: [],
  });
  expect(second.events).toMatchObject([
    { kind: 'archived', version: 1, fromStage: 'production', toStage: 'archived' },
    { kind: 'promoted', version: 2, fromStage: 'none', toStage: 'production', reason: 'better' },
  ]);
  expect(await stagesOf(store)).toBe('1:archived 2:production');
});

test('promoting a version to where it is records nothing', async () => {
  const store = await temporaryStore();
  const churn = testModel(store);
  await churn.add();
  await churn.move(1);
  expect(await churn.move(1)).toMatchObject({ changed: false, events: [], replaced: null });
  expect(await history(store, 'churn')).toHaveLength(2);
});

const SAME_TEST = { testDigest: 't' };
test.each<[string, Partial<VersionSpec>, Partial<VersionSpec>, string]>([
  ['a better one', { metrics: { roc_auc: 0.8 } }, { metrics: { roc_auc: 0.9 } }, 'passed'],
  ['an equal one', { metrics: { roc_auc: 0.8 } }, { metrics: { roc_auc: 0.8 } }, 'passed'],
  ['a worse one', { metrics: { roc_auc: 0.8 } }, { metrics: { roc_auc: 0.7 } }, 'failed'],
  [
    'worse in roc_auc, better in accuracy',
    { metrics: { roc_auc: 0.8, accuracy: 0.5 } },
    { metrics: { roc_auc: 0.7, accuracy: 0.9 } },
    'failed',
  ],
  [
    'worse accuracy without roc_auc',
    { metrics: { accuracy: 0.8 } },
    { metrics: { accuracy: 0.7, roc_auc: 1 } },
    'failed',
  ],
  ['worse f1 alone', { metrics: { f1: 0.8 } }, { metrics: { f1: 0.7 } }, 'failed'],
  [
    'a lower rmse',
    { task: 'regression', metrics: { rmse: 2 } },
    { task: 'regression', metrics: { rmse: 1 } },
    'passed',
  ],
  [
    'a higher rmse',
    { task: 'regression', metrics: { rmse: 1 } },
    { task: 'regression', metrics: { rmse: 2 } },
    'failed',
  ],
  ['other test data', { testDigest: 'x', metrics: { f1: 1 } }, { metrics: { f1: 0 } }, 'not-comparable'],
  [
    'unknown test data',
    { testDigest: null, metrics: { f1: 1 } },
    { testDigest: null, metrics: { f1: 0 } },
    'not-comparable',
  ],
  ['no common metric', { metrics: { f1: 1 } }, { metrics: { accuracy: 0 } }, 'not-comparable'],
  ['another task', { metrics: { f1: 1 } }, { task: 'regression', metrics: { rmse: 1 } }, 'not-comparable'],
])('the gate on %s', async (_, current, candidate, outcome) => {
  const store = await temporaryStore();
  const churn = testModel(store);
  await churn.add({ ...SAME_TEST, ...current });
  await churn.add({ ...SAME_TEST, ...candidate });
  expect((await churn.move(1)).gate.outcome).toBe('not-applicable');
  if (outcome !== 'failed') {
    expect((await churn.move(2)).gate.outcome).toBe(outcome);
    return;
  }
  await expect(churn.move(2)).rejects.toMatchObject({
    code: 'GATE_FAILED',
    exitCode: 3,
    details: { candidate: expect.any(Number), current: expect.any(Number), current_version: 1 },
  });
  expect(await stagesOf(store)).toBe('1:production 2:none');
  expect((await churn.move(2, 'staging')).gate.outcome).toBe('not-applicable');
  const forced = await churn.move(2, 'production', { force: true });
  expect(forced.gate.outcome).toBe('forced');
  expect(forced.events.at(-1)?.evidence).toMatchObject({ forced: true, gate: { outcome: 'forced' } });
});

test('an uncertified version goes to staging, and to production by force alone', async () => {
  const store = await temporaryStore();
  const churn = testModel(store);
  await churn.add({ certified: false });
  await churn.move(1, 'staging');
  await expect(churn.move(1)).rejects.toMatchObject({ code: 'MODEL_UNCERTIFIED' });
  const forced = await churn.move(1, 'production', { force: true });
  expect(forced.gate.outcome).toBe('forced');
  expect(forced.events[0]?.evidence).toMatchObject({ forced: true, certified: false });
});

test('keepLatest archives older versions, never production and never the promoted one', async () => {
  const store = await temporaryStore();
  const churn = testModel(store);
  for (let i = 0; i < 6; i++) await churn.add();
  await churn.move(2);
  await churn.move(3, 'staging');
  expect((await churn.move(1, 'staging', { keepLatest: 2 })).archived).toEqual([4, 3]);
  expect(await stagesOf(store)).toBe('1:staging 2:production 3:archived 4:archived 5:none 6:none');
  await expect(churn.move(5, 'staging', { keepLatest: 0 })).rejects.toMatchObject({ code: 'PARAM_INVALID' });
});

test('a dry run says what would happen and changes nothing', async () => {
  const store = await temporaryStore();
  const churn = testModel(store);
  for (let i = 0; i < 3; i++) await churn.add();
  await churn.move(1);
  const before = await store.registry.state('churn');
  const counter = await store.changeCounter();
  expect(await churn.move(2, 'production', { dryRun: true, keepLatest: 1 })).toMatchObject({
    version: { version: 2, stage: 'production' },
    replaced: { version: 1, stage: 'archived' },
    archived: [],
    events: [],
  });
  expect(await store.registry.state('churn')).toEqual(before);
  expect(await store.changeCounter()).toBe(counter);
});

test('a version that is not there is not promoted', async () => {
  const store = await temporaryStore();
  const churn = testModel(store);
  await expect(churn.move(1)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  await churn.add();
  await expect(churn.move(2)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
});

const goBack = (store: Store, more: object = {}) => {
  const spec = {
    name: 'churn',
    reason: 'errors',
    actor: 'guard',
    automatic: true,
    now: () => new Date('2026-04-01T00:00:00Z'),
  };
  return rollback(store, { ...spec, ...more });
};

test('rollbacks go back further each time, never to a version that was rolled back from', async () => {
  const store = await temporaryStore();
  const churn = testModel(store);
  for (let i = 0; i < 4; i++) await churn.add();
  for (const version of [1, 2, 3]) await churn.move(version);
  const first = await goBack(store, { evidence: { errors: 10 } });
  expect(first).toMatchObject({
    from: { version: 3, stage: 'archived' },
    to: { version: 2, stage: 'production' },
    event: {
      kind: 'rolled-back',
      version: 3,
      reason: 'errors',
      evidence: { errors: 10, automatic: true, to_version: 2 },
    },
  });
  expect((await goBack(store)).to.version).toBe(1);
  await expect(goBack(store)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  expect(await stagesOf(store)).toBe('1:production 2:archived 3:archived 4:none');
  // Promoted again on purpose, version 3 is good again.
  await churn.move(3);
  await churn.move(4);
  expect((await goBack(store)).to.version).toBe(3);
  expect(await verifyChain(store)).toMatchObject({ ok: true });
});

test('a rollback may name its target', async () => {
  const store = await temporaryStore();
  const churn = testModel(store);
  for (let i = 0; i < 3; i++) await churn.add();
  await churn.move(1);
  await churn.move(3);
  expect((await goBack(store, { toVersion: 2 })).to.version).toBe(2);
  await expect(goBack(store, { toVersion: 2 })).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  await expect(goBack(store, { toVersion: 9 })).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
});

test('two guards that leave the same version roll back once', async () => {
  const store = await temporaryStore();
  const churn = testModel(store);
  for (let i = 0; i < 3; i++) await churn.add();
  for (const version of [1, 2, 3]) await churn.move(version);
  await goBack(store, { fromVersion: 3 });
  await expect(goBack(store, { fromVersion: 3 })).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  expect(await stagesOf(store)).toBe('1:archived 2:production 3:archived');
});

test('there is nothing to roll back to without an earlier production version', async () => {
  const store = await temporaryStore();
  const churn = testModel(store);
  await expect(goBack(store)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
  await churn.add();
  await expect(goBack(store)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  await churn.move(1);
  await expect(goBack(store)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  expect(rollbackTarget(1, await store.registry.releases('churn'))).toBeUndefined();
});

test('what a rollback would do can be told from the releases alone', async () => {
  const store = await temporaryStore();
  const churn = testModel(store);
  for (let i = 0; i < 4; i++) await churn.add();
  for (const version of [1, 2, 3, 4]) await churn.move(version);
  await goBack(store, {});
  const { events } = await store.registry.state('churn');
  const releases = await store.registry.releases('churn');
  expect(releases.map(({ kind, version }) => `${kind} ${version}`)).toEqual([
    'promoted 1',
    'promoted 2',
    'promoted 3',
    'promoted 4',
    'rolled-back 4',
    'promoted 3',
  ]);
  expect(rollbackTarget(3, releases)).toBe(2);
  expect(rollbackTarget(3, events)).toBe(2);
});

test('the past can be asked: which version was in production then', async () => {
  const store = await temporaryStore();
  const churn = testModel(store);
  await churn.add(); // 00:00:00
  await churn.move(1); // 00:00:01
  await churn.add(); // 00:00:02
  await churn.move(2); // 00:00:03
  const at = (second: number) => stateAt(store, 'churn', `2026-03-01T00:00:0${second}Z`);
  expect(await stateAt(store, 'churn', '2026-02-28')).toEqual([]);
  expect(await at(0)).toEqual([{ version: 1, stage: 'none' }]);
  expect(await at(2)).toEqual([
    { version: 1, stage: 'production' },
    { version: 2, stage: 'none' },
  ]);
  expect(await at(3)).toEqual([
    { version: 1, stage: 'archived' },
    { version: 2, stage: 'production' },
  ]);
  await expect(stateAt(store, 'churn', 'yesterday')).rejects.toMatchObject({ code: 'USAGE' });
  await expect(stateAt(store, 'nope', '2026-03-01')).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' });
});
