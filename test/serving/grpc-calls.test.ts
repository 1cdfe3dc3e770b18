import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect as connectHttp2,
  constants,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunningServer } from '#mlx/serving/server.js';
import { doubles, framed, infer, inferRaw, PATH, RAW, Stub } from './fixtures/grpc.js';
import { STALLING } from './fixtures/model.js';
import { Shop, until } from './fixtures/shop.js';

/** Rows on which the model takes long. */
const SLOW = inferRaw({ raw_input_contents: [doubles(STALLING + 1, 4), ...RAW.slice(1)] });

let shop: Shop;
let stubs: Stub[];
let sessions: ClientHttp2Session[];

beforeEach(async () => {
  shop = await Shop.open();
  stubs = [];
  sessions = [];
});

afterEach(async () => {
  for (const stub of stubs) stub.close();
  for (const session of sessions) session.destroy();
  await shop.close();
});

async function stub({ grpc }: RunningServer): Promise<Stub> {
  const opened = await Stub.open(grpc as string);
  stubs.push(opened);
  return opened;
}

function session({ grpc }: RunningServer): ClientHttp2Session {
  const opened = connectHttp2(`http://${grpc}`);
  opened.on('error', () => undefined);
  sessions.push(opened);
  return opened;
}

/** A call whose message is still to be sent. */
function begun(on: ClientHttp2Session, method: string, headers: OutgoingHttpHeaders = {}): ClientHttp2Stream {
  const path = { ':method': 'POST', ':path': `${PATH}/${method}`, 'content-type': 'application/grpc' };
  const stream = on.request({ ...path, te: 'trailers', ...headers });
  stream.on('error', () => undefined);
  return stream;
}

const port = ({ grpc }: RunningServer): number => Number(grpc?.split(':')[1]);

describe('the access log', () => {
  it('has a line for every call, with ids, status and stages, whoever ended it', async () => {
    await shop.release('production', { stalls: 20 });
    const accessLog = join(shop.folder, 'access.log');
    const server = await shop.listen({
      grpcPort: 0,
      accessLog,
      tokens: ['secret'],
      limits: { bodyLimit: 2000 },
    });
    const asking = await stub(server);
    const authorization = 'Bearer secret';
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await asking.call('ModelInfer', infer(), {
      metadata: { authorization, traceparent, 'x-request-id': 'order-7' },
    });
    await asking.failure('ModelMetadata', { name: 'nobody' }, { metadata: { authorization } });
    await asking.failure('ModelInfer', infer());
    await asking.failure('ModelInfer', infer({ id: 'x'.repeat(3000) }), { metadata: { authorization } });
    const connection = session(server);
    const given = begun(connection, 'ModelInfer', { authorization, 'x-request-id': 'given-up' });
    given.end(framed(asking.bytes('ModelInfer', SLOW)));
    // The server is at it when it has answered what came later.
    const later = begun(connection, 'ServerLive').end(framed(Buffer.alloc(0)));
    await once(later, 'response');
    given.close(constants.NGHTTP2_CANCEL);
    const lines = async () =>
      (await readFile(accessLog, 'utf8'))
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    await until(async () => (await lines()).length === 6);
    const [first, ...others] = await lines();
    expect(first).toMatchObject({
      request_id: 'order-7',
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
      parent_id: '00f067aa0ba902b7',
      client: '127.0.0.1',
      method: 'ModelInfer',
      path: `${PATH}/ModelInfer`,
      route: `${PATH}/ModelInfer`,
      grpc_status: 'OK',
      model: 'churn',
      version: 1,
      rows: 2,
    });
    for (const name of ['duration_ms', 'parse_ms', 'queue_ms', 'run_ms', 'serialise_ms'])
      expect(first?.[name]).toBeGreaterThanOrEqual(0);
    expect(first).not.toHaveProperty('status');
    expect(others.map(({ method, grpc_status }) => [method, grpc_status])).toEqual([
      ['ModelMetadata', 'NOT_FOUND'],
      ['ModelInfer', 'UNAUTHENTICATED'],
      ['ModelInfer', 'RESOURCE_EXHAUSTED'],
      ['ServerLive', 'OK'],
      ['ModelInfer', 'CANCELLED'],
    ]);
    expect(others[4]?.request_id).toBe('given-up');
    expect(JSON.stringify([first, ...others])).not.toContain('secret');
  });
});

describe('a call ends when its time is over', () => {
  it("the client's", async () => {
    await shop.release('production', { stalls: 20 });
    const asking = await stub(await shop.listen({ grpcPort: 0 }));
    const started = performance.now();
    expect((await asking.failure('ModelInfer', SLOW, { timeoutMs: 300 })).code).toBe('DEADLINE_EXCEEDED');
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it("the server's, while the model works", async () => {
    await shop.release('production', { stalls: 20 });
    const asking = await stub(await shop.listen({ grpcPort: 0, limits: { timeoutMs: 300 } }));
    const started = performance.now();
    expect(await asking.failure('ModelInfer', SLOW)).toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      details: expect.stringMatching(/time that was allowed/),
    });
    expect(performance.now() - started).toBeLessThan(2000);
  });

  it("the server's, while the message does not come", async () => {
    await shop.release('production');
    const stream = begun(
      session(await shop.listen({ grpcPort: 0, limits: { timeoutMs: 200 } })),
      'ModelInfer',
    );
    const [headers] = await once(stream, 'response');
    expect(headers['grpc-status']).toBe('4');
  });
});

describe('a connection', () => {
  it('whose client does not say that it is there is closed', async () => {
    await shop.release('production');
    const server = await shop.listen({ grpcPort: 0, limits: { keepAliveMs: 100, headersMs: 100 } });
    const asking = await stub(server);
    await asking.call('ServerLive');
    const silent = connect(port(server), '127.0.0.1');
    silent.on('error', () => undefined).resume();
    await once(silent, 'close');
    // One that says nothing but answers stays.
    expect(await asking.call('ServerLive')).toEqual({ live: true });
  });

  it('is closed when its client closes its half', async () => {
    await shop.release('production');
    const server = await shop.listen({ grpcPort: 0 });
    const half = connect({ port: port(server), host: '127.0.0.1', allowHalfOpen: true });
    half.on('error', () => undefined).resume();
    await once(half, 'connect');
    half.end();
    const started = performance.now();
    await once(half, 'end');
    // Not by the ping that finds out that nobody is there.
    expect(performance.now() - started).toBeLessThan(10_000);
    half.destroy();
  });

  it('is refused beyond the limit', async () => {
    await shop.release('production');
    const server = await shop.listen({ grpcPort: 0, limits: { connectionLimit: 1 } });
    await (await stub(server)).call('ServerLive');
    const second = connect(port(server), '127.0.0.1');
    second.on('error', () => undefined).resume();
    await once(second, 'close');
    expect(shop.logged.some(({ message }) => /a connection was refused/.test(message))).toBe(true);
  });

  it('that makes no call does not hold up the end', async () => {
    await shop.release('production');
    const server = await shop.listen({ grpcPort: 0 });
    const silent = connect(port(server), '127.0.0.1');
    silent.on('error', () => undefined).resume();
    await once(silent, 'connect');
    const closed = once(silent, 'close');
    const started = performance.now();
    await server.close();
    await closed;
    expect(performance.now() - started).toBeLessThan(5000);
    expect(shop.logged.filter(({ message }) => /still at work/.test(message))).toEqual([]);
  });

  it('with a call that takes too long is cut when the time to drain is over', async () => {
    await shop.release('production');
    const server = await shop.listen({ grpcPort: 0, limits: { drainMs: 200 } });
    const connection = session(server);
    begun(connection, 'ModelInfer');
    await once(begun(connection, 'ServerLive').end(framed(Buffer.alloc(0))), 'response');
    await server.close();
    expect(shop.logged.filter(({ message }) => /still at work/.test(message))).toHaveLength(1);
  });
});

it('the rate of calls is limited by address, whatever the connection', async () => {
  await shop.release('production');
  const server = await shop.listen({ grpcPort: 0, limits: { rateLimit: 0.001, rateBurst: 2 } });
  const [first, second] = [await stub(server), await stub(server)];
  await first.call('ServerMetadata');
  await second.call('ServerMetadata');
  for (const each of [first, second])
    expect((await each.failure('ServerMetadata', {})).code).toBe('RESOURCE_EXHAUSTED');
});

it('metadata says that another version stepped in', async () => {
  await shop.release('production');
  await shop.release('production', { failsOn: 'c' });
  const limits = { breakerErrors: 1, breakerOpenMs: 60_000, maxErrors: 1000, pollMs: 60_000 };
  const asking = await stub(await shop.listen({ grpcPort: 0, limits }));
  const inputs = [
    { name: 'amount', datatype: 'FP64', shape: [1], contents: { fp64_contents: [4] } },
    { name: 'kind', datatype: 'BYTES', shape: [1], contents: { bytes_contents: [Buffer.from('c')] } },
    { name: 'member', datatype: 'BOOL', shape: [1], contents: { bool_contents: [true] } },
  ];
  expect((await asking.failure('ModelInfer', infer({ inputs }))).code).toBe('INTERNAL');
  expect((await asking.call('ModelInfer', infer({ inputs }))).model_version).toBe('1');
  expect(asking.headers.get('x-mlx-model-version')).toEqual(['1']);
  expect(asking.headers.get('x-mlx-fallback')).toEqual(['true']);
});
