import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Route } from '#mlx/serving/http/message.js';
import { dialectOf } from '#mlx/serving/http/router.js';
import type { RunningServer } from '#mlx/serving/server.js';
import { createRandom } from '#mlx/stats/random.js';
import { type FuzzCase, fuzzCase } from './fixtures/fuzz-requests.js';
import { GOOD, Shop } from './fixtures/shop.js';

/** `MLX_FUZZ_SECONDS=3600 MLX_FUZZ_SEED=7` for a longer run; a failure names seed and case. */
const SECONDS = Number(process.env.MLX_FUZZ_SECONDS ?? 20);
const SEED = Number(process.env.MLX_FUZZ_SEED ?? 1);
/** The server must have answered, or have hung up, by then. */
const ANSWER_MS = 5000;
const LEAKS =
  /\bat [^ ]+ \(|\bat .*:\d+:\d+|node_modules|node:internal|dist\/|\/tmp\/|\/work\/|\/home\/|\/root\/|\.mlx|\.cc\b|SQLITE|sqlite|SELECT |\[object /;

let shop: Shop;
let server: RunningServer;
let routes: readonly Route[];
let port: number;
const agent = new Agent({ keepAlive: true });

beforeAll(async () => {
  shop = await Shop.open();
  await shop.release('production');
  await shop.release('production', { task: 'regression' }, 'price');
  const models = ['churn', 'price'];
  ({ routes } = await shop.inject({ models }));
  server = await shop.listen({ models, limits: { headersMs: 2000, requestMs: 3000 } });
  port = Number(new URL(server.url).port);
});

afterAll(async () => {
  agent.destroy();
  await shop.close();
});

interface Received {
  readonly text: string;
  readonly isHungUp: boolean;
}

/** Sends bytes on a connection of their own, and reads until it is closed; who sends a part stops writing after it. */
async function exchange({ bytes, isWhole }: FuzzCase): Promise<Received> {
  const socket = connect(port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  // The server may hang up while much is still being sent.
  socket.on('error', () => undefined);
  const closed = once(socket, 'close').then(() => true);
  if (isWhole) socket.write(bytes);
  else socket.end(bytes);
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ANSWER_MS);
  });
  const isHungUp = await Promise.race([closed, timeout]);
  clearTimeout(timer);
  socket.destroy();
  return { text: Buffer.concat(chunks).toString('latin1'), isHungUp };
}

interface Answer {
  readonly status: number;
  readonly headers: string;
  readonly body: string;
}

/** The answers on a connection. */
function answersOf(text: string): readonly Answer[] {
  const answers: Answer[] = [];
  let rest = text;
  while (rest !== '') {
    const match = /^HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n([\s\S]*?\r\n)?\r\n/.exec(rest);
    if (match === null) throw new Error(`no HTTP answer: ${JSON.stringify(rest.slice(0, 300))}`);
    const [whole, status, headers = ''] = match;
    rest = rest.slice(whole.length);
    const end = /^transfer-encoding: chunked/im.test(headers) ? rest.indexOf('0\r\n\r\n') + 5 : 0;
    const length = end > 0 ? end : Number(/^content-length: (\d+)/im.exec(headers)?.[1] ?? 0);
    const isHead = rest.length < length && rest === '';
    answers.push({ status: Number(status), headers, body: isHead ? '' : rest.slice(0, length) });
    rest = isHead ? '' : rest.slice(length);
  }
  return answers;
}

/** What is wrong with an answer; undefined when nothing is. */
function faultOf({ status, headers, body }: Answer, path: string): string | undefined {
  if (status >= 500) return `status ${status}: ${body.slice(0, 300)}`;
  const leak = LEAKS.exec(body.slice(0, 100_000));
  if (leak !== null && !/text\/html/i.test(headers)) return `leaks ${leak[0]}`;
  if (status === 100 || status === 204 || body === '') return undefined;
  if (!/^content-type: application\/json/im.test(headers)) return status < 300 ? undefined : 'no JSON';
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body, 'latin1').toString());
  } catch {
    return `no JSON: ${body.slice(0, 200)}`;
  }
  if (status < 400) return undefined;
  if (body.length > 4000) return `an error of ${body.length} bytes`;
  const { error } = value as { error?: unknown };
  if (typeof error === 'string') return dialectOf(path) === 'plain' ? 'a text as error' : undefined;
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  return typeof code === 'string' && typeof message === 'string' ? undefined : 'no error in it';
}

async function isAlive(): Promise<boolean> {
  const asked = get(`${server.url}/health`, { agent, timeout: ANSWER_MS });
  const [response] = await once(asked, 'response');
  response.resume();
  await once(response, 'end');
  return response.statusCode === 200;
}

async function prediction(): Promise<unknown> {
  const response = await fetch(`${server.url}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ features: GOOD, model: 'churn' }),
  });
  return ((await response.json()) as { probabilities: unknown }).probabilities;
}

describe('whatever is sent', () => {
  it(
    'is answered without a fault of the server, in the form of its dialect, and without a word about its inside',
    async () => {
      const expected = await prediction();
      const end = performance.now() + SECONDS * 1000;
      const faults: string[] = [];
      const statuses = new Map<number, number>();
      let number = 0;
      for (; performance.now() < end && faults.length < 10; number++) {
        const random = createRandom(SEED, number);
        const fuzz = fuzzCase(random, routes);
        const shown = `seed ${SEED}, case ${number}, ${fuzz.what}: ${JSON.stringify(fuzz.bytes.toString('latin1', 0, 400))}`;
        const { text, isHungUp } = await exchange(fuzz);
        const path = fuzz.bytes.toString('latin1', 0, 200).split(' ')[1] ?? '';
        if (!isHungUp) faults.push(`neither an answer nor a closed connection for ${shown}`);
        else if (fuzz.isWhole && text === '' && fuzz.bytes.length < 100_000)
          faults.push(`no answer for ${shown}`);
        for (const answer of answersOf(text)) {
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
          const fault = faultOf(answer, path);
          if (fault !== undefined) faults.push(`${fault} for ${shown}`);
        }
        if (!(await isAlive())) faults.push(`not alive after ${shown}`);
      }
      console.log(`seed ${SEED}: ${number} cases`, Object.fromEntries(statuses));
      expect(faults).toEqual([]);
      expect(await prediction()).toEqual(expected);
      expect(({} as Record<string, unknown>).features).toBeUndefined();
      // The fuzzer itself: it comes far, and reaches both the good and the bad ends.
      expect(number).toBeGreaterThan(SECONDS * 5);
      for (const status of [200, 400, 404, 405]) expect(statuses.get(status) ?? 0).toBeGreaterThan(0);
      const inside = shop.logged.filter(({ message }) =>
        /is not a function|Cannot read|undefined/.test(message),
      );
      expect(inside).toEqual([]);
    },
    (SECONDS + 60) * 1000,
  );
});
