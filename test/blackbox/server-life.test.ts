import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TrainDocument } from './documents.js';
import { FAILS_FROM_AGE, failingModel } from './failing-model.js';
import { emptyFolder } from './folders.js';
import { documentOf, type LaunchOptions, mlx, mlxJson } from './program.js';
import { type PredictionAnswer, Server } from './server.js';
import { eventsOf, expectHealthy, expectWholeVersions } from './store-state.js';
import { incomeFile, incomeLines, incomeRecords } from './tables.js';
import { until } from './until.js';

const lines = incomeLines(400, 'test').filter((line) => line !== '');
const records = incomeRecords(lines);
const labels = lines.slice(1).map((line) => line.split(',').at(-1) ?? '');
const row = records[0] ?? {};

let options: LaunchOptions;
let server: Server;
let webhook: { readonly url: string; readonly received: Record<string, unknown>[]; close(): void };

beforeAll(async () => {
  options = { cwd: emptyFolder() };
  const { cwd } = options;
  incomeFile(cwd, 'train.csv', 3000);
  const train = ['train', '--data', 'train.csv', '--target', 'income', '--param'];
  const trained = await mlxJson<TrainDocument>([...train, 'n_estimators=20'], options);
  await mlxJson(['register', 'm', '--run', trained.run.id], options);
  await mlxJson([...train, 'n_estimators=25', '--seed', '1'], options);
  await mlxJson(['register', 'm', '--run', 'latest'], options);
  const { sha256 } = trained.model;
  const file = readFileSync(join(cwd, '.mlx', 'artifacts', sha256.slice(0, 2), sha256));
  writeFileSync(join(cwd, 'failing.onnx'), failingModel(file));
  await mlxJson(['promote', 'm/1', 'production', '--reason', 'first'], options);
  webhook = await listen();
  server = await Server.start(['m', '--webhook', webhook.url, '--max-errors', '5'], options);
});

afterAll(() => webhook.close());

/** Takes what is posted to it. */
async function listen() {
  const received: Record<string, unknown>[] = [];
  const listener = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    received.push(JSON.parse(text));
    response.end('ok');
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/alerts`, received, close: () => listener.close() };
}

const served = async (): Promise<number> => (await server.predict(row)).body.model_version;

interface FeedbackDocument {
  readonly added: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly unknown: number;
}

test('a promotion and a rollback from another process are followed without a restart', async () => {
  expect(await served()).toBe(1);
  await mlxJson(['promote', 'm/2', 'production', '--force', '--reason', 'second'], options);
  await until('version 2 is served', async () => (await served()) === 2, 15_000);
  await mlxJson(['rollback', 'm', '--reason', 'just to see'], options);
  await until('version 1 is served again', async () => (await served()) === 1, 15_000);
  expect((await server.predict(row, { model_version: 2 })).body.model_version).toBe(2);
});

test('every prediction is logged under its id; labels by CSV and by HTTP count once; drift reads the log', async () => {
  const ids: string[] = [];
  for (const record of records.slice(0, 150)) ids.push((await server.predict(record)).body.prediction_id);
  const batch = await server.post<{ predictions: PredictionAnswer[] }>('/batch_predict', {
    rows: records.slice(150, 300),
  });
  ids.push(...batch.body.predictions.map(({ prediction_id }) => prediction_id));
  expect(new Set(ids).size).toBe(300);

  const lineOf = (id: string, index: number): string => `${id},${labels[index]}`;
  const table = ['prediction_id,label', ...ids.slice(0, 200).map(lineOf), 'nobody,>50K'];
  writeFileSync(join(options.cwd, 'labels.csv'), `${table.join('\n')}\n`);
  const bring = () => mlxJson<FeedbackDocument>(['feedback', '--data', 'labels.csv'], options);
  // The log is written a moment after the answer.
  await until('all predictions are in the log', async () => {
    const { body } = await server.get<{ prediction_log: { pending: number; dropped: number } }>(
      '/metrics/summary',
    );
    expect(body.prediction_log.dropped).toBe(0);
    return body.prediction_log.pending === 0;
  });
  expect(await bring()).toMatchObject({ added: 200, unchanged: 0, updated: 0, unknown: 1 });
  expect(await bring()).toMatchObject({ added: 0, unchanged: 200, updated: 0, unknown: 1 });

  const feedback = ids.slice(150).map((id, index) => ({ prediction_id: id, label: labels[150 + index] }));
  const post = async () => (await server.post<FeedbackDocument>('/feedback', { feedback })).body;
  expect(await post()).toMatchObject({ added: 100, unchanged: 50, updated: 0, unknown: 0 });
  expect(await post()).toMatchObject({ added: 0, unchanged: 150, updated: 0, unknown: 0 });
  expect((await server.post('/feedback', { prediction_id: 'nobody', label: 'x' })).body).toMatchObject({
    unknown: 1,
  });

  const drift = ['drift', '--model', 'm', '--last', '1h'];
  const quiet = await mlxJson<{ verdict: string; quality: unknown }>(drift, options);
  expect(quiet.verdict).toBe('no-drift');
  expect(quiet.quality).not.toBeNull();
});

test('what a server answered before it was killed is in the log', async () => {
  const doomed = await Server.start(['m'], options);
  const ids: string[] = [];
  const clients = Array.from({ length: 8 }, async () => {
    for (;;) {
      const answered = await doomed.predict(row).catch(() => undefined);
      if (answered === undefined) return;
      ids.push(answered.body.prediction_id);
    }
  });
  await until('some requests are answered', () => ids.length > 200);
  await doomed.crash();
  await Promise.all(clients);
  writeFileSync(join(options.cwd, 'killed.csv'), `id,label\n${ids.map((id) => `${id},<=50K\n`).join('')}`);
  const columns = ['--id-column', 'id', '--label-column', 'label'];
  const counts = await mlxJson<FeedbackDocument>(['feedback', '--data', 'killed.csv', ...columns], options);
  expect(counts).toMatchObject({ added: ids.length, unknown: 0 });
});

test('drift over the log is found when the requests have changed', async () => {
  for (const record of records.slice(0, 300))
    expect((await server.predict({ ...record, age: 17, hours_per_week: 99 })).status).toBe(200);
  const ended = await until('the log has the requests', async () => {
    const asked = await mlx(['drift', '--model', 'm', '--last', '1h', '--alert', '--json'], options);
    return asked.code === 3 && asked;
  });
  expect(documentOf<{ drifted_columns: string[] }>(ended).drifted_columns).toContain('hours_per_week');
});

test('an A/B test gives a user the same arm every time, on every server, about half of them each', async () => {
  await mlxJson(['abtest', 'start', 'm', '--treatment', '2', '--ratio', '0.5'], options);
  const other = await Server.start(['m'], options);
  const ask = async (from: Server, user: string) =>
    (await from.post<PredictionAnswer>('/predict_ab', { features: row, user_id: user })).body;
  for (const each of [server, other])
    await until('the test is followed', async () => (await ask(each, 'x')).arm !== undefined);
  const arms = new Map<string, string>();
  for (let user = 0; user < 60; user++) {
    const { arm, model_version } = await ask(server, `user-${user}`);
    expect(model_version).toBe(arm === 'treatment' ? 2 : 1);
    arms.set(`user-${user}`, arm as string);
  }
  for (const [user, arm] of arms) {
    expect((await ask(server, user)).arm).toBe(arm);
    expect((await ask(other, user)).arm).toBe(arm);
  }
  const treated = [...arms.values()].filter((arm) => arm === 'treatment').length;
  expect(treated).toBeGreaterThan(12);
  expect(treated).toBeLessThan(48);
  expect(await other.stop()).toBe(0);
  const { test } = await mlxJson<{ test: { status: string } }>(['abtest', 'stop', 'm'], options);
  expect(test.status).toBe('stopped');
  const report = await mlxJson<{ control: { count: number }; treatment: { count: number } }>(
    ['abtest', 'report', 'm'],
    options,
  );
  expect(report.control.count + report.treatment.count).toBeGreaterThanOrEqual(180);
});

test('a release that keeps failing is taken back by the server; alert and history say why', async () => {
  const hidden = await mlx(['register', 'm', '--onnx', 'failing.onnx', '--json'], options);
  expect(documentOf<{ error: { code: string } }>(hidden).error.code).toBe('MODEL_UNCERTIFIED');
  await mlxJson(['register', 'm', '--onnx', 'failing.onnx', '--allow-uncertified'], options);
  await mlxJson(['promote', 'm/3', 'production', '--force', '--reason', 'quick fix'], options);
  const young = { ...row, age: FAILS_FROM_AGE - 1 };
  await until('version 3 is served', async () => (await server.predict(young)).body.model_version === 3);
  webhook.received.length = 0;
  let failures = 0;
  await until('version 3 is taken back', async () => {
    const answer = await server.predict({ ...row, age: FAILS_FROM_AGE + 1 });
    if (answer.status === 200) return answer.body.model_version === 1;
    expect(answer.status).toBe(500);
    expect(answer.text).not.toMatch(/\/tmp\/|\.js:\d/);
    failures++;
    return false;
  });
  console.log(`${failures} predictions failed before version 1 was back`);
  expect(failures).toBeGreaterThanOrEqual(5);
  const alert = await until('the webhook gets the alert', () =>
    webhook.received.find(({ kind }) => kind === 'automatic-rollback'),
  );
  expect(alert).toMatchObject({ model: 'm', details: { from: 3, to: 1 } });
  const event = (await eventsOf('m', options)).findLast(({ kind }) => kind === 'rolled-back');
  expect(event?.reason).toMatch(/5 predictions failed/);
  const versions = await expectWholeVersions('m', options);
  expect(versions.map(({ version, stage }) => [version, stage]).sort()).toEqual([
    [1, 'production'],
    [2, 'archived'],
    [3, 'archived'],
  ]);
  await expectHealthy(options);
});

test('SIGTERM lets requests finish, writes the log, and ends with exit 0', async () => {
  const rows = Array.from({ length: 5000 }, (_, index) => records[index % records.length]);
  const atWork = server.post<{ succeeded: number }>('/batch_predict', { rows });
  const quick = server.predict(row);
  await quick;
  const code = server.stop();
  const { status, body } = await atWork;
  expect({ status, succeeded: body.succeeded }).toEqual({ status: 200, succeeded: 5000 });
  expect(await code).toBe(0);
  const last = (await quick).body.prediction_id;
  writeFileSync(join(options.cwd, 'last.csv'), `prediction_id,label\n${last},>50K\n`);
  const counts = await mlxJson<FeedbackDocument>(['feedback', '--data', 'last.csv'], options);
  expect(counts).toMatchObject({ added: 1, unknown: 0 });
});
