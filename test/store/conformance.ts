import { describe, expect, test } from 'vitest';
import type { LoggedPrediction } from '#mlx/store/prediction-records.js';
import type { NewEvent, NewVersion } from '#mlx/store/registry-records.js';
import type { RunField, RunFilter } from '#mlx/store/run-query.js';
import type { NewRun } from '#mlx/store/run-records.js';
import type { Store } from '#mlx/store/store.js';

const TIME = '2026-03-01T00:00:00.000Z';

/** What every store does, whatever lies under it. `open` gives an empty one. */
export function checkStore(open: () => Promise<Store>): void {
  describe('artifacts', () => checkArtifacts(open));
  describe('runs', () => checkRuns(open));
  describe('registry', () => checkRegistry(open));
  describe('predictions', () => checkPredictions(open));
  describe('locks and alerts', () => checkLocksAndAlerts(open));
}

function checkArtifacts(open: () => Promise<Store>): void {
  test('are known by their SHA-256 and kept once', async () => {
    const { artifacts } = await open();
    const stored = await artifacts.putBytes(Buffer.from('abc'));
    // FIPS 180-4, first example.
    const sha256 = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(stored).toEqual({ sha256, bytes: 3 });
    expect(await artifacts.putBytes(Buffer.from('abc'))).toEqual(stored);
    expect((await artifacts.read(sha256)).toString()).toBe('abc');
    expect(await artifacts.has(sha256)).toBe(true);
    expect(await artifacts.has('0'.repeat(64))).toBe(false);
  });

  test.each(['', '../../etc/passwd', 'A'.repeat(64), `${'a'.repeat(64)}\n`, 'a'.repeat(63)])(
    'are never read from a path: %j',
    async (sha256) => {
      const { artifacts } = await open();
      expect(() => artifacts.pathOf(sha256)).toThrow(expect.objectContaining({ code: 'NAME_INVALID' }));
      await expect(artifacts.read(sha256)).rejects.toMatchObject({ code: 'NAME_INVALID' });
    },
  );

  test('that are missing say so, and a file that is not there cannot be put', async () => {
    const { artifacts } = await open();
    await expect(artifacts.read('0'.repeat(64))).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
    await expect(artifacts.putFile('/no/such/file')).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });
}

const NEW_RUN: NewRun = {
  id: 'r1',
  name: 'first',
  experiment: 'e',
  startedAt: TIME,
  params: {},
  tags: {},
  environment: { node: '20' },
  gitCommit: 'c0ffee',
  parentId: null,
};

function checkRuns(open: () => Promise<Store>): void {
  test('come back as they were written', async () => {
    const { runs } = await open();
    await runs.create({ ...NEW_RUN, params: { depth: '3', __proto__x: 'y' }, tags: { team: 'a' } });
    await runs.setParams('r1', { depth: '4' });
    await runs.setTags('r1', { by: 'b' });
    await runs.setDataset('r1', { path: 'd.csv', digest: 'd', rows: 10, columns: 3 });
    await runs.setTestDataset('r1', { path: 't.csv', digest: 't', rows: 2 });
    const steps = [Number.NaN, 0.5, Number.POSITIVE_INFINITY, 0.25];
    await runs.addMetrics(
      'r1',
      steps.map((value, step) => ({ key: 'auc', step, value, time: TIME })),
    );
    await runs.addArtifact('r1', { name: 'model', sha256: 'f'.repeat(64), bytes: 9 });
    await runs.end('r1', { status: 'failed', endedAt: TIME, durationMs: 5, error: 'E: no' });
    expect(await runs.get('r1')).toEqual({
      ...NEW_RUN,
      status: 'failed',
      endedAt: TIME,
      durationMs: 5,
      params: { depth: '4', __proto__x: 'y' },
      metrics: { auc: 0.25 },
      tags: { team: 'a', by: 'b' },
      artifacts: [{ name: 'model', sha256: 'f'.repeat(64), bytes: 9 }],
      dataset: { path: 'd.csv', digest: 'd', rows: 10, columns: 3 },
      testDataset: { path: 't.csv', digest: 't', rows: 2 },
      error: 'E: no',
      deletedAt: null,
    });
    expect((await runs.metricSteps('r1')).map(({ value }) => value)).toEqual(steps);
  });

  test('end once', async () => {
    const { runs } = await open();
    await runs.create(NEW_RUN);
    const end = { status: 'finished', endedAt: TIME, durationMs: 1, error: null } as const;
    expect(await runs.end('r1', end)).toBe(true);
    expect(await runs.end('r1', { ...end, status: 'failed' })).toBe(false);
    expect((await runs.get('r1'))?.status).toBe('finished');
  });

  test('take nothing under an unknown id', async () => {
    const { runs } = await open();
    const attempt = runs.addMetrics('nope', [{ key: 'a', step: 0, value: 1, time: TIME }]);
    await expect(attempt).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  test('are hidden when deleted, and come back', async () => {
    const { runs } = await open();
    await runs.create(NEW_RUN);
    expect(await runs.setDeleted('r1', TIME)).toBe(true);
    expect(await runs.setDeleted('r1', TIME)).toBe(false);
    expect(await runs.search()).toEqual([]);
    expect(await runs.search({ deleted: true })).toHaveLength(1);
    expect(await runs.setDeleted('r1', null)).toBe(true);
    expect(await runs.search()).toHaveLength(1);
  });

  describe('searched', () => checkSearch(open));
}

function checkSearch(open: () => Promise<Store>): void {
  const metric: RunField = { kind: 'metric', key: 'auc' };
  const depth: RunField = { kind: 'param', key: 'depth' };
  const name: RunField = { kind: 'attribute', name: 'name' };
  const is = (
    field: RunField,
    operator: '=' | '!=' | '<' | '>' | 'like',
    value: string | number,
  ): RunFilter => ({
    kind: 'compare',
    field,
    operator,
    value,
  });
  const fill = async (): Promise<Store['runs']> => {
    const { runs } = await open();
    const table = [
      ['a', '9', 0.5],
      ['b', '10', 0.9],
      ['c', 'none', Number.NaN],
      ['d', undefined, undefined],
      ['e', '10', 0.9],
    ] as const;
    for (const [id, depthValue, auc] of table) {
      const params: Record<string, string> = depthValue === undefined ? {} : { depth: depthValue };
      await runs.create({
        ...NEW_RUN,
        id,
        name: `run-${id}`,
        experiment: id === 'a' ? 'other' : 'e',
        params,
      });
      if (auc !== undefined) await runs.addMetrics(id, [{ key: 'auc', step: 0, value: auc, time: TIME }]);
    }
    return runs;
  };

  test.each<[string, RunFilter, string]>([
    ['a number', is(metric, '>', 0.6), 'eb'],
    ['a param as a number', is(depth, '<', 9.5), 'a'],
    ['a param as text', is(depth, '=', '10'), 'eb'],
    ['missing meets no comparison', is(depth, '!=', '10'), 'ca'],
    ['not is the opposite', { kind: 'not', filter: is(depth, '!=', '10') }, 'edb'],
    ['an attribute', is(name, '=', 'run-c'), 'c'],
    [
      'an absent attribute',
      { kind: 'not', filter: is({ kind: 'attribute', name: 'error' }, '=', 'x') },
      'edcba',
    ],
    ['like', is(name, 'like', '%-D'), 'd'],
    ['the experiment', is({ kind: 'attribute', name: 'experiment' }, '=', 'other'), 'a'],
    ['and', { kind: 'all', filters: [is(metric, '>', 0.1), is(depth, '=', 9)] }, 'a'],
    ['or', { kind: 'any', filters: [is(name, '=', 'run-d'), is(depth, '=', 9)] }, 'da'],
    ['SQL in a value', is(name, '=', "' OR 1=1 --"), ''],
    ['SQL in a key', is({ kind: 'tag', key: "x') OR (1=1" }, '=', 'y'), ''],
  ])('by %s', async (_, filter, expected) => {
    const runs = await fill();
    expect((await runs.search({ filter })).map(({ id }) => id).join('')).toBe(expected);
  });

  test.each<[string, RunField, boolean, string]>([
    ['a metric', metric, true, 'ebadc'],
    ['a metric, upwards', metric, false, 'aebdc'],
    ['a param, numbers before text', depth, false, 'aebcd'],
    ['a param, downwards', depth, true, 'ebacd'],
    ['an attribute', name, false, 'abcde'],
    ['an attribute that some lack', { kind: 'attribute', name: 'ended_at' }, false, 'edcba'],
    ['a tag that none has', { kind: 'tag', key: 'x' }, true, 'edcba'],
  ])('and sorted by %s, those without it last', async (_, field, descending, expected) => {
    const runs = await fill();
    const sort = { field, descending };
    const found = async (limit?: number) =>
      (await runs.search(limit === undefined ? { sort } : { sort, limit })).map(({ id }) => id).join('');
    expect(await found()).toBe(expected);
    for (let limit = 0; limit <= 6; limit++) expect(await found(limit)).toBe(expected.slice(0, limit));
  });

  test('within an experiment', async () => {
    const runs = await fill();
    expect((await runs.search({ experiment: 'other' })).map(({ id }) => id)).toEqual(['a']);
    expect((await runs.experiments()).map(({ name: title, runs: count }) => [title, count])).toEqual([
      ['e', 4],
      ['other', 1],
    ]);
  });
}

const VERSION: NewVersion = {
  version: 1,
  sha256: 'a'.repeat(64),
  runId: null,
  task: 'regression',
  metrics: { rmse: 1.5 },
  testDigest: 't',
  certified: true,
  source: 'run',
  description: null,
  createdAt: TIME,
  createdBy: 'test',
  details: { columns: ['x'] },
};
const EVENT: NewEvent = {
  time: TIME,
  actor: 'test',
  kind: 'registered',
  version: 1,
  fromStage: null,
  toStage: 'none',
  reason: null,
  evidence: { b: 1, a: [2, null] },
};

function checkRegistry(open: () => Promise<Store>): void {
  test('derives stages and aliases from events, in one step', async () => {
    const { registry } = await open();
    const { after, events } = await registry.decide('m', () => ({
      version: VERSION,
      events: [
        EVENT,
        { ...EVENT, kind: 'promoted', fromStage: 'none', toStage: 'production' },
        { ...EVENT, kind: 'alias-set', toStage: null, evidence: { alias: 'best' } },
      ],
    }));
    const version = { ...VERSION, name: 'm', stage: 'production', aliases: ['best'] };
    expect(after.versions).toEqual([version]);
    expect(await registry.version('m', 1)).toEqual(version);
    expect(await registry.events('m')).toEqual(events);
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  test('writes nothing when a decision throws, or is against a rule halfway', async () => {
    const { registry } = await open();
    await registry.decide('m', () => ({ version: VERSION, events: [EVENT] }));
    const failing = registry.decide('m', () => {
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    const promoted: NewEvent = { ...EVENT, kind: 'promoted', toStage: 'production' };
    const twoInProduction = registry.decide('m', () => ({
      version: { ...VERSION, version: 2 },
      events: [{ ...EVENT, version: 2 }, promoted, { ...promoted, version: 2 }],
    }));
    await expect(twoInProduction).rejects.toThrow();
    expect(await registry.events('m')).toHaveLength(1);
    expect((await registry.versions('m')).map(({ stage }) => stage)).toEqual(['none']);
  });

  test('gives events out in pages over all models', async () => {
    const { registry } = await open();
    await registry.decide('m', () => ({ version: VERSION, events: [EVENT] }));
    await registry.decide('n', () => ({ version: VERSION, events: [EVENT] }));
    expect((await registry.eventPage(0)).map(({ model }) => model)).toEqual(['m', 'n']);
    expect(await registry.eventPage(2)).toEqual([]);
    expect(await registry.modelNames()).toEqual(['m', 'n']);
  });
}

function prediction(id: string, seconds: number, more: Partial<LoggedPrediction> = {}): LoggedPrediction {
  return {
    id,
    time: new Date(Date.parse(TIME) + seconds * 1000).toISOString(),
    model: 'm',
    version: 1,
    arm: null,
    unit: null,
    inputs: { age: 39, city: 'Łódź', note: null },
    prediction: 'yes',
    confidence: 0.75,
    probabilities: { yes: 0.75, no: 0.25 },
    latencyMs: 1.5,
    requestId: null,
    ...more,
  };
}

function checkPredictions(open: () => Promise<Store>): void {
  test('come back as they were logged, with their label', async () => {
    const { predictions } = await open();
    const row = prediction('p1', 0, { arm: 'control', unit: 'u', requestId: 'q' });
    const number = prediction('p2', 0, { prediction: 2.5, confidence: null, probabilities: null });
    await predictions.append([row, number]);
    await predictions.append([{ ...row, prediction: 'other' }]);
    expect(await predictions.get('p1')).toEqual({ ...row, label: null });
    expect(await predictions.get('p2')).toEqual({ ...number, label: null });
    expect(await predictions.get('p3')).toBeUndefined();
    await predictions.addLabels([{ predictionId: 'p1', label: 1 }], TIME);
    expect((await predictions.get('p1'))?.label).toBe(1);
  });

  test('are logged all or none', async () => {
    const { predictions } = await open();
    const bad = [prediction('p1', 0), prediction('p2', 0, { time: 'soon' })];
    await expect(predictions.append(bad)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    expect(await predictions.count()).toBe(0);
  });

  test('labels are counted: added, unchanged, updated, unknown', async () => {
    const { predictions } = await open();
    await predictions.append([prediction('p1', 0), prediction('p2', 1)]);
    const labels = [
      { predictionId: 'p1', label: 'yes' },
      { predictionId: 'p2', label: 0 },
      { predictionId: 'p9', label: 'yes' },
    ];
    expect(await predictions.addLabels(labels, TIME)).toEqual({
      added: 2,
      unchanged: 0,
      updated: 0,
      unknown: 1,
    });
    const again = [...labels.slice(1), { predictionId: 'p1', label: 'no' }];
    expect(await predictions.addLabels(again, TIME)).toEqual({
      added: 0,
      unchanged: 1,
      updated: 1,
      unknown: 1,
    });
  });

  test('are read by window, oldest first, however many', async () => {
    const { predictions } = await open();
    const rows = Array.from({ length: 4500 }, (_, i) =>
      prediction(`p${i}`, (i * 7) % 4500, { version: 1 + (i % 2), model: i % 3 === 0 ? 'n' : 'm' }),
    );
    await predictions.append(rows);
    const time = (seconds: number) => new Date(Date.parse(TIME) + seconds * 1000).toISOString();
    const ids = async (query: Parameters<typeof predictions.window>[0]) => {
      const found: string[] = [];
      for await (const row of predictions.window(query)) found.push(row.id);
      return found;
    };
    const byTime = rows.toSorted((a, b) => (a.time < b.time ? -1 : 1));
    const expected = (keep: (row: LoggedPrediction) => boolean) => byTime.filter(keep).map(({ id }) => id);
    expect(await ids({})).toEqual(expected(() => true));
    expect(await ids({ model: 'm', version: 2 })).toEqual(
      expected((row) => row.model === 'm' && row.version === 2),
    );
    const between = expected((row) => row.time >= time(100) && row.time < time(200) && row.model === 'm');
    expect(await ids({ model: 'm', since: time(100), until: time(200) })).toEqual(between);
    for (const limit of [0, 1, 2500, 9999]) {
      const newest = expected(() => true).slice(-limit || 4500);
      expect(await ids({ limit })).toEqual(newest);
      expect(await predictions.count({ limit })).toBe(newest.length);
    }
    await predictions.addLabels([{ predictionId: 'p7', label: 'yes' }], TIME);
    expect(await ids({ labelled: true })).toEqual(['p7']);
    expect(await predictions.count({ labelled: false })).toBe(4499);
  });

  test('may be appended and labelled while a window is read', async () => {
    const { predictions } = await open();
    await predictions.append(Array.from({ length: 2500 }, (_, i) => prediction(`p${i}`, i)));
    let seen = 0;
    for await (const row of predictions.outcomes({ model: 'm' })) {
      if (seen++ % 1000 === 0) {
        await predictions.append([prediction(`late${seen}`, 9000)]);
        await predictions.addLabels([{ predictionId: row.id, label: 'yes' }], TIME);
      }
    }
    expect(seen).toBe(2500);
  });

  test('are forgotten from before a time, with their labels', async () => {
    const { predictions } = await open();
    await predictions.append([
      prediction('p1', 0),
      prediction('p2', 10),
      prediction('p3', 0, { model: 'n' }),
    ]);
    await predictions.addLabels([{ predictionId: 'p1', label: 'yes' }], TIME);
    expect(await predictions.prune('2026-03-01T00:00:10Z')).toBe(2);
    expect(await predictions.count()).toBe(1);
    expect(await predictions.addLabels([{ predictionId: 'p1', label: 'yes' }], TIME)).toMatchObject({
      unknown: 1,
    });
  });
}

function checkLocksAndAlerts(open: () => Promise<Store>): void {
  test('a lock is had once, until it is given back', async () => {
    const { locks } = await open();
    expect(await locks.acquire('retrain')).toEqual({ acquired: true });
    expect(await locks.acquire('retrain')).toMatchObject({ acquired: false, holder: { pid: process.pid } });
    expect(await locks.acquire('other')).toEqual({ acquired: true });
    expect(await locks.release('retrain')).toBe(true);
    expect(await locks.release('retrain')).toBe(false);
    expect(await locks.acquire('retrain')).toEqual({ acquired: true });
  });

  test('alerts are listed newest first', async () => {
    const { alerts } = await open();
    const alert = { kind: 'drift', message: 'age drifted', details: { columns: ['age'] } };
    const first = await alerts.add({ ...alert, time: TIME, model: 'm' });
    const second = await alerts.add({ ...alert, time: '2026-03-02T00:00:00.000Z', model: 'n' });
    expect(await alerts.list()).toEqual([second, first]);
    expect(await alerts.list({ model: 'm' })).toEqual([first]);
    expect(await alerts.list({ since: '2026-03-01T12:00:00.000Z' })).toEqual([second]);
    expect(await alerts.list({ kind: 'error' })).toEqual([]);
    expect(await alerts.list({ limit: 1 })).toEqual([second]);
  });
}
