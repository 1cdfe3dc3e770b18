import { once } from 'node:events';
import { readFile, rename } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAbtest } from '#mlx/rollout/abtest.js';
import type { RunningServer } from '#mlx/serving/server.js';
import { Client } from './fixtures/client.js';
import { GOOD, Shop, until } from './fixtures/shop.js';

/** How long a worker may take to start on a busy machine. */
const START_MS = 20_000;

let shop: Shop;
let clients: Client[];

beforeEach(async () => {
  shop = await Shop.open();
  clients = [];
  await shop.release('production');
});

afterEach(async () => {
  for (const client of clients) client.close();
  await shop.close();
});

function client(server: RunningServer): Client {
  const made = new Client(server.url);
  clients.push(made);
  return made;
}

/** A client for each of two workers: a connection goes to the worker that holds the fewest. */
async function oneEach(server: RunningServer): Promise<[Client, Client]> {
  const [first, second] = [client(server), client(server)];
  for (const each of [first, second]) expect((await each.get('/health')).status).toBe(200);
  return [first, second];
}

async function predict(from: Client, features: object = GOOD): Promise<string> {
  const reply = await from.post('/predict', { features });
  expect(reply.status, reply.text).toBe(200);
  return reply.json().prediction_id;
}

/** The value of a metric, added up over its labels. */
async function metric(from: Client, name: string): Promise<number> {
  const lines = (await from.get('/metrics')).text.split('\n').filter((line) => line.startsWith(`${name}{`));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

function kill(pid: number | undefined): void {
  process.kill(pid as number, 'SIGKILL');
}

async function isGone(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}

describe('several workers', () => {
  it('serve on one port, each asked tells of all, and all their predictions are logged', async () => {
    const server = await shop.listenWith(2);
    expect(server.pids).toHaveLength(2);
    expect(server.pids).not.toContain(process.pid);
    const [a, b] = await oneEach(server);
    const ids: string[] = [];
    for (let i = 0; i < 6; i++) ids.push(await predict(i < 4 ? a : b));
    for (const each of [a, b]) {
      expect(await metric(each, 'mlx_predictions_total')).toBe(6);
      expect((await each.get('/metrics')).text).toMatch(/^mlx_loaded_versions 2$/m);
      const [summary] = (await each.get('/metrics/summary')).json().models;
      expect(summary).toMatchObject({ model: 'churn', predictions: 6, predictions_by_version: { 1: 6 } });
      expect(summary.p95_latency_ms).toBeGreaterThan(0);
      const ready = await each.get('/ready');
      expect(ready.status).toBe(200);
      expect(ready.json()).toMatchObject({ status: 'ready', workers: { configured: 2, ready: 2 } });
    }
    const feedback = ids.map((id) => ({ prediction_id: id, label: 'yes' }));
    expect((await b.post('/feedback', { feedback })).json()).toMatchObject({ added: 6, unknown: 0 });
  });

  it('give a unit the same arm', async () => {
    await shop.release(null);
    await startAbtest(shop.store, { model: 'churn', treatment: 2, ratio: 0.5, actor: 'test', now: shop.now });
    const server = await shop.listenWith(2);
    const [a, b] = await oneEach(server);
    const arms = new Set<string>();
    for (let unit = 0; unit < 20; unit++) {
      const payload = { features: GOOD, user_id: `unit-${unit}` };
      const [first, second] = [await a.post('/predict_ab', payload), await b.post('/predict_ab', payload)];
      expect(first.json().arm).toBe(second.json().arm);
      arms.add(first.json().arm);
    }
    expect(arms).toEqual(new Set(['control', 'treatment']));
  });

  it('count failures together, and take production back once', async () => {
    await shop.release('production', { failsOn: 'c' });
    const server = await shop.listenWith(2, { limits: { maxErrors: 6 } });
    const [a, b] = await oneEach(server);
    const fatal = { ...GOOD, kind: 'c' };
    for (let i = 0; i < 3; i++) {
      expect((await a.post('/predict', { features: fatal })).status).toBe(500);
      expect((await b.post('/predict', { features: fatal })).status).toBe(500);
    }
    for (const each of [a, b])
      await until(async () => (await each.post('/predict', { features: GOOD })).json().model_version === 1);
    await until(() => shop.alerts.length > 0);
    expect(shop.alerts.map(({ kind, details }) => [kind, details.from])).toEqual([['automatic-rollback', 2]]);
    expect(await metric(a, 'mlx_rollbacks_total')).toBe(1);
  });

  it('say once that a release cannot be loaded', async () => {
    const server = await shop.listenWith(2);
    const [a, b] = await oneEach(server);
    await shop.release('production', { bytes: Buffer.from('no model at all') });
    const problem = async (from: Client) => (await from.get('/ready')).json().models[0].problem;
    for (const each of [a, b]) await until(async () => (await problem(each)) !== null);
    await until(() => shop.logged.filter(({ level }) => level === 'error').length >= 2);
    expect(shop.alerts.map(({ kind }) => kind)).toEqual(['load-failed']);
  });
});

it('the access log of all workers is opened anew, and loses no line', async () => {
  const path = join(shop.folder, 'access.log');
  const server = await shop.listenWith(2, { accessLog: path });
  const both = await oneEach(server);
  const asked = async (round: number): Promise<void> => {
    for (const from of both) for (let i = 0; i < 5; i++) await from.get(`/health?${round}`);
  };
  const linesIn = async (file: string): Promise<number> =>
    (await readFile(file, 'utf8')).split('\n').length - 1;
  await asked(1);
  await rename(path, `${path}.1`);
  // These may still come into the old one.
  const meanwhile = asked(2);
  await server.reload();
  await meanwhile;
  const opened = () => shop.logged.filter(({ message }) => message === 'the access log was opened anew');
  await until(() => opened().length === 2);
  expect(new Set(opened().map(({ fields }) => (fields as { worker: number }).worker)).size).toBe(2);
  const before = await linesIn(`${path}.1`);
  await asked(3);
  await server.close();
  expect(await linesIn(`${path}.1`)).toBe(before);
  // Two more were asked at the start.
  expect(before + (await linesIn(path))).toBe(32);
});

it('workers explain predictions', async () => {
  const server = await shop.listenWith(2);
  const { status, json } = await client(server).post('/explain', { features: GOOD });
  // Not that the server explains nothing: this model was not trained here.
  expect([status, json().error.code]).toEqual([422, 'EXPLANATION_UNAVAILABLE']);
  expect(json().error.message).not.toMatch(/server/);
});

describe('a worker that is killed', () => {
  it('is replaced; counts do not go back, and what it has answered is in the log', async () => {
    const server = await shop.listenWith(2);
    const [a, b] = await oneEach(server);
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.push(await predict(a), await predict(b));
    const before = server.pids;
    expect(await metric(b, 'mlx_predictions_total')).toBe(10);
    kill(before[0]);
    await until(() => server.pids.length === 2 && !server.pids.includes(before[0] as number), START_MS);
    const c = client(server);
    expect(await metric(c, 'mlx_predictions_total')).toBe(10);
    expect((await c.get('/metrics/summary')).json().models[0].predictions).toBe(10);
    ids.push(await predict(c));
    expect(await metric(c, 'mlx_predictions_total')).toBe(11);
    const feedback = ids.map((id) => ({ prediction_id: id, label: 'yes' }));
    expect((await c.post('/feedback', { feedback })).json()).toMatchObject({ added: 11, unknown: 0 });
  });

  it('costs a connection nothing that it has not taken', async () => {
    const server = await shop.listenWith(1);
    const [pid] = server.pids as [number];
    process.kill(pid, 'SIGSTOP');
    const asked = client(server).post('/predict', { features: GOOD });
    // The primary has handed the connection over once it looks at the channel again.
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    await once(socket, 'connect');
    kill(pid);
    expect((await asked).status).toBe(200);
    socket.destroy();
  });

  it('costs under load the requests that it held, and no other', async () => {
    const server = await shop.listenWith(2);
    const ids: string[] = [];
    const failures: string[] = [];
    let isOver = false;
    const load = Array.from({ length: 8 }, async (_, index) => {
      while (!isOver) {
        const asking = new Client(server.url);
        try {
          for (let i = 0; i < (index % 2 === 0 ? 1 : 50) && !isOver; i++) ids.push(await predict(asking));
        } catch (error) {
          failures.push((error as NodeJS.ErrnoException).code ?? String(error));
        }
        asking.close();
      }
    });
    for (let round = 0; round < 4; round++) {
      const answered = ids.length;
      await until(() => ids.length > answered + 50 && server.pids.length === 2, START_MS);
      kill(server.pids[round % 2]);
    }
    const answered = ids.length;
    await until(() => ids.length > answered + 50, START_MS);
    isOver = true;
    await Promise.all(load);
    expect(failures.length).toBeLessThanOrEqual(4 * 8);
    expect(failures.filter((code) => code !== 'ECONNRESET' && code !== 'EPIPE')).toEqual([]);
    await server.close();
    for (const id of ids) expect(await shop.store.predictions.get(id), id).toBeDefined();
  });
});

it('a client that does not finish its request is told so', async () => {
  const server = await shop.listenWith(1, { limits: { headersMs: 200, requestMs: 200 } });
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  socket.write('GET /health HTTP/1.1\r\nHost: local');
  await once(socket, 'close');
  expect(received).toMatch(/^HTTP\/1\.1 408 /);
});

describe('starting', () => {
  it('says what kept the workers from it', async () => {
    await expect(shop.listenWith(2, { models: ['not a name!'] })).rejects.toMatchObject({
      code: 'NAME_INVALID',
    });
  });

  it('gives up on workers that die without a word', async () => {
    process.env.NODE_OPTIONS = '--no-such-option';
    try {
      await expect(shop.listenWith(2)).rejects.toMatchObject({
        code: 'WORKER_FAILED',
        message: expect.stringMatching(/before it was ready/),
      });
    } finally {
      delete process.env.NODE_OPTIONS;
    }
  });

  it('refuses a port that is taken, and leaves no worker behind', async () => {
    const first = await shop.listenWith(1);
    const port = Number(new URL(first.url).port);
    const before = shop.logged.length;
    await expect(shop.listenWith(2, { port })).rejects.toMatchObject({ code: 'PORT_UNAVAILABLE' });
    const pids = shop.logged.slice(before).map(({ fields }) => (fields as { worker: number }).worker);
    expect(new Set(pids).size).toBe(2);
    for (const pid of new Set(pids)) expect(await isGone(pid)).toBe(true);
  });
});

describe('going down', () => {
  it('says so at once, answers during the grace, finishes what is at work, and ends the workers', async () => {
    const server = await shop.listenWith(2, { limits: { graceMs: 5000, flushMs: 60_000 } });
    const [a, b] = await oneEach(server);
    const { pids } = server;
    const port = Number(new URL(server.url).port);
    const slow = connect(port, '127.0.0.1');
    let received = '';
    slow.on('data', (chunk) => {
      received += chunk;
    });
    const body = JSON.stringify({ features: GOOD });
    const head = `POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    slow.write(`${head}${body.slice(0, 10)}`);
    const closing = server.close();
    for (const each of [a, b]) {
      await until(async () => (await each.get('/ready')).status === 503);
      expect((await each.get('/ready')).json().status).toBe('draining');
      await predict(each);
    }
    const late = client(server);
    expect((await late.get('/health')).status).toBe(200);
    const isRefused = () =>
      client(server)
        .get('/health')
        .then(
          () => false,
          (error) => error.code === 'ECONNREFUSED',
        );
    await until(isRefused, 20_000);
    slow.write(body.slice(10));
    await closing;
    await until(() => received.includes('prediction_id'));
    expect(received).toMatch(/connection: close/i);
    expect(await shop.store.predictions.count()).toBe(3);
    for (const pid of pids) expect(await isGone(pid)).toBe(true);
  });

  it('cuts what is still at work when the time is over', async () => {
    const server = await shop.listenWith(2, { limits: { drainMs: 300 } });
    const stuck = connect(Number(new URL(server.url).port), '127.0.0.1');
    stuck.on('error', () => undefined);
    stuck.write('POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n{');
    await oneEach(server);
    await server.close();
    expect(shop.logged.filter(({ message }) => /still at work/.test(message))).toHaveLength(1);
  });
});
