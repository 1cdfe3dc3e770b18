import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppendedFile } from '#mlx/serving/appended-file.js';
import { Histogram } from '#mlx/serving/metrics/histogram.js';
import { GOOD, Shop, until } from './fixtures/shop.js';

let shop: Shop;
let folder: string;

beforeEach(async () => {
  shop = await Shop.open();
  folder = await mkdtemp(join(tmpdir(), 'mlx-access-'));
  await shop.release('production');
});

afterEach(async () => {
  await shop.close();
  await rm(folder, { recursive: true });
});

const PREDICT = { method: 'POST', url: '/predict', payload: { features: GOOD } } as const;

/** Values of a metric by its labels' text. */
function samples(text: string, name: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
  return new Map(
    lines.map((line) => [line.slice(name.length, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
  );
}

describe('Histogram', () => {
  it('counts a value in the first bucket whose bound it does not exceed', () => {
    const histogram = new Histogram([1, 2, 5]);
    for (const value of [0.5, 1, 1.5, 5, 7]) histogram.observe(value);
    expect(histogram.values('x', { a: 'b' })).toEqual([
      { metricName: 'x_bucket', labels: { le: 1, a: 'b' }, value: 2 },
      { metricName: 'x_bucket', labels: { le: 2, a: 'b' }, value: 3 },
      { metricName: 'x_bucket', labels: { le: 5, a: 'b' }, value: 4 },
      { metricName: 'x_bucket', labels: { le: '+Inf', a: 'b' }, value: 5 },
      { metricName: 'x_sum', labels: { a: 'b' }, value: 15 },
      { metricName: 'x_count', labels: { a: 'b' }, value: 5 },
    ]);
  });
});

describe('metrics', () => {
  it('split the latency of a request into its stages, which add up to no more than the whole', async () => {
    const { app } = await shop.inject();
    for (let i = 0; i < 3; i++) await app.inject(PREDICT);
    await app.inject({
      method: 'POST',
      url: '/batch_predict',
      payload: { rows: Array.from({ length: 40 }, () => GOOD) },
    });
    const { body } = await app.inject('/metrics');
    const stages = samples(body, 'mlx_prediction_stage_duration_seconds_count');
    expect([...stages.values()]).toEqual([4, 4, 4, 4]);
    for (const stage of ['parse', 'queue', 'run', 'serialise'])
      expect([...stages.keys()].some((labels) => labels.includes(`stage="${stage}"`))).toBe(true);
    const sum = (name: string): number =>
      [...samples(body, name).values()].reduce((total, value) => total + value, 0);
    const whole = sum('mlx_prediction_duration_seconds_sum');
    expect(whole).toBeGreaterThan(0);
    expect(sum('mlx_prediction_stage_duration_seconds_sum')).toBeLessThanOrEqual(whole + 1e-9);
    expect(sum('mlx_predictions_total')).toBe(43);
    expect(sum('mlx_batch_rows_sum')).toBe(43);
    expect(sum('mlx_batch_rows_count')).toBe(4);
    expect(sum('mlx_prediction_confidence_count')).toBe(43);
    expect(sum('mlx_queue_rows')).toBe(0);
  });

  it('tell of the process, with counters alone called _total', async () => {
    const { app } = await shop.inject();
    const { body } = await app.inject('/metrics');
    expect(sumOf(samples(body, 'mlx_process_resident_memory_bytes'))).toBeGreaterThan(1e7);
    const types = [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => [
      name,
      type,
    ]);
    expect(types.filter(([name, type]) => name?.endsWith('_total') !== (type === 'counter'))).toEqual([]);
  });
});

function sumOf(values: Map<string, number>): number {
  return [...values.values()].reduce((total, value) => total + value, 0);
}

describe('the version that answers', () => {
  it('is in a header of every answer of a model, and of no other', async () => {
    const { app } = await shop.inject();
    const instances = { instances: [GOOD] };
    const answers = [
      await app.inject(PREDICT),
      await app.inject({ method: 'POST', url: '/v1/models/churn:predict', payload: instances }),
      await app.inject({ method: 'POST', url: '/batch_predict', payload: { rows: [GOOD] } }),
    ];
    expect(answers.map(({ headers }) => headers['x-mlx-model-version'])).toEqual(['1', '1', '1']);
    expect((await app.inject('/health')).headers['x-mlx-model-version']).toBeUndefined();
  });
});

describe('the access log', () => {
  async function linesOf(act: (app: Awaited<ReturnType<Shop['inject']>>['app']) => Promise<void>) {
    const path = join(folder, 'access.log');
    const { app, close } = await shop.inject({ accessLog: path });
    await act(app);
    await close();
    const text = await readFile(path, 'utf8');
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  it('has one line a request, with ids, version and stages', async () => {
    const lines = await linesOf(async (app) => {
      const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
      await app.inject({ ...PREDICT, headers: { 'x-request-id': 'order-7', traceparent } });
      await app.inject('/health?token=secret');
      await app.inject('/nothing');
    });
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatchObject({
      request_id: 'order-7',
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
      parent_id: '00f067aa0ba902b7',
      method: 'POST',
      path: '/predict',
      route: '/predict',
      status: 200,
      model: 'churn',
      version: 1,
      rows: 1,
    });
    for (const name of ['duration_ms', 'parse_ms', 'queue_ms', 'run_ms', 'serialise_ms'])
      expect(lines[0]?.[name]).toBeGreaterThanOrEqual(0);
    expect(lines[1]).toMatchObject({ path: '/health', status: 200 });
    expect(lines[1]).not.toHaveProperty('version');
    expect(lines[2]).toMatchObject({ route: 'unknown', status: 404 });
    expect(JSON.stringify(lines)).not.toContain('secret');
    expect(lines[1]?.request_id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ['a line break', 'a\nb'.replace('\n', '\u0080')],
    ['too much', 'x'.repeat(200)],
  ])('takes no request id with %s', async (_, id) => {
    const [line] = await linesOf(async (app) => {
      await app.inject({ ...PREDICT, headers: { 'x-request-id': id } });
    });
    expect(line?.request_id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('that cannot be written is told of once, and stops nothing', async () => {
    const { app } = await shop.inject({ accessLog: join(folder, 'no', 'such', 'folder.log') });
    for (let i = 0; i < 3; i++) expect((await app.inject(PREDICT)).statusCode).toBe(200);
    expect(shop.logged.filter(({ message }) => message.includes('access log'))).toHaveLength(1);
  });

  describe('that is opened anew', () => {
    const READ = { method: 'GET', url: '/health' } as const;
    const idsIn = async (path: string): Promise<string[]> => {
      const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
      return lines.map((line) => JSON.parse(line).request_id);
    };

    it('loses no line, whenever the file is moved', async () => {
      const path = join(folder, 'access.log');
      const { app, reload, close } = await shop.inject({ accessLog: path });
      const asked: string[] = [];
      let isOver = false;
      const load = Array.from({ length: 4 }, async (_, client) => {
        for (let i = 0; !isOver; i++) {
          const id = `c${client}-${i}`;
          await app.inject({ ...READ, headers: { 'x-request-id': id } });
          asked.push(id);
        }
      });
      const moved = [1, 2, 3].map((number) => `${path}.${number}`);
      for (const name of moved) {
        const before = asked.length;
        await until(() => asked.length > before + 20);
        await rename(path, name);
        await reload();
      }
      isOver = true;
      await Promise.all(load);
      await close();
      const found = (await Promise.all([...moved, path].map(idsIn))).map((ids) => ids.length);
      expect(found.every((lines) => lines > 0)).toBe(true);
      const all = (await Promise.all([...moved, path].map(idsIn))).flat();
      expect(all.toSorted()).toEqual(asked.toSorted());
    });

    it('leaves in the old one what was given before, however much', async () => {
      const path = join(folder, 'text.log');
      const file = new AppendedFile(path, (error) => {
        throw error;
      });
      const part = 'x'.repeat(1_000_000);
      for (let i = 0; i < 40; i++) file.write(part, () => undefined);
      await until(() => existsSync(path));
      await rename(path, `${path}.1`);
      await file.reopen();
      expect((await stat(`${path}.1`)).size).toBe(40_000_000);
      await file.close();
    });

    it('goes on in the old file where it cannot be, and says so', async () => {
      const path = join(folder, 'access.log');
      const { app, reload, close } = await shop.inject({ accessLog: path });
      await app.inject({ ...READ, headers: { 'x-request-id': 'first' } });
      await rename(path, `${path}.1`);
      // Nobody can write a folder, whoever he is.
      await mkdir(path);
      await reload();
      await app.inject({ ...READ, headers: { 'x-request-id': 'second' } });
      const said = shop.logged.filter(
        ({ level, message }) => level === 'error' && /opened anew/.test(message),
      );
      expect(said).toHaveLength(1);
      await rm(path, { recursive: true });
      await reload();
      await app.inject({ ...READ, headers: { 'x-request-id': 'third' } });
      await close();
      expect([await idsIn(`${path}.1`), await idsIn(path)]).toEqual([['first', 'second'], ['third']]);
    });

    it('is written again after it could not be', async () => {
      const path = join(folder, 'later', 'access.log');
      const { app, reload, close } = await shop.inject({ accessLog: path });
      await until(() => shop.logged.some(({ message }) => /access log cannot be written/.test(message)));
      await app.inject(READ);
      await mkdir(join(folder, 'later'));
      await reload();
      await app.inject({ ...READ, headers: { 'x-request-id': 'found' } });
      await close();
      expect(await idsIn(path)).toEqual(['found']);
      expect(shop.logged.map(({ message }) => message)).toContain('1 lines of the access log were dropped');
    });
  });
});
