import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { credentials, type ServiceError, status } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RunningServer } from '#mlx/serving/server.js';
import { infer, Stub } from './fixtures/grpc.js';
import { GOOD, Shop, until } from './fixtures/shop.js';

/** How long a worker may take to start on a busy machine. */
const START_MS = 20_000;

let shop: Shop;
let stubs: Stub[];

beforeEach(async () => {
  shop = await Shop.open();
  stubs = [];
  await shop.release('production');
});

afterEach(async () => {
  for (const stub of stubs) stub.close();
  await shop.close();
});

async function stub({ grpc }: RunningServer): Promise<Stub> {
  const opened = await Stub.open(grpc as string);
  stubs.push(opened);
  return opened;
}

/** Asks for a prediction; gives its id. */
async function predict(from: Stub): Promise<string> {
  const answer = await from.call('ModelInfer', infer());
  expect(answer.model_version).toBe('1');
  return String(from.headers.get('x-prediction-id')[0]);
}

it('several workers answer over gRPC and HTTP, and are counted together', async () => {
  const server = await shop.listenWith(2, { grpcPort: 0 });
  expect(server.grpc).toMatch(/^127\.0\.0\.1:\d+$/);
  const asking = [await stub(server), await stub(server)];
  const ids: string[] = [];
  for (const each of asking) for (let i = 0; i < 3; i++) ids.push(await predict(each));
  const response = await fetch(`${server.url}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ features: GOOD }),
  });
  expect(response.status).toBe(200);
  const summary = await (await fetch(`${server.url}/metrics/summary`)).json();
  // Two rows a call.
  expect((summary as { models: object[] }).models).toMatchObject([{ predictions: 13 }]);
  await server.close();
  for (const id of ids) expect(await shop.store.predictions.get(`${id}-0`)).toBeDefined();
});

it('a worker that is killed costs the calls that it held, and its clients come back', async () => {
  const server = await shop.listenWith(2, { grpcPort: 0 });
  const ids: string[] = [];
  const failures: string[] = [];
  let isOver = false;
  const load = Array.from({ length: 4 }, async () => {
    const asking = await stub(server);
    while (!isOver) {
      try {
        ids.push(await predict(asking));
      } catch (error) {
        failures.push(status[(error as ServiceError).code]);
      }
    }
  });
  for (let round = 0; round < 3; round++) {
    const answered = ids.length;
    await until(() => ids.length > answered + 40 && server.pids.length === 2, START_MS);
    process.kill(server.pids[round % 2] as number, 'SIGKILL');
  }
  const answered = ids.length;
  await until(() => ids.length > answered + 40, START_MS);
  isOver = true;
  await Promise.all(load);
  // One call at a time on each connection.
  expect(failures.length).toBeLessThanOrEqual(3 * 4);
  expect(new Set(failures)).toEqual(new Set(failures.length > 0 ? ['UNAVAILABLE'] : []));
  await server.close();
  for (const id of ids) expect(await shop.store.predictions.get(`${id}-1`), id).toBeDefined();
});

it('on the way down workers say that they are not ready, finish calls, and end', async () => {
  const server = await shop.listenWith(2, { grpcPort: 0, limits: { graceMs: 1000 } });
  const asking = [await stub(server), await stub(server)];
  for (const each of asking) expect(await each.call('ServerReady')).toEqual({ ready: true });
  const closing = server.close();
  for (const each of asking) await until(async () => (await each.call('ServerReady')).ready === false);
  const many = Array.from({ length: 20 }, (_, index) => asking[index % 2]?.call('ModelInfer', infer()));
  await closing;
  for (const answer of await Promise.all(many)) expect(answer.model_name).toBe('churn');
  expect(shop.logged.filter(({ level }) => level !== 'info')).toEqual([]);
});

it('tokens and a new certificate reach all workers', async () => {
  const pem = (name: string) => fileURLToPath(new URL(`fixtures/tls/${name}.pem`, import.meta.url));
  const [cert, key] = [join(shop.folder, 'cert.pem'), join(shop.folder, 'key.pem')];
  await copyFile(pem('first-cert'), cert);
  await copyFile(pem('first-key'), key);
  const tls = { cert, key };
  const server = await shop.listenWith(2, {
    grpcPort: 0,
    tls,
    tokens: ['secret'],
    limits: { pollMs: 60_000 },
  });
  const right = { metadata: { authorization: 'Bearer secret' } };
  const open = async (name: string): Promise<Stub> => {
    const opened = await Stub.open(server.grpc as string, credentials.createSsl(await readFile(pem(name))));
    stubs.push(opened);
    return opened;
  };
  for (const each of [await open('first-cert'), await open('first-cert')]) {
    expect((await each.failure('ModelInfer', infer())).code).toBe('UNAUTHENTICATED');
    expect((await each.call('ModelInfer', infer(), right)).model_name).toBe('churn');
  }
  await copyFile(pem('second-cert'), cert);
  await copyFile(pem('second-key'), key);
  await server.reload();
  await until(() => shop.logged.filter(({ message }) => /TLS files were read/.test(message)).length === 2);
  for (const each of [await open('second-cert'), await open('second-cert')])
    expect((await each.call('ModelInfer', infer(), right)).model_name).toBe('churn');
});
