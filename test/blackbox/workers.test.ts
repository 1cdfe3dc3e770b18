import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { Stub } from '../serving/fixtures/grpc.js';
import type { TrainDocument } from './documents.js';
import { emptyFolder } from './folders.js';
import { failing, type LaunchOptions, mlxJson } from './program.js';
import { Server } from './server.js';
import { incomeFile, incomeLines, incomeRecords } from './tables.js';
import { until } from './until.js';

const [row = {}] = incomeRecords(incomeLines(1, 'test'));
let options: LaunchOptions;

beforeAll(async () => {
  options = { cwd: emptyFolder() };
  incomeFile(options.cwd, 'train.csv', 1000);
  const train = ['train', '--data', 'train.csv', '--target', 'income', '--report', 'none'];
  const trained = await mlxJson<TrainDocument>([...train, '--param', 'n_estimators=10'], options);
  await mlxJson(['register', 'm', '--run', trained.run.id], options);
  await mlxJson(['promote', 'm/1', 'production', '--reason', 'first'], options);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A request whose body does not come to its end. */
async function stuckRequest(server: Server): Promise<Socket> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(
    'POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
  );
  return socket;
}

/** Asks on one connection, with pauses, until an answer says that it closes; gives the ids of the predictions. */
async function faithfulClient(url: string): Promise<string[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const body = JSON.stringify({ features: row });
  const ids: string[] = [];
  for (let isOpen = true; isOpen; ) {
    const sent = request(`${url}/predict`, {
      agent,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
    });
    sent.end(body);
    const [response] = await once(sent, 'response');
    let text = '';
    for await (const chunk of response) text += chunk;
    expect(response.statusCode, text).toBe(200);
    ids.push((JSON.parse(text) as { prediction_id: string }).prediction_id);
    isOpen = response.headers.connection !== 'close';
    await wait(ids.length % 40);
  }
  agent.destroy();
  return ids;
}

async function refuses(server: Server): Promise<boolean> {
  return server.get('/health').then(
    () => false,
    () => true,
  );
}

describe.each([1, 2])('with --workers %i', (workers) => {
  const start = (...args: readonly string[]) =>
    Server.start(['m', '--workers', String(workers), ...args], options);

  test('SIGTERM under load loses no request of a client that heeds connection: close, and exits 0', async () => {
    const server = await start();
    expect(server.pids).toHaveLength(workers);
    const clients = Array.from({ length: 12 }, () => faithfulClient(server.url));
    await wait(500);
    server.signal('SIGTERM');
    const ids = (await Promise.all(clients)).flat();
    expect((await server.ended).code).toBe(0);
    const table = ['prediction_id,label', ...ids.map((id) => `${id},>50K`)];
    writeFileSync(join(options.cwd, 'labels.csv'), `${table.join('\n')}\n`);
    const feedback = ['feedback', '--data', 'labels.csv'];
    const brought = await mlxJson<{ added: number; unknown: number }>(feedback, options);
    expect(brought).toMatchObject({ added: ids.length, unknown: 0 });
  });

  test('a second signal ends it at once, workers too', async () => {
    const server = await start('--drain-ms', '60000');
    const stuck = await stuckRequest(server);
    await server.get('/health');
    server.signal('SIGINT');
    await until('connections are refused', () => refuses(server));
    expect(server.pids.every(isAlive)).toBe(true);
    server.signal('SIGINT');
    await until('nothing is left', () => !server.pids.some(isAlive), 10_000);
    expect((await server.ended).signal).toBe('SIGINT');
    stuck.destroy();
  });

  test('a prediction is explained', async () => {
    const server = await start();
    interface Explained {
      readonly prediction: string;
      readonly explanation: {
        readonly of: string;
        readonly scores: Readonly<
          Record<string, { expected: number; raw_score: number; contributions: Record<string, number> }>
        >;
      };
    }
    const { status, body } = await server.post<Explained>('/explain', { features: row });
    expect(status).toBe(200);
    const { of, scores } = body.explanation;
    const { expected = 0, raw_score = 0, contributions = {} } = scores[of] ?? {};
    const sum = Object.values(contributions).reduce((total, part) => total + part, expected);
    expect(sum).toBeCloseTo(raw_score, 9);
    expect(Object.keys(contributions).length).toBeGreaterThan(3);
    expect(await server.stop()).toBe(0);
  });

  test('gRPC is answered beside HTTP, and told how a call went wrong', async () => {
    const server = await start('--grpc-port', '0');
    const stub = await Stub.open(server.grpc as string);
    expect(await stub.call('ServerReady')).toEqual({ ready: true });
    expect(await stub.call('ModelReady', { name: 'm' })).toEqual({ ready: true });
    expect((await stub.failure('ModelInfer', { model_name: 'm' })).code).toBe('INVALID_ARGUMENT');
    expect((await stub.failure('ModelInfer', { model_name: 'nobody' })).code).toBe('NOT_FOUND');
    stub.close();
    expect(await server.stop()).toBe(0);
    expect(server.log()).not.toMatch(/error|warn/);
  });

  test('SIGHUP opens the access log anew', async () => {
    const path = (name: string): string => join(options.cwd, name);
    const log = `access-${workers}.log`;
    const server = await start('--access-log', log);
    await server.get('/health');
    await until('the line is there', () => existsSync(path(log)) && readFileSync(path(log), 'utf8') !== '');
    renameSync(path(log), path(`${log}.1`));
    server.signalPrimary('SIGHUP');
    await until('it is opened anew', () => existsSync(path(log)));
    await server.get('/ready');
    expect(await server.stop()).toBe(0);
    const paths = [`${log}.1`, log].flatMap((name) =>
      readFileSync(path(name), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { path: string }).path),
    );
    expect(paths).toEqual(['/health', '/ready']);
  });

  test('a port in use is said, and nothing is left running', async () => {
    const server = await start();
    const { port } = new URL(server.url);
    const expected = { exit: 1, code: 'PORT_UNAVAILABLE' };
    await failing(['serve', 'm', '--workers', String(workers), '--port', port], expected, options);
    expect(await server.stop()).toBe(0);
  });
});

test('when the primary is killed, its workers end by themselves', async () => {
  const server = await Server.start(['m', '--workers', '2'], options);
  const stuck = await stuckRequest(server);
  await server.get('/health');
  expect(server.pids.every(isAlive)).toBe(true);
  server.signalPrimary('SIGKILL');
  await until('nothing is left', () => !server.pids.some(isAlive), 5000);
  stuck.destroy();
});

test('a number of workers that is none is refused', async () => {
  const { message } = await failing(['serve', 'm', '--workers', 'many'], { exit: 2, code: 'USAGE' }, options);
  expect(message).toMatch(/--workers takes a whole number from 1 to 256, or auto/);
});
