import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GOOD, Shop, until } from './fixtures/shop.js';

let shop: Shop;
let agent: Agent;

beforeEach(async () => {
  shop = await Shop.open();
  agent = new Agent({ keepAlive: true, maxSockets: 8 });
  await shop.release('production');
});

afterEach(async () => {
  agent.destroy();
  await shop.close();
});

async function call(
  url: string,
  path: string,
  payload?: object,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const sent = request(`${url}${path}`, {
    agent,
    method: payload === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json' },
  });
  sent.end(payload === undefined ? undefined : JSON.stringify(payload));
  const [response] = await once(sent, 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode, body: JSON.parse(text) };
}

describe('over a socket', () => {
  it('swaps versions under load without one failed request', async () => {
    const server = await shop.listen({ limits: { idleVersions: 0 } });
    for (let i = 0; i < 3; i++) await shop.release(null, { base: 0.4 });
    const versions: number[] = [];
    let isRunning = true;
    const caller = async () => {
      let last = 0;
      while (isRunning) {
        const { status, body } = await call(server.url, '/predict', { features: GOOD });
        expect(status).toBe(200);
        // Once the new version has answered, the old one never does again.
        expect(body.model_version).toBeGreaterThanOrEqual(last);
        last = body.model_version as number;
        versions.push(last);
      }
    };
    const callers = Array.from({ length: 6 }, caller);
    for (const version of [2, 3, 4]) {
      await shop.promote(version);
      await until(() => versions.at(-1) === version);
    }
    isRunning = false;
    await Promise.all(callers);
    expect(new Set(versions)).toEqual(new Set([1, 2, 3, 4]));
    await server.close();
    expect(await shop.store.predictions.count()).toBe(versions.length);
  });

  it('drains: a request at work finishes, readiness says no, and nothing is lost', async () => {
    const server = await shop.listen({ limits: { flushMs: 60_000 } });
    const port = Number(new URL(server.url).port);
    const body = JSON.stringify({ features: GOOD });
    const slow = connect(port, '127.0.0.1');
    await once(slow, 'connect');
    let received = '';
    slow.on('data', (chunk) => {
      received += chunk;
    });
    const head = `POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    slow.write(`${head}${body.slice(0, 10)}`);
    const asking = connect(port, '127.0.0.1');
    await once(asking, 'connect');
    let answered = '';
    asking.on('data', (chunk) => {
      answered += chunk;
    });
    asking.write('GET /ready HTTP/1.1\r\nHost: localhost\r\n');
    // Both connections are known to be at work when a third one has been answered.
    expect((await call(server.url, '/ready')).status).toBe(200);
    agent.destroy();
    const closing = server.close();
    asking.write('\r\n');
    await until(() => answered.includes('"draining"'));
    expect(answered).toMatch(/^HTTP\/1\.1 503 /);
    slow.write(body.slice(10));
    await closing;
    await until(() => received.includes('prediction_id'));
    expect(received).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(received).toMatch(/connection: close/i);
    const id = /"prediction_id":"([^"]+)"/.exec(received)?.[1] as string;
    expect(await shop.store.predictions.get(id)).toBeDefined();
    await expect(call(server.url, '/health')).rejects.toThrow(/ECONNREFUSED/);
  });

  it('does not wait for ever for a request that never ends', async () => {
    const server = await shop.listen({ limits: { drainMs: 50 } });
    const stuck = connect(Number(new URL(server.url).port), '127.0.0.1');
    stuck.on('error', () => undefined);
    await once(stuck, 'connect');
    stuck.write(
      'POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
    );
    expect((await call(server.url, '/health')).status).toBe(200);
    await server.close();
    expect(shop.logged.some(({ message }) => /still at work/.test(message))).toBe(true);
  });

  it('refuses a port that is taken, and lets go of everything', async () => {
    const server = await shop.listen();
    const port = Number(new URL(server.url).port);
    await expect(shop.listen({ port })).rejects.toMatchObject({ code: 'PORT_UNAVAILABLE' });
  });

  it('says what it serves', async () => {
    const server = await shop.listen();
    expect(server.models).toEqual([
      { reference: 'churn', name: 'churn', version: 1, problem: null, circuit: 'closed' },
    ]);
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });
});
