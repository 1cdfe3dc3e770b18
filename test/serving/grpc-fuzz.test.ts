import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningServer } from '#mlx/serving/server.js';
import { createRandom, type Random } from '#mlx/stats/random.js';
import { framed, infer, inferRaw, PATH, Stub } from './fixtures/grpc.js';
import { Shop } from './fixtures/shop.js';

/** `MLX_FUZZ_SECONDS=3600 MLX_FUZZ_SEED=7` for a longer run; a failure names seed and case. */
const SECONDS = Number(process.env.MLX_FUZZ_SECONDS ?? 10);
const SEED = Number(process.env.MLX_FUZZ_SEED ?? 1);
const ANSWER_MS = 5000;
const LEAKS =
  /\bat [^ ]+ \(|\bat .*:\d+:\d+|node_modules|node:internal|dist\/|\/tmp\/|\.mlx|SQLITE|sqlite|SELECT |\[object |undefined|is not a function/;
/** Faults of the server. What the library says of bytes that it cannot undo is INTERNAL by gRPC's own specification. */
const FAULTS = new Set([status.UNKNOWN, status.INTERNAL, status.DATA_LOSS, status.UNAVAILABLE]);
const LIBRARY = /^(?:Invalid grpc-timeout value|Failed to decompress message)/;
const METHODS = ['ServerLive', 'ServerReady', 'ServerMetadata', 'ModelReady', 'ModelMetadata', 'ModelInfer'];
const DATATYPES = [
  'FP64',
  'FP32',
  'FP16',
  'INT64',
  'UINT64',
  'BOOL',
  'BYTES',
  'fp64',
  '',
  '__proto__',
  'x'.repeat(9000),
];
const NAMES = ['amount', 'kind', 'member', '', '__proto__', 'constructor', '\u0000', '🙂', 'y'.repeat(9000)];
const SIZES = [0, 1, 2, 3, -1, 2 ** 31, 2 ** 53 - 1, -(2 ** 53) + 1];

let shop: Shop;
let server: RunningServer;
let guarded: RunningServer;
let stub: Stub;
const sessions = new Map<string, ClientHttp2Session>();

beforeAll(async () => {
  shop = await Shop.open();
  await shop.release('production');
  const limits = { bodyLimit: 100_000, timeoutMs: 300 };
  server = await shop.listen({ grpcPort: 0, limits });
  guarded = await shop.listen({ grpcPort: 0, limits, tokens: ['secret'] });
  stub = await Stub.open(server.grpc as string);
});

afterAll(async () => {
  stub.close();
  for (const session of sessions.values()) session.destroy();
  await shop.close();
});

interface Case {
  readonly what: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const pick = <T>(random: Random, from: readonly T[]): T => from[random.int(from.length)] as T;
const bytes = (random: Random, length: number): Buffer =>
  Buffer.from(Uint8Array.from({ length }, () => random.int(256)));

/** Some bytes changed, left out, put in or repeated. */
function mutated(random: Random, message: Buffer): Buffer {
  let result = Buffer.from(message);
  for (let i = random.int(4); i >= 0; i--) {
    const at = random.int(result.length + 1);
    const more = random.int(20);
    const [before, after] = [result.subarray(0, at), result.subarray(at)];
    result = pick(random, [
      () => Buffer.concat([before, bytes(random, 1), after.subarray(1)]),
      () => Buffer.concat([before, after.subarray(more)]),
      () => Buffer.concat([before, bytes(random, more), after]),
      () => Buffer.concat([before, before.subarray(-more), after]),
    ])();
  }
  return result;
}

/** A message whose fields have the right types and otherwise agree with nothing. */
function nonsense(random: Random): object {
  const numbers = () => Array.from({ length: random.int(4) }, () => pick(random, SIZES));
  const tensor = () => ({
    name: pick(random, NAMES),
    datatype: pick(random, DATATYPES),
    shape: numbers(),
    parameters: { [pick(random, NAMES)]: { int64_param: pick(random, SIZES) } },
    ...(random.int(3) === 0
      ? {}
      : { contents: { fp64_contents: [Number.NaN, Number.POSITIVE_INFINITY].slice(random.int(3)) } }),
  });
  return {
    model_name: pick(random, ['churn', 'churn', 'churn', '', '__proto__', '../..', 'z'.repeat(9000)]),
    model_version: pick(random, ['', '', '1', '0', '-1', '9'.repeat(90), `${'v'.repeat(79)}🙂`]),
    id: pick(random, NAMES),
    parameters: {
      [pick(random, ['timeout', 'binary_data_output', ...NAMES])]: { double_param: pick(random, SIZES) },
    },
    inputs: Array.from({ length: random.int(5) }, tensor),
    outputs: Array.from({ length: random.int(3) }, () => ({
      name: pick(random, ['label', 'probabilities', ...NAMES]),
      parameters: { classification: { int64_param: pick(random, SIZES) } },
    })),
    raw_input_contents: Array.from({ length: random.int(4) }, () => bytes(random, random.int(20))),
  };
}

function fuzzCase(random: Random): Case {
  const valid = stub.bytes('ModelInfer', pick(random, [infer, inferRaw])());
  const method = pick(random, METHODS);
  const plain = (what: string, body: Buffer, headers: Readonly<Record<string, string>> = {}): Case => ({
    what,
    method: random.int(4) === 0 ? method : 'ModelInfer',
    headers,
    body,
  });
  return pick(random, [
    () => plain('a message that was changed', framed(mutated(random, valid))),
    () => plain('random bytes', framed(bytes(random, random.int(300)))),
    () => plain('nonsense', framed(stub.bytes('ModelInfer', nonsense(random)))),
    () => plain('nonsense', framed(stub.bytes('ModelInfer', nonsense(random)))),
    () =>
      plain(
        'a wrong length',
        framed(valid, pick(random, [0, 1, valid.length - 3, valid.length + 7, 2 ** 32 - 1])),
      ),
    () => plain('two messages', Buffer.concat([framed(valid), framed(valid)])),
    () => plain('no message', Buffer.alloc(0)),
    () => plain('less than a frame', bytes(random, 1 + random.int(4))),
    () => plain('a flag without an encoding', framed(valid, valid.length, 1 + random.int(255))),
    () => plain('gzip', framed(gzipSync(valid), undefined, 1), { 'grpc-encoding': 'gzip' }),
    () =>
      plain('a bomb', framed(gzipSync(Buffer.alloc(10_000_000)), undefined, 1), { 'grpc-encoding': 'gzip' }),
    () =>
      plain('no gzip', framed(bytes(random, 50), undefined, 1), {
        'grpc-encoding': pick(random, ['gzip', 'deflate', 'br', '🙂x'.slice(2)]),
      }),
    () =>
      plain('a timeout', framed(valid), {
        'grpc-timeout': pick(random, ['', '0n', '1x', '99999999H', '-1S', '1m']),
      }),
    () => plain('an id', framed(valid), { 'x-request-id': pick(random, ['\u00e9', 'a'.repeat(5000), '{}']) }),
    () =>
      plain('a token', framed(valid), {
        authorization: pick(random, ['', 'Bearer', 'Bearer ', 'Basic eA==', `Bearer ${'t'.repeat(9000)}`]),
      }),
    () => plain('binary metadata', framed(valid), { 'x-some-bin': pick(random, ['%%%', 'AAAA', '=']) }),
    () => ({
      ...plain('a method that is none', framed(valid)),
      method: pick(random, ['', 'modelInfer', '../ModelInfer', '__proto__', 'constructor']),
    }),
    () =>
      plain('another type', framed(valid), {
        'content-type': pick(random, ['application/json', 'application/grpc-web', 'application/grpc+json']),
      }),
  ])();
}

/** The last headers of an answer, which may be the first; undefined when the stream was reset. */
async function answerTo(
  { method, headers, body }: Case,
  address: string,
): Promise<IncomingHttpHeaders | undefined> {
  let session = sessions.get(address);
  if (session === undefined || session.closed || session.destroyed) {
    session = connectHttp2(`http://${address}`);
    session.on('error', () => undefined);
    sessions.set(address, session);
  }
  const path = { ':method': 'POST', ':path': `${PATH}/${method}`, 'content-type': 'application/grpc' };
  const stream = session.request({ ...path, te: 'trailers', ...headers });
  let last: IncomingHttpHeaders | undefined;
  stream.on('response', (received) => {
    last = received;
  });
  stream.on('trailers', (received) => {
    last = received;
  });
  stream.on('error', () => undefined);
  stream.resume().end(body);
  const timer = setTimeout(() => stream.destroy(new Error('late')), ANSWER_MS);
  await new Promise((resolve) => stream.once('close', resolve));
  clearTimeout(timer);
  return last;
}

/** What is wrong with an answer; undefined when nothing is. */
function faultOf(answer: IncomingHttpHeaders | undefined): string | undefined {
  if (answer === undefined) return 'no answer';
  if (Number(answer[':status']) === 415) return undefined;
  const code = Number(answer['grpc-status'] ?? Number.NaN);
  const details = decodeURI(String(answer['grpc-message'] ?? ''));
  if (status[code] === undefined) return `no status: ${JSON.stringify(answer)}`;
  if (FAULTS.has(code) && !LIBRARY.test(details)) return `${status[code]}: ${details.slice(0, 300)}`;
  if (details.length > 2000) return `${details.length} characters of details`;
  const leak = LEAKS.exec(details);
  return leak === null ? undefined : `leaks ${leak[0]} in ${details.slice(0, 300)}`;
}

it(
  'whatever is called is answered without a fault of the server, and nothing without a token',
  async () => {
    const expected = (await stub.call('ModelInfer', inferRaw())).raw_output_contents;
    const end = performance.now() + SECONDS * 1000;
    const faults: string[] = [];
    const codes = new Map<string, number>();
    let number = 0;
    for (; performance.now() < end && faults.length < 10; number++) {
      const asked = fuzzCase(createRandom(SEED, number));
      const shown = `seed ${SEED}, case ${number}, ${asked.what}, ${asked.method}: ${asked.body.toString('latin1', 0, 200)}`;
      const answer = await answerTo(asked, server.grpc as string);
      const code = status[Number(answer?.['grpc-status'] ?? Number.NaN)] ?? 'none';
      codes.set(code, (codes.get(code) ?? 0) + 1);
      const fault = faultOf(answer);
      if (fault !== undefined) faults.push(`${fault} for ${JSON.stringify(shown)}`);
      const locked = (await answerTo(asked, guarded.grpc as string))?.['grpc-status'];
      const isOpen = asked.method === 'ServerLive' || asked.method === 'ServerReady';
      if (locked === '0' && !isOpen) faults.push(`in without a token: ${JSON.stringify(shown)}`);
    }
    console.log(`seed ${SEED}: ${number} calls`, Object.fromEntries(codes));
    expect(faults).toEqual([]);
    expect((await stub.call('ModelInfer', inferRaw())).raw_output_contents).toEqual(expected);
    // The fuzzer itself: it comes far, and reaches both the good and the bad ends.
    expect(number).toBeGreaterThan(SECONDS * 5);
    for (const code of ['OK', 'INVALID_ARGUMENT', 'NOT_FOUND', 'RESOURCE_EXHAUSTED', 'UNIMPLEMENTED'])
      expect(codes.get(code) ?? 0, code).toBeGreaterThan(0);
    expect(shop.logged.filter(({ level }) => level === 'error')).toEqual([]);
  },
  (SECONDS + 60) * 1000,
);

it('whatever comes over a connection that is not gRPC closes it, and nothing else', async () => {
  const impatient = await shop.listen({ grpcPort: 0, limits: { keepAliveMs: 200, headersMs: 200 } });
  const port = Number(impatient.grpc?.split(':')[1]);
  const random = createRandom(SEED, 0);
  const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
  const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
  const openings = [
    Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    Buffer.concat([preface, Buffer.alloc(100, 255)]),
    // A frame longer than any may be; headers on stream 0.
    Buffer.concat([preface, settings, Buffer.from([255, 255, 255, 1, 4, 0, 0, 0, 1]), bytes(random, 100)]),
    Buffer.concat([preface, settings, Buffer.from([0, 0, 4, 1, 4, 0, 0, 0, 0, 1, 2, 3, 4])]),
    ...Array.from({ length: 20 }, () => bytes(random, 30 + random.int(300))),
  ];
  for (const opening of openings) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined).resume();
    await once(socket, 'connect');
    const closed = once(socket, 'close');
    socket.write(opening);
    await closed;
    const asking = await Stub.open(impatient.grpc as string);
    expect(await asking.call('ServerLive')).toEqual({ live: true });
    asking.close();
  }
});
