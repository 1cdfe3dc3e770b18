import type { ServerResponse } from 'node:http';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { send } from '#mlx/serving/http/send.js';
import { inOrder } from '#mlx/serving/in-order.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Numbers from 0, which count how many were asked for. */
class Counting {
  asked = 0;
  isLeft = false;
  readonly #count: number;
  readonly #failure: Error | undefined;

  constructor(count: number, failure?: Error) {
    this.#count = count;
    this.#failure = failure;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<number> {
    try {
      for (let next = 0; next < this.#count; next++) {
        this.asked++;
        yield next;
      }
      if (this.#failure !== undefined) throw this.#failure;
    } finally {
      this.isLeft = true;
    }
  }
}

describe('inOrder', () => {
  it('keeps the order, whatever takes long', async () => {
    const seen: number[] = [];
    const work = async (piece: number) => {
      for (let left = (7 * piece) % 5; left > 0; left--) await turn();
      return piece;
    };
    for await (const piece of inOrder(new Counting(20), 3, work)) seen.push(piece);
    expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it('takes no more from the source than is at work, and one', async () => {
    const source = new Counting(100);
    const results = inOrder(source, 2, async (piece) => piece);
    await results.next();
    for (let left = 10; left > 0; left--) await turn();
    expect(source.asked).toBeLessThanOrEqual(3);
    await results.return(undefined);
    await turn();
    expect(source.isLeft).toBe(true);
  });

  it('gives a result before the next piece has come', async () => {
    const never = { [Symbol.asyncIterator]: () => ({ next: nextOnce() }) };
    const results = inOrder(never, 2, async (piece) => piece);
    expect((await results.next()).value).toBe('only');
  });

  it('fails after the results of what came before', async () => {
    const seen: number[] = [];
    const run = async () => {
      for await (const piece of inOrder(new Counting(3, new Error('no more')), 2, async (one) => one))
        seen.push(piece);
    };
    await expect(run()).rejects.toThrow('no more');
    expect(seen).toEqual([0, 1, 2]);
  });
});

function nextOnce(): () => Promise<IteratorResult<string>> {
  let isFirst = true;
  return () => {
    const answer = isFirst
      ? Promise.resolve({ value: 'only', done: false as const })
      : new Promise<never>(() => undefined);
    isFirst = false;
    return answer;
  };
}

it('an answer in pieces waits for whoever reads it', async () => {
  const client = new PassThrough({ highWaterMark: 10 });
  const response = Object.assign(client, {
    writeHead: () => undefined,
    setTimeout: () => undefined,
  }) as unknown as ServerResponse;
  const source = new Counting(1000);
  const body = inOrder(source, 1, async (piece) => `piece ${piece}\n`);
  const sending = send(response, { status: 200, type: 'text/plain', body }, 30_000);
  for (let left = 20; left > 0; left--) await turn();
  expect(source.asked).toBeLessThan(10);
  let text = '';
  for await (const chunk of client) text += chunk;
  await sending;
  expect(text.split('\n')).toHaveLength(1001);
});
