import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Deadline, Deadlines } from '#mlx/serving/http/deadlines.js';
import { Exchange } from '#mlx/serving/http/exchange.js';
import { send } from '#mlx/serving/http/send.js';
import { STALLING } from './fixtures/model.js';
import { GOOD, type InjectedServer, Shop, until } from './fixtures/shop.js';

const SLOW = { ...GOOD, amount: STALLING + 1 };

let shop: Shop;
const sockets: Socket[] = [];

beforeEach(async () => {
  shop = await Shop.open();
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await shop.close();
});

async function post(
  { app }: InjectedServer,
  payload: object,
  headers: Record<string, string> = {},
  url = '/predict',
) {
  const started = performance.now();
  const { statusCode, headers: answered, json } = await app.inject({ method: 'POST', url, headers, payload });
  return {
    status: statusCode,
    body: json(),
    retryAfter: answered['retry-after'],
    ms: performance.now() - started,
  };
}

const rowsWaiting = ({ core }: InjectedServer): number =>
  core.catalog.deployments[0]?.current?.batcher.rowsWaiting ?? 0;
const predicted = async ({ core }: InjectedServer): Promise<number> => {
  await core.writer.flush();
  return shop.store.predictions.count();
};

/** A connection, and what came over it. */
async function dial(port: number): Promise<{ socket: Socket; text: () => string; closed: Promise<unknown> }> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  await once(socket, 'connect');
  return { socket, text: () => text, closed };
}

const portOf = (url: string): number => Number(new URL(url).port);
const head = (path: string, length: number, more = ''): string =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n${more}\r\n`;

describe('the queue', () => {
  it('takes so many rows, and tells the others when to come back', async () => {
    await shop.release('production', { stalls: 3 });
    const server = await shop.inject({ limits: { queueRows: 3 } });
    const busy = [];
    for (let pack = 0; pack < 2; pack++) {
      busy.push(post(server, { features: SLOW }));
      await until(() => server.core.predictor.atWork === pack + 1);
    }
    const batch = (rows: number) => post(server, { rows: new Array(rows).fill(GOOD) }, {}, '/batch_predict');
    // Both places at the thread are taken. One request is let wait however large it is; three rows fit beside no other.
    const waiting = [batch(2)];
    await until(() => rowsWaiting(server) === 2);
    const refused = await batch(2);
    expect([refused.status, refused.body.error.code]).toEqual([429, 'OVERLOADED']);
    expect(Number(refused.retryAfter)).toBeGreaterThanOrEqual(1);
    waiting.push(batch(1));
    const answers = await Promise.all([...busy, ...waiting]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await batch(50)).status).toBe(200);
  });

  it('is full before the body is read', async () => {
    await shop.release('production', { stalls: 3 });
    const server = await shop.listen({ limits: { requestLimit: 1 } });
    const first = await dial(portOf(server.url));
    const body = JSON.stringify({ features: SLOW });
    first.socket.write(head('/predict', body.length) + body);
    const second = await dial(portOf(server.url));
    await until(async () => {
      // Nothing of the body is sent.
      second.socket.write(head('/predict', 1_000_000));
      return second.text() !== '';
    });
    expect(second.text()).toMatch(/^HTTP\/1\.1 429 [\s\S]*"OVERLOADED"/);
    await until(() => first.text() !== '');
    expect(first.text()).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('the time of a request', () => {
  it('is what its client allows: the answer comes in time although the model does not', async () => {
    await shop.release('production', { stalls: 5 });
    const server = await shop.inject();
    const stalled = post(server, { features: SLOW }, { 'x-request-timeout-ms': '150' });
    await until(() => server.core.predictor.atWork === 1);
    const { status, body, ms } = await stalled;
    expect([status, body.error.code]).toEqual([504, 'DEADLINE_EXCEEDED']);
    expect(ms).toBeGreaterThan(140);
    const tensorFlow = await post(
      server,
      { instances: [GOOD] },
      { 'x-request-timeout-ms': '100' },
      '/v1/models/churn:predict',
    );
    expect([tensorFlow.status, tensorFlow.body]).toEqual([
      504,
      { error: expect.stringMatching(/time that was allowed/) },
    ]);
    // Still at the first one: neither answer waited for it.
    expect(server.core.predictor.atWork).toBe(2);
    expect((await post(server, { features: GOOD })).status).toBe(200);
    await until(() => server.core.predictor.atWork === 0);
  });

  it('is over before the run for who waited too long: the row is not scored', async () => {
    await shop.release('production', { stalls: 3 });
    const server = await shop.inject();
    const busy = [];
    for (let pack = 0; pack < 2; pack++) {
      busy.push(post(server, { features: SLOW }));
      await until(() => server.core.predictor.atWork === pack + 1);
    }
    expect((await post(server, { features: GOOD }, { 'x-request-timeout-ms': '20' })).status).toBe(504);
    await Promise.all(busy);
    await until(() => server.core.predictor.atWork === 0);
    expect(await predicted(server)).toBe(2);
  });

  it('has a limit where the client names none, or a longer one', async () => {
    await shop.release('production', { stalls: 3 });
    const server = await shop.inject({ limits: { timeoutMs: 100 } });
    const asked = [{}, { 'x-request-timeout-ms': '99999' }].map((headers) =>
      post(server, { features: SLOW }, headers),
    );
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([504, 504]);
    await until(() => server.core.predictor.atWork === 0);
    expect((await post(server, { features: GOOD })).status).toBe(200);
  });

  it.each(['0', '-5', 'soon', '1e3', '', '1, 2', '9999999999'])('cannot be %j', async (timeout) => {
    await shop.release('production');
    const server = await shop.inject();
    const { status, body } = await post(server, { features: GOOD }, { 'x-request-timeout-ms': timeout });
    expect([status, body.error.details.field]).toEqual([400, 'x-request-timeout-ms']);
  });

  it('runs while the body arrives', async () => {
    await shop.release('production');
    const server = await shop.listen({ limits: { timeoutMs: 100 } });
    const slow = await dial(portOf(server.url));
    slow.socket.write(`${head('/predict', 100)}{"features":`);
    await slow.closed;
    expect(slow.text()).toMatch(/^HTTP\/1\.1 504 [\s\S]*connection: close/i);
  });

  it('can be cut short by a dialect, and not made longer', async () => {
    const started = performance.now();
    const raw = { headers: {}, url: '/x?a=1' } as IncomingMessage;
    const exchange = new Exchange(raw, {} as ServerResponse, started, new Deadlines());
    const late = new Promise<number>((resolve) =>
      exchange.onLate(() => resolve(performance.now() - started)),
    );
    expect(exchange.deadline).toBeNull();
    for (const [asked, holds] of [
      [60_000, 60_000],
      [50, 50],
      [9000, 50],
    ] as const) {
      exchange.limitTime(asked);
      expect(exchange.deadline).toBe(started + holds);
    }
    expect(await late).toBeGreaterThanOrEqual(50);
  });

  it('ends in order, whatever the order in which the times were set', async () => {
    const deadlines = new Deadlines();
    const late: string[] = [];
    const now = performance.now();
    const add = (name: string, ms: number) => {
      const deadline = new Deadline(now + ms, () => void late.push(name));
      deadlines.add(deadline);
      return deadline;
    };
    add('far', 60);
    add('near', 10);
    const taken = add('taken back', 20);
    add('middle', 30);
    deadlines.remove(taken);
    await until(() => late.length === 3);
    expect(late).toEqual(['near', 'middle', 'far']);
  });
});

describe('slow and greedy clients', () => {
  beforeEach(() => shop.release('production'));

  it('who never says anything is hung up on', async () => {
    const server = await shop.listen({ limits: { headersMs: 100 } });
    const silent = await dial(portOf(server.url));
    const dripping = await dial(portOf(server.url));
    dripping.socket.write('GET /health HTTP/1.1\r\nHo');
    await Promise.all([silent.closed, dripping.closed]);
    expect(dripping.text()).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('who stops writing after the request is answered', async () => {
    const server = await shop.listen();
    const half = await dial(portOf(server.url));
    half.socket.end('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await half.closed;
    expect(half.text()).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('who takes all connections loses those that wait for a next request', async () => {
    const server = await shop.listen({ limits: { connectionLimit: 2, keepAliveMs: 300_000 } });
    const port = portOf(server.url);
    const idle = [await dial(port), await dial(port)];
    for (const { socket } of idle) socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await until(() => idle.every(({ text }) => text().includes('"ok"')));
    await (await dial(port)).closed;
    await Promise.all(idle.map(({ closed }) => closed));
    const next = await dial(port);
    next.socket.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await until(() => next.text().includes('"ok"'));
    expect(shop.logged.map(({ message }) => message)).toContain(
      'a connection was refused: there are 2 already',
    );
  });

  it('who asks before sending a body is told first', async () => {
    const server = await shop.listen({ limits: { bodyLimit: 1000 } });
    const expecting = 'Expect: 100-continue\r\n';
    const large = await dial(portOf(server.url));
    large.socket.write(head('/predict', 1001, expecting));
    await until(() => large.text().includes('REQUEST_TOO_LARGE'));
    expect(large.text()).toMatch(/^HTTP\/1\.1 413 /);
    await large.closed;
    const small = await dial(portOf(server.url));
    const body = JSON.stringify({ features: GOOD });
    small.socket.write(head('/predict', body.length, expecting));
    await until(() => small.text() === 'HTTP/1.1 100 Continue\r\n\r\n');
    small.socket.write(body);
    await until(() => small.text().includes('prediction_id'));
  });

  it('who does not read a large answer is given up, who reads slowly is not', async () => {
    const body = Buffer.alloc(32_000_000, 'x');
    let answered = 0;
    const http = createServer((_, response) => {
      response.on('close', () => answered++);
      void send(response, { status: 200, type: 'text/plain', body }, 1000);
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    const { port } = http.address() as AddressInfo;
    const deaf = await dial(port);
    deaf.socket.pause();
    deaf.socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await until(() => answered === 1);
    deaf.socket.resume();
    await deaf.closed;
    expect(deaf.text().length).toBeLessThan(body.length);
    const [response] = await once(get({ port, host: '127.0.0.1', agent: false }), 'response');
    let bytes = 0;
    for await (const chunk of response) {
      const before = bytes;
      bytes += chunk.length;
      // Now and then a pause, shorter than what is too long, the whole longer than that.
      if (Math.floor(bytes / 4e6) > Math.floor(before / 4e6))
        await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(bytes).toBe(body.length);
    http.close();
  });
});
