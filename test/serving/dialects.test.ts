import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GOOD, type InjectedServer, Shop } from './fixtures/shop.js';

let shop: Shop;
let server: InjectedServer;

beforeAll(async () => {
  shop = await Shop.open();
  await shop.release('production');
  await shop.release('staging', { base: 0 });
  await shop.release('production', { task: 'regression' }, 'price');
  server = await shop.inject({ models: ['churn', 'price'] });
});

afterAll(() => shop.close());

async function post(url: string, payload: unknown, headers: Record<string, string> = {}) {
  const response = await server.app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify(payload),
  });
  return { status: response.statusCode, body: response.json(), headers: response.headers };
}

async function get(url: string) {
  const response = await server.app.inject({ url });
  return { status: response.statusCode, body: response.json() };
}

describe('Open Inference Protocol V2', () => {
  const inputs = [
    { name: 'amount', shape: [2, 1], datatype: 'FP64', data: [4, null] },
    { name: 'kind', shape: [2], datatype: 'BYTES', data: ['b', 'b'] },
    { name: 'member', shape: [2, 1], datatype: 'BOOL', data: [[true], [0]] },
  ];

  it('infers, echoes the id and gives tensors', async () => {
    const { status, body } = await post('/v2/models/churn/infer', { id: 'abc', inputs });
    expect(status).toBe(200);
    expect(body).toEqual({
      model_name: 'churn',
      model_version: '1',
      id: 'abc',
      outputs: [
        { name: 'label', datatype: 'BYTES', shape: [2], data: ['yes', 'yes'] },
        { name: 'probabilities', datatype: 'FP32', shape: [2, 2], data: [0.3125, 0.6875, 0.375, 0.625] },
      ],
    });
  });

  it('gives only the outputs that were asked for, of the version in the path', async () => {
    const { body } = await post('/v2/models/churn/versions/2/infer', {
      inputs,
      outputs: [{ name: 'label' }],
    });
    expect(body.model_version).toBe('2');
    expect(body.outputs).toEqual([{ name: 'label', datatype: 'BYTES', shape: [2], data: ['no', 'no'] }]);
  });

  it('logs its rows under the id in the header', async () => {
    const { headers } = await post('/v2/models/price/infer', { inputs });
    await server.core.writer.flush();
    const row = await shop.store.predictions.get(`${headers['x-prediction-id']}-1`);
    expect(row).toMatchObject({
      model: 'price',
      prediction: 0.625,
      confidence: null,
      inputs: { amount: null },
    });
  });

  it('tells about server and models', async () => {
    expect((await get('/v2')).body).toEqual({ name: 'mlx', version: '0.0.0', extensions: [] });
    expect((await get('/v2/health/live')).body).toEqual({ live: true });
    expect((await get('/v2/health/ready')).body).toEqual({ ready: true });
    expect((await get('/v2/models/churn/ready')).body).toEqual({ name: 'churn', ready: true });
    expect((await get('/v2/models/churn')).body).toEqual({
      name: 'churn',
      versions: ['1'],
      platform: 'onnx_onnxv1',
      inputs: [
        { name: 'amount', datatype: 'FP64', shape: [-1, 1] },
        { name: 'kind', datatype: 'BYTES', shape: [-1, 1] },
        { name: 'member', datatype: 'BOOL', shape: [-1, 1] },
      ],
      outputs: [
        { name: 'label', datatype: 'BYTES', shape: [-1] },
        { name: 'probabilities', datatype: 'FP32', shape: [-1, 2] },
      ],
    });
  });

  const [amount, kind, member] = inputs;
  it.each([
    ['a missing input', { inputs: [amount, kind] }, /member is missing/],
    ['an input twice', { inputs: [amount, kind, member, kind] }, /given twice/],
    ['an unknown input', { inputs: [amount, kind, { ...member, name: 'membre' }] }, /Did you mean "member"/],
    [
      'a wrong datatype',
      { inputs: [{ ...amount, datatype: 'BYTES' }, kind, member] },
      /amount takes FP64, not "BYTES"/,
    ],
    ['a wrong shape', { inputs: [{ ...amount, shape: [1, 2] }, kind, member] }, /\[2,1\] or \[2\] would fit/],
    [
      'a wrong value',
      { inputs: [{ ...amount, data: [1, 'x'] }, kind, member] },
      /amount\[1\]: expected a number/,
    ],
    [
      'different lengths',
      { inputs: [{ ...amount, shape: [1], data: [1] }, kind, member] },
      /kind has 2 rows, other columns have 1/,
    ],
    ['an unknown output', { inputs, outputs: [{ name: 'score' }] }, /no output "score"/],
    ['inputs that are no list', { inputs: {} }, /not a list/],
    ['an id that is no text', { id: 4, inputs }, /id is not a string/],
  ] as [string, unknown, RegExp][])('refuses %s with {"error":"…"}', async (_, payload, message) => {
    const response = await post('/v2/models/churn/infer', payload);
    expect([response.status, response.body]).toEqual([400, { error: expect.stringMatching(message) }]);
  });

  it('refuses binary tensors clearly', async () => {
    const binary = {
      inputs: [{ name: 'amount', shape: [1], datatype: 'FP64', parameters: { binary_data_size: 8 } }],
    };
    expect((await post('/v2/models/churn/infer', binary)).status).toBe(415);
    const header = { 'inference-header-content-length': '10' };
    expect((await post('/v2/models/churn/infer', { inputs }, header)).body.error).toMatch(/binary/);
  });
});

describe('several models', () => {
  it('needs the model to be named in the plain dialect', async () => {
    const { status, body } = await post('/predict', { features: GOOD });
    expect([status, body.error.details.field]).toEqual([400, 'model']);
    expect((await post('/predict', { features: GOOD, model: 'price' })).body).toMatchObject({
      prediction: 0.6875,
      confidence: null,
      probabilities: null,
      model_name: 'price',
    });
  });
});

describe('errors', () => {
  it('has the error shape of the dialect on unknown routes', async () => {
    expect((await get('/nothing')).body.error.code).toBe('ROUTE_NOT_FOUND');
    expect((await get('/v1/nothing')).body).toEqual({ error: 'Malformed request: GET /v1/nothing' });
    expect((await get('/predict')).status).toBe(405);
  });
});

describe('metrics', () => {
  it('are in Prometheus text with help, type and base units', async () => {
    await post('/predict', { features: GOOD, model: 'churn' });
    const { body, headers } = await server.app.inject({ url: '/metrics' });
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    const names = [...body.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => ({
      name: name as string,
      type,
    }));
    for (const { name, type } of names) {
      expect(name).toMatch(/^mlx_[a-z_]+$/);
      expect(body).toContain(`# HELP ${name} `);
      expect(name.endsWith('_total')).toBe(type === 'counter');
    }
    expect(body).toMatch(/^mlx_predictions_total\{model="churn",version="1",arm=""\} [1-9]/m);
    expect(body).toMatch(/^mlx_prediction_duration_seconds_bucket\{le="0\.0001",/m);
    expect(body).toMatch(
      /^mlx_model_info\{model="churn",version="1",task="classification",algorithm="linear",sha256="[0-9a-f]{64}"\} 1$/m,
    );
    expect(body).toMatch(/^mlx_ready 1$/m);
  });

  it('are summed up per model', async () => {
    const { body } = await get('/metrics/summary');
    const churn = body.models.find(({ model }: { model: string }) => model === 'churn');
    expect(churn.requests).toBeGreaterThan(2);
    expect(churn.mean_latency_ms).toBeGreaterThan(0);
    expect(churn.p95_latency_ms).toBeGreaterThan(0);
    expect(churn.mean_confidence).toBeGreaterThan(0.5);
    expect(churn.low_confidence_ratio).toBeLessThan(1);
    const price = body.models.find(({ model }: { model: string }) => model === 'price');
    expect([price.mean_confidence, price.low_confidence_ratio]).toEqual([null, null]);
  });
});
