import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { history } from '#mlx/registry/history.js';
import { CircuitBreaker } from '#mlx/serving/circuit-breaker.js';
import { STALLING } from './fixtures/model.js';
import { GOOD, type InjectedServer, Shop, until } from './fixtures/shop.js';

/** A row that the failing releases fail on. */
const FATAL = { amount: 4, kind: 'c', member: true };
const FAILING = { failsOn: 'c' };
/** Three failures open a circuit; the guard that rolls back is out of the way. */
const LIMITS = { breakerErrors: 3, breakerOpenMs: 60_000, maxErrors: 1000, pollMs: 60_000 };

describe('a circuit', () => {
  let now: number;
  let opened: number;
  let circuit: CircuitBreaker;

  beforeEach(() => {
    now = 5_000_000;
    opened = 0;
    circuit = new CircuitBreaker({
      breakerErrors: 4,
      breakerRate: 0.5,
      breakerWindowMs: 1000,
      breakerOpenMs: 100,
      timeoutMs: 1000,
      onOpened: () => opened++,
      now: () => now,
    });
  });

  const fail = (times: number) => {
    for (let i = 0; i < times; i++) circuit.failed(false);
  };
  const succeed = (times: number) => {
    for (let i = 0; i < times; i++) circuit.succeeded(false);
  };

  it('opens at so many failures, if they are the share that is too large', () => {
    succeed(4);
    fail(3);
    expect([circuit.state, circuit.pass()]).toEqual(['closed', 'through']);
    fail(1);
    expect([circuit.state, circuit.pass(), opened]).toEqual(['open', 'blocked', 1]);
  });

  it('stays closed while enough requests succeed', () => {
    succeed(100);
    fail(99);
    expect(circuit.state).toBe('closed');
  });

  it('forgets what lies before the window, slice by slice', () => {
    fail(3);
    now += 1100;
    fail(3);
    expect(circuit.state).toBe('closed');
    now += 500;
    fail(1);
    expect(circuit.state).toBe('open');
  });

  it('lets one request at a time through when its time is over, and closes after three', () => {
    fail(4);
    now += 99;
    expect([circuit.pass(), circuit.retryAfterSeconds]).toEqual(['blocked', 0.001]);
    now += 1;
    expect([circuit.state, circuit.pass(), circuit.pass()]).toEqual(['half-open', 'probe', 'blocked']);
    circuit.succeeded(true);
    expect([circuit.pass(), circuit.pass()]).toEqual(['probe', 'blocked']);
    // What was at work before the circuit opened says nothing of now.
    succeed(10);
    fail(10);
    circuit.succeeded(true);
    expect([circuit.state, circuit.pass()]).toEqual(['half-open', 'probe']);
    circuit.succeeded(true);
    expect([circuit.state, circuit.pass(), circuit.pass()]).toEqual(['closed', 'through', 'through']);
    fail(3);
    expect(circuit.state).toBe('closed');
  });

  it('opens for twice as long after each probe that fails', () => {
    fail(4);
    for (const [times, openMs] of [100, 200, 400, 800, 1600, 1600].entries()) {
      expect(opened).toBe(times + 1);
      now += openMs - 1;
      expect(circuit.pass()).toBe('blocked');
      now += 1;
      expect(circuit.pass()).toBe('probe');
      circuit.failed(true);
    }
  });

  it('lets the next one try when a probe says nothing', () => {
    fail(4);
    now += 100;
    expect(circuit.pass()).toBe('probe');
    circuit.probeEnded();
    expect([circuit.pass(), circuit.pass()]).toEqual(['probe', 'blocked']);
    now += 1000;
    expect(circuit.pass()).toBe('probe');
  });

  it('opens at once for a thread that hangs', () => {
    circuit.trip();
    circuit.trip();
    expect([circuit.state, opened]).toEqual(['open', 1]);
  });
});

describe('a version that keeps failing', () => {
  let shop: Shop;

  beforeEach(async () => {
    shop = await Shop.open();
  });

  afterEach(() => shop.close());

  async function post({ app }: InjectedServer, payload: object, url = '/predict') {
    const { statusCode: status, headers, json } = await app.inject({ method: 'POST', url, payload });
    return {
      status,
      headers,
      body: json(),
      by: [headers['x-mlx-model-version'], headers['x-mlx-fallback']] as const,
    };
  }
  async function failThrice(server: InjectedServer): Promise<void> {
    for (let i = 0; i < 3; i++) expect((await post(server, { features: FATAL })).status).toBe(500);
  }
  const readiness = async ({ app }: InjectedServer) => (await app.inject('/ready')).json();
  const metrics = async ({ app }: InjectedServer) => (await app.inject('/metrics')).body;

  it('is not asked; the version before answers in its place, and every answer says so', async () => {
    await shop.release('production');
    await shop.release('production', FAILING);
    const explain = async () => ({
      waiting: 0,
      explain: async () => ({ unit: 'value', scores: {} }),
      close: async () => undefined,
    });
    const server = await shop.inject({ limits: LIMITS, explain });
    expect((await post(server, { features: GOOD })).by).toEqual(['2', undefined]);
    await failThrice(server);
    const plain = await post(server, { features: FATAL });
    expect([plain.status, plain.body.model_version, ...plain.by]).toEqual([200, 1, '1', 'true']);
    const others = [
      ['/v1/models/churn:predict', { instances: [FATAL] }],
      ['/batch_predict', { rows: [FATAL, GOOD] }],
      ['/predict_safe', { features: FATAL }],
      ['/explain', { features: FATAL }],
      [
        '/v2/models/churn/infer',
        {
          inputs: [
            { name: 'amount', shape: [1], datatype: 'FP64', data: [4] },
            { name: 'kind', shape: [1], datatype: 'BYTES', data: ['c'] },
            { name: 'member', shape: [1], datatype: 'BOOL', data: [true] },
          ],
        },
      ],
    ] as const;
    for (const [url, payload] of others) {
      const { status, by } = await post(server, payload, url);
      expect([url, status, ...by]).toEqual([url, 200, '1', 'true']);
    }
    const { headers } = await server.app.inject({
      method: 'POST',
      url: '/batch_predict',
      headers: { 'content-type': 'application/x-ndjson' },
      payload: JSON.stringify(FATAL),
    });
    expect([headers['x-mlx-model-version'], headers['x-mlx-fallback']]).toEqual(['1', 'true']);
    expect((await post(server, { features: GOOD }, '/predict_safe')).body.fallback).toBe(true);
    expect(await readiness(server)).toMatchObject({
      status: 'ready',
      models: [{ version: 2, circuit: 'open', problem: null }],
    });
    const text = await metrics(server);
    expect(text).toMatch(/^mlx_circuit_state\{model="churn",version="2",state="open"\} 1$/m);
    expect(text).toMatch(/^mlx_circuit_state\{model="churn",version="1",state="closed"\} 1$/m);
    expect(text).toMatch(/^mlx_circuit_opened_total\{model="churn",version="2"\} 1$/m);
    expect(text).toMatch(/^mlx_fallback_requests_total\{model="churn",version="1",arm=""\} 7$/m);
    expect(shop.alerts).toMatchObject([{ kind: 'circuit-open', model: 'churn', details: { version: 2 } }]);
    // Production is where it was: to step in is no rollback.
    expect((await history(shop.store, 'churn')).some(({ kind }) => kind === 'rolled-back')).toBe(false);
  });

  it('answers 503 with the time of the next try where no other version can, or it was named', async () => {
    await shop.release('production', FAILING);
    const server = await shop.inject({ limits: LIMITS });
    await failThrice(server);
    for (const [url, payload] of [
      ['/predict', { features: GOOD }],
      ['/predict', { features: GOOD, model_version: 1 }],
      ['/predict_safe', { features: GOOD }],
    ] as const) {
      const { status, headers, body } = await post(server, payload, url);
      expect([status, body.error.code]).toEqual([503, 'UNAVAILABLE']);
      expect(Number(headers['retry-after'])).toBeGreaterThan(50);
      expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
    }
    // To look at it is no prediction.
    expect((await server.app.inject('/v1/models/churn/metadata')).statusCode).toBe(200);
  });

  it('is tried again after a while, by one request at a time, and taken back when that goes well', async () => {
    await shop.release('production');
    await shop.release('production', FAILING);
    const server = await shop.inject({ limits: { ...LIMITS, breakerOpenMs: 30 } });
    await failThrice(server);
    const circuit = async () => (await readiness(server)).models[0].circuit;
    await until(async () => (await circuit()) === 'half-open');
    // A client's fault is no answer to whether the version is well, and leaves the try to the next request.
    expect((await post(server, { features: {} })).status).toBe(400);
    for (let probe = 0; probe < 3; probe++)
      expect((await post(server, { features: GOOD })).by).toEqual(['2', undefined]);
    expect(await circuit()).toBe('closed');
  });

  it('is left alone for longer when the try fails', async () => {
    await shop.release('production');
    await shop.release('production', FAILING);
    const server = await shop.inject({ limits: { ...LIMITS, breakerOpenMs: 30 } });
    await failThrice(server);
    await until(async () => (await readiness(server)).models[0].circuit === 'half-open');
    expect((await post(server, { features: FATAL })).status).toBe(500);
    expect((await post(server, { features: FATAL })).by).toEqual(['1', 'true']);
    expect(await metrics(server)).toMatch(/^mlx_circuit_opened_total\{model="churn",version="2"\} 2$/m);
  });

  it('is not one because of bad requests, or of answers that came too late', async () => {
    await shop.release('production', { stalls: 2 });
    const server = await shop.inject({ limits: { ...LIMITS, timeoutMs: 40 } });
    for (let i = 0; i < 5; i++)
      expect((await post(server, { features: { ...GOOD, amount: 'x' } })).status).toBe(400);
    const late = Array.from({ length: 5 }, () =>
      post(server, { features: { ...GOOD, amount: STALLING + 1 } }),
    );
    expect((await Promise.all(late)).map(({ status }) => status)).toEqual(new Array(5).fill(504));
    await until(() => server.core.predictor.atWork === 0);
    expect((await readiness(server)).models[0].circuit).toBe('closed');
    expect(shop.alerts).toEqual([]);
  });

  it('is not one because of numbers so large that no score comes of them', async () => {
    const recipe = { task: 'regression', weight: 100 } as const;
    await shop.release('production', recipe);
    await shop.release('production', recipe);
    const server = await shop.inject({ limits: { ...LIMITS, maxErrors: 1 } });
    for (const amount of [1e38, -1e300, 1e308]) {
      const { status, body } = await post(server, { features: { ...GOOD, amount } });
      expect([status, body.error.code, body.error.details.field]).toEqual([400, 'REQUEST_INVALID', 'amount']);
      const rows = [GOOD, { ...GOOD, amount }];
      const batch = (await post(server, { rows }, '/batch_predict')).body;
      expect([batch.failed, batch.predictions[1].error.code]).toEqual([1, 'REQUEST_INVALID']);
    }
    expect((await readiness(server)).models[0]).toMatchObject({ version: 2, circuit: 'closed' });
    expect(shop.alerts).toEqual([]);
  });

  it('is rolled back all the same: requests that it should have answered count, whoever steps in', async () => {
    await shop.release('production');
    await shop.release('production', FAILING);
    const server = await shop.inject({ limits: { ...LIMITS, maxErrors: 5 } });
    await failThrice(server);
    expect((await post(server, { features: GOOD })).by).toEqual(['1', 'true']);
    expect((await post(server, { features: GOOD })).by[0]).toBe('1');
    expect((await post(server, { features: GOOD })).by).toEqual(['1', undefined]);
    expect(shop.alerts.map(({ kind }) => kind)).toEqual(['circuit-open', 'automatic-rollback']);
    expect((await readiness(server)).models[0]).toMatchObject({ version: 1, circuit: 'closed' });
  });

  it('by hanging is given up at once, and gets a new thread', async () => {
    await shop.release('production');
    await shop.release('production', { stalls: 8 });
    const server = await shop.inject({ limits: { ...LIMITS, hangMs: 250, breakerOpenMs: 30 } });
    const hanging = await post(server, { features: { ...GOOD, amount: STALLING + 1 } });
    expect([hanging.status, hanging.body.error.code]).toEqual([500, 'SCORING_FAILED']);
    expect(shop.alerts).toMatchObject([{ kind: 'circuit-open', details: { version: 2 } }]);
    const versions: unknown[] = [];
    await until(async () => {
      const { status, body } = await post(server, { features: GOOD });
      expect(status).toBe(200);
      versions.push(body.model_version);
      return versions.slice(-4).join() === '2,2,2,2';
    });
    expect((await readiness(server)).models[0].circuit).toBe('closed');
  });
});
