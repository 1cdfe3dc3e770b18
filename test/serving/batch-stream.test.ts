import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '#mlx/serving/server.js';
import { GOOD, type InjectedServer, Shop, until } from './fixtures/shop.js';

let shop: Shop;
let server: InjectedServer;
let listening: RunningServer;
/** Gives up after 300 ms. */
let impatient: RunningServer;

beforeAll(async () => {
  shop = await Shop.open();
  await shop.release('production');
  await shop.release('production', { task: 'regression' }, 'price');
  const models = ['churn', 'price'];
  server = await shop.inject({ models, limits: { bodyLimit: 500, rowLimit: 2 } });
  listening = await shop.listen({ models: ['churn'] });
  impatient = await shop.listen({ models: ['churn'], limits: { requestMs: 300 } });
});

afterAll(() => shop.close());

/** Between two rows of a stream. */
const PAUSE_MS = 200;
const LINES = { 'content-type': 'application/x-ndjson' };
const line = (value: unknown) => `${JSON.stringify(value)}\n`;
const GOOD_LINE = line(GOOD);

async function post(payload: string | Buffer, headers: Record<string, string>, query = 'model=churn') {
  const url = `/batch_predict?${query}`;
  const {
    statusCode,
    headers: answered,
    body,
  } = await server.app.inject({ method: 'POST', url, headers, payload });
  return { status: statusCode, headers: answered, body };
}

const parsed = (body: string) =>
  body
    .split('\n')
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text));

describe('NDJSON', () => {
  it('answers each line with one, in order; a bad one fails only itself', async () => {
    const bad = [
      '{"amount":4,"kind":"b"}\n',
      'not json\n',
      `{"amount":4,"kind":"${'b'.repeat(600)}","member":true}\n`,
      Buffer.from([0xff, 0x0a]),
    ];
    const payload = Buffer.concat(
      [
        GOOD_LINE,
        '\n',
        '[4,"b",null]\r\n',
        ...bad,
        '{"features":{"amount":null,"kind":"b","member":true}}',
      ].map((part) => Buffer.from(part)),
    );
    const { status, headers, body } = await post(payload, LINES);
    expect([status, headers['content-type']]).toEqual([200, 'application/x-ndjson; charset=utf-8']);
    expect(headers['x-mlx-model-version']).toBe('1');
    const rows = parsed(body);
    expect(rows.map(({ row }) => row)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(rows[0]).toEqual({
      row: 0,
      prediction: 'yes',
      confidence: 0.6875,
      probabilities: { no: 0.3125, yes: 0.6875 },
      prediction_id: expect.stringMatching(/^[0-9a-f-]{36}-0$/),
    });
    expect(rows[6]).toMatchObject({ confidence: 0.625 });
    expect(rows.slice(2, 6).map(({ error }) => [error.code, error.message])).toEqual([
      ['REQUEST_INVALID', 'rows[2]: the column member is missing.'],
      ['REQUEST_INVALID', expect.stringMatching(/^The line is not JSON/)],
      ['REQUEST_TOO_LARGE', expect.stringMatching(/^The line has 6\d\d bytes; the limit is 500/)],
      ['REQUEST_INVALID', 'The line is not UTF-8 text.'],
    ]);
  });

  it('takes the model and its version from the query, and compressed bodies', async () => {
    const { body } = await post(GOOD_LINE, LINES, 'model=price&model_version=1');
    expect(parsed(body)).toMatchObject([{ prediction: 0.6875, confidence: null }]);
    const packed = await post(gzipSync(GOOD_LINE.repeat(3)), { ...LINES, 'content-encoding': 'gzip' });
    expect(parsed(packed.body)).toHaveLength(3);
    const broken = await post('no gzip', { ...LINES, 'content-encoding': 'gzip' });
    expect(parsed(broken.body)).toMatchObject([{ error: { code: 'REQUEST_INVALID' } }]);
    expect((await post('x', { ...LINES, 'content-encoding': 'br' })).body).toContain(
      'MEDIA_TYPE_UNSUPPORTED',
    );
  });

  it.each([
    ['an unknown model', 'model=nobody', 404],
    ['no model, where several are served', '', 400],
    ['an unknown version', 'model=churn&model_version=9', 404],
  ])('refuses %s before anything is streamed', async (_, query, expected) => {
    const { status, body } = await post(GOOD_LINE, LINES, query);
    expect([status, typeof JSON.parse(body).error.code]).toEqual([expected, 'string']);
  });

  it('is answered in one document where JSON is asked for, within the limit of rows', async () => {
    const asked = { ...LINES, accept: 'application/json' };
    expect(JSON.parse((await post(GOOD_LINE, asked)).body)).toMatchObject({ rows: 1, succeeded: 1 });
    expect((await post(GOOD_LINE.repeat(3), asked)).status).toBe(413);
    expect((await post(GOOD_LINE.repeat(100), asked)).status).toBe(413);
  });
});

describe('CSV', () => {
  const CSV = { 'content-type': 'text/csv', accept: 'text/csv' };
  const TABLE = 'kind,amount,member\nb,4,true\nb,many,true\nb,,\n';

  it('is answered with CSV where that is asked for, beyond the limit of rows', async () => {
    const { headers, body } = await post(TABLE, CSV);
    expect(headers['content-type']).toBe('text/csv; charset=utf-8');
    const id = '[0-9a-f-]{36}-\\d';
    expect(body).toMatch(
      new RegExp(
        `^row,prediction,confidence,probability_no,probability_yes,prediction_id,error\n0,yes,0.6875,0.3125,0.6875,${id},\n` +
          `1,,,,,,"rows\\[1\\], column amount: expected a number, got ""many""."\n2,yes,0.625,0.375,0.625,${id},\n$`,
      ),
    );
    expect((await post(TABLE, CSV, 'model=price')).body).toMatch(
      /^row,prediction,prediction_id,error\n0,0.6875,/,
    );
  });

  it('says why it ends before its time', async () => {
    const { status, body } = await post(`${TABLE}b,4\n`, CSV);
    expect(status).toBe(200);
    expect(body).toMatch(/\n,,,,,,"?[^\n]+\n$/);
    expect(parsed((await post('a,b\n1,2\n', { ...CSV, accept: 'application/x-ndjson' })).body)).toMatchObject(
      [{ error: { code: 'REQUEST_INVALID' } }],
    );
  });

  it('is what rows in JSON may be answered with, too', async () => {
    const { body } = await post(JSON.stringify({ model: 'churn', rows: [GOOD, [1]] }), {
      'content-type': 'application/json',
      accept: 'text/html, text/csv;q=0.9',
    });
    expect(body.split('\n')).toHaveLength(4);
  });
});

describe('a stream', () => {
  function open({ url } = listening): ClientRequest {
    const sent = request(`${url}/batch_predict`, { method: 'POST', headers: LINES, agent: false });
    sent.on('error', () => undefined);
    return sent;
  }

  it('answers a row before the next is sent', async () => {
    const sent = open();
    sent.write(GOOD_LINE);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const answers = createInterface(response)[Symbol.asyncIterator]();
    for (let row = 0; row < 5; row++) {
      const { value } = await answers.next();
      expect(JSON.parse(value).row).toBe(row);
      if (row < 4) sent.write(GOOD_LINE);
    }
    sent.end();
    expect((await answers.next()).done).toBe(true);
  });

  it('is one line of the access log with all its rows, which took no time in which none was there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'mlx-stream-'));
    const accessLog = join(folder, 'access.log');
    const own = await shop.listen({ models: ['churn'], accessLog });
    const startedAt = performance.now();
    const sent = open(own);
    sent.write(GOOD_LINE);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const answers = createInterface(response)[Symbol.asyncIterator]();
    await answers.next();
    const pausedAt = performance.now();
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    const pauseMs = performance.now() - pausedAt;
    sent.write(GOOD_LINE.repeat(2));
    await answers.next();
    await answers.next();
    sent.end();
    await answers.next();
    const tookMs = performance.now() - startedAt;
    const { models } = (await (await fetch(`${own.url}/metrics/summary`)).json()) as {
      readonly models: readonly [{ readonly requests: number; readonly mean_latency_ms: number }];
    };
    expect(models[0].requests * models[0].mean_latency_ms).toBeLessThan(tookMs - pauseMs);
    await own.close();
    const lines = parsed(await readFile(accessLog, 'utf8'));
    expect(lines[0]).toMatchObject({ route: '/batch_predict', version: 1, rows: 3 });
    await rm(folder, { recursive: true });
  });

  it('answers a body far over the limits, all in order', async () => {
    const sent = open();
    const responded = once(sent, 'response');
    const rows = 40_000;
    sent.end(GOOD_LINE.repeat(rows));
    const [response] = (await responded) as [IncomingMessage];
    let row = 0;
    for await (const answer of createInterface(response)) {
      if (!answer.startsWith(`{"row":${row++},"prediction":"yes"`)) throw new Error(answer);
    }
    expect(row).toBe(rows);
  });

  it('gives up a client that stops in the middle, and lets go of the version', async () => {
    const sent = open(impatient);
    sent.write(GOOD_LINE);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.resume();
    const [error] = await once(response, 'error');
    expect(error.code).toBe('ECONNRESET');
  });

  it('survives a client that goes away', async () => {
    const sent = open();
    sent.write(GOOD_LINE);
    await once(sent, 'response');
    sent.destroy();
    const after = open();
    after.end(GOOD_LINE);
    const [response] = (await once(after, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(200);
    response.resume();
    await until(() => response.complete);
  });
});

it('a body that is read whole has a limit of time', async () => {
  const sent = request(`${impatient.url}/predict`, {
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'application/json', 'content-length': '100' },
  });
  sent.on('error', () => undefined);
  sent.write('{');
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  expect([response.statusCode, response.headers.connection]).toEqual([408, 'close']);
  let body = '';
  for await (const chunk of response) body += chunk;
  expect(JSON.parse(body).error.code).toBe('REQUEST_TIMEOUT');
  sent.destroy();
});
