import { expect, test } from 'vitest';
import { metricsDocument } from '#mlx/commands/documents.js';
import { MlxError } from '#mlx/errors.js';
import { suggest } from '#mlx/suggest.js';
import { compareRuns } from '#mlx/tracking/compare-runs.js';
import { describeEnvironment } from '#mlx/tracking/environment.js';
import { deleteRun, findRun, restoreRun } from '#mlx/tracking/find-run.js';
import { isFoldMetric } from '#mlx/tracking/fold-metric.js';
import { listRuns } from '#mlx/tracking/list-runs.js';
import { metricDirection } from '#mlx/tracking/metric-direction.js';
import { nameFor } from '#mlx/tracking/run-name.js';
import { startRun } from '#mlx/tracking/start-run.js';
import { clock, temporaryStore } from '../store/temporary-store.js';

test('a run keeps params, metrics with history, tags, data and artifacts', async () => {
  const store = await temporaryStore();
  const environment = describeEnvironment('1.2.3');
  const run = await startRun(store, { params: { trees: 100, bagging: true }, environment, now: clock() });
  await run.setDataset({ path: 'd.csv', digest: 'd', rows: 10, columns: 3 });
  await run.setTestDataset({ path: 'd.csv', digest: 't', rows: 2 });
  await run.logParams({ depth: null });
  await run.logTags({ team: 'a' });
  await run.logMetrics({ roc_auc: 0.8 }, 1);
  await run.logMetrics({ roc_auc: 0.9, log_loss: Number.NaN }, 2);
  await run.logHistory('loss', [3, 2, 1]);
  const stored = await run.logArtifact('model', { bytes: Buffer.from('onnx') });
  const record = await run.finish();
  expect(record).toMatchObject({
    id: run.id,
    name: nameFor(run.id),
    experiment: 'default',
    status: 'finished',
    startedAt: '2026-03-01T00:00:00.000Z',
    durationMs: 4000,
    params: { trees: '100', bagging: 'true', depth: 'null' },
    metrics: { roc_auc: 0.9, log_loss: Number.NaN, loss: 1 },
    tags: { team: 'a' },
    artifacts: [{ name: 'model', ...stored }],
    environment: { mlx: '1.2.3', node: process.versions.node },
  });
  expect((await store.runs.metricSteps(run.id)).map(({ key, step, value }) => [key, step, value])).toEqual([
    ['log_loss', 2, Number.NaN],
    ['loss', 0, 3],
    ['loss', 1, 2],
    ['loss', 2, 1],
    ['roc_auc', 1, 0.8],
    ['roc_auc', 2, 0.9],
  ]);
});

test('a run that failed says why; one that was stopped is interrupted', async () => {
  const store = await temporaryStore();
  const failed = await startRun(store, { params: {}, now: clock() });
  const record = await failed.fail(new MlxError('TRAINING_FAILED', 'no memory'));
  expect(record).toMatchObject({ status: 'failed', error: 'TRAINING_FAILED: no memory' });
  const stopped = await startRun(store, { params: {}, now: clock() });
  expect(await stopped.interrupt()).toMatchObject({ status: 'interrupted', error: null });
});

test('a run takes nothing after its end', async () => {
  const store = await temporaryStore();
  const run = await startRun(store, { params: {}, now: clock() });
  await run.finish();
  await expect(run.logMetrics({ a: 1 })).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  await expect(run.logArtifact('a', { bytes: Buffer.from('') })).rejects.toMatchObject({
    code: 'STATE_CONFLICT',
  });
  await expect(run.finish()).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
});

test.each([
  [{ name: '' }, 'NAME_INVALID'],
  [{ name: 'two\nlines' }, 'NAME_INVALID'],
  [{ experiment: 'x'.repeat(201) }, 'NAME_INVALID'],
  [{ params: { '': 1 } }, 'PARAM_INVALID'],
  [{ parentId: 'nope' }, 'RUN_NOT_FOUND'],
])('a run does not start with %j', async (spec, code) => {
  const store = await temporaryStore();
  await expect(startRun(store, { params: {}, now: clock(), ...spec })).rejects.toMatchObject({ code });
  expect(await store.runs.search()).toEqual([]);
});

test('a run is found by id, unique prefix or name; a name before a prefix', async () => {
  const store = await temporaryStore();
  const now = clock();
  const first = await startRun(store, { name: 'baseline', params: {}, now });
  const second = await startRun(store, { name: first.id.slice(0, 4), params: {}, now });
  expect((await findRun(store, first.id)).id).toBe(first.id);
  expect((await findRun(store, first.id.slice(0, -1))).id).toBe(first.id);
  expect((await findRun(store, 'baseline')).id).toBe(first.id);
  expect((await findRun(store, first.id.slice(0, 4))).id).toBe(second.id);
});

test('a run that is not there, or not the only one, is an error that helps', async () => {
  const store = await temporaryStore();
  const now = clock();
  const ids = [];
  for (const name of ['baseline', 'twin', 'twin'])
    ids.push((await startRun(store, { name, params: {}, now })).id);
  await expect(findRun(store, 'baselin')).rejects.toMatchObject({
    code: 'RUN_NOT_FOUND',
    hint: 'Did you mean baseline?',
  });
  await expect(findRun(store, 'twin')).rejects.toMatchObject({
    code: 'RUN_NOT_FOUND',
    message: '"twin" fits several runs.',
    details: { candidates: [{ id: ids[2] }, { id: ids[1] }] },
  });
  for (const ref of ['', '%', "' OR 1=1 --"]) {
    await expect(findRun(store, ref)).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  }
});

test('a deleted run is gone from lists until it is restored; a running one is not deleted', async () => {
  const store = await temporaryStore();
  const now = clock();
  const run = await startRun(store, { name: 'a', params: {}, now });
  await expect(deleteRun(store, 'a', now)).rejects.toMatchObject({ code: 'STATE_CONFLICT' });
  await run.finish();
  await expect(restoreRun(store, 'a')).rejects.toMatchObject({ hint: 'That run is not deleted.' });
  expect((await deleteRun(store, 'a', now)).deletedAt).not.toBeNull();
  expect(await listRuns(store)).toEqual([]);
  await expect(findRun(store, 'a')).rejects.toMatchObject({ hint: expect.stringContaining('restore') });
  expect(await listRuns(store, { deleted: true })).toHaveLength(1);
  expect((await restoreRun(store, 'a')).deletedAt).toBeNull();
  expect(await listRuns(store)).toHaveLength(1);
});

test('a comparison shows what differs and marks the best', async () => {
  const store = await temporaryStore();
  const records = [];
  for (const [depth, roc_auc, rmse] of [
    [3, 0.8, 2],
    [4, 0.9, 1],
    [4, 0.9, Number.NaN],
  ] as const) {
    const run = await startRun(store, { params: { depth, seed: 1 }, now: clock() });
    await run.logMetrics({ roc_auc, rmse, custom: roc_auc, same: 1 });
    records.push(await run.finish());
  }
  const comparison = compareRuns(records);
  expect(comparison.params).toEqual([{ key: 'depth', values: ['3', '4', '4'] }]);
  expect(comparison.metrics).toEqual([
    { key: 'custom', values: [0.8, 0.9, 0.9], direction: null, best: [] },
    { key: 'rmse', values: [2, 1, null], direction: 'lower', best: [1] },
    { key: 'roc_auc', values: [0.8, 0.9, 0.9], direction: 'higher', best: [1, 2] },
  ]);
  expect(comparison.same).toEqual({ params: ['seed'], metrics: ['same'] });
  expect(compareRuns([])).toMatchObject({ runs: [], params: [], metrics: [] });
});

test.each([
  ['roc_auc', 'higher'],
  ['test.accuracy', 'higher'],
  ['cv.f1_mean', 'higher'],
  ['r2', 'higher'],
  ['rmse', 'lower'],
  ['val/log_loss', 'lower'],
  ['accuracy_std', null],
  ['terror', null],
  ['balanced_accuracy', 'higher'],
  ['pr_auc', 'higher'],
  ['mcc', 'higher'],
  ['explained_variance', 'higher'],
  ['brier', 'lower'],
  ['mape', 'lower'],
  ['median_absolute_error', 'lower'],
  ['calibration_error', 'lower'],
  ['quantile_loss', 'lower'],
  ['poisson_deviance', 'lower'],
  ['target_variance', null],
])('the better value of %s is %s', (name, direction) => {
  expect(metricDirection(name)).toBe(direction);
});

test.each([
  ['chrun', ['churn', 'fraud'], 'churn'],
  ['Churn', ['churn'], 'churn'],
  ['x', ['churn'], undefined],
  ['churn', [], undefined],
])('%s is taken for the nearest of %j', (word, candidates, expected) => {
  expect(suggest(word, candidates)).toBe(expected);
});

test('a generated name depends on the id alone', () => {
  expect(nameFor('0abc')).toBe(nameFor('0abc'));
  expect(nameFor('0abc')).toMatch(/^[a-z]+-[a-z]+-\d{1,2}$/);
  const names = new Set(Array.from({ length: 500 }, (_, i) => nameFor(String(i))));
  expect(names.size).toBeGreaterThan(490);
});

test.each([
  ['cv_rmse_fold', true],
  ['cv_quantile_loss@0.9_fold', true],
  ['cv_rmse_mean', false],
  ['fold', false],
])('%s is a history over folds: %s', (name, expected) => {
  expect(isFoldMetric(name)).toBe(expected);
  const metrics = metricsDocument({ [name]: 1 });
  expect(Object.keys(metrics)).toEqual(expected ? [] : [name]);
});
