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

const ANSWER = { label: 'yes', probabilities: [0.3125, 0.6875] };

describe('TensorFlow Serving', () => {
  const asked: [string, unknown, unknown][] = [
    ['row objects', { instances: [GOOD] }, { predictions: [ANSWER] }],
    [
      'row lists',
      {
        instances: [
          [4, 'b', true],
          [4, 'b', null],
        ],
        signature_name: 'serving_default',
      },
      { predictions: [ANSWER, ANSWER] },
    ],
    [
      'tensors of shape [1]',
      { instances: [{ amount: [4], kind: ['b'], member: [true] }] },
      { predictions: [ANSWER] },
    ],
    [
      'columns',
      { inputs: { amount: [4, 4], kind: ['b', 'b'], member: [[true], [false]] } },
      { outputs: { label: ['yes', 'yes'], probabilities: [ANSWER.probabilities, ANSWER.probabilities] } },
    ],
    [
      'scalar columns',
      { inputs: { amount: 4, kind: 'b', member: null } },
      { outputs: { label: ['yes'], probabilities: [ANSWER.probabilities] } },
    ],
  ];
  it.each(asked)('predicts %s', async (_, payload, expected) => {
    const { status, body, headers } = await post('/v1/models/churn:predict', payload);
    expect([status, body]).toEqual([200, expected]);
    expect(headers['x-prediction-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('gives plain numbers for a regression', async () => {
    expect((await post('/v1/models/price:predict', { instances: [GOOD, GOOD] })).body).toEqual({
      predictions: [0.6875, 0.6875],
    });
    const inputs = { amount: [4], kind: ['b'], member: [true] };
    expect((await post('/v1/models/price:predict', { inputs })).body).toEqual({ outputs: [0.6875] });
  });

  it('predicts with a version and with a label', async () => {
    for (const path of ['versions/2', 'labels/staging']) {
      const { body } = await post(`/v1/models/churn/${path}:predict`, { instances: [GOOD] });
      expect(body.predictions[0].label).toBe('no');
    }
  });

  it('takes JSON under any content type, as curl sends it', async () => {
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await post('/v1/models/churn:predict', { instances: [GOOD] }, type)).status).toBe(200);
  });

  it('tells status and metadata', async () => {
    expect((await get('/v1/models/churn')).body).toEqual({
      model_version_status: [
        { version: '1', state: 'AVAILABLE', status: { error_code: 'OK', error_message: '' } },
      ],
    });
    const { body } = await get('/v1/models/churn/versions/2/metadata');
    expect(body.model_spec).toEqual({ name: 'churn', signature_name: '', version: '2' });
    const signature = body.metadata.signature_def.signature_def.serving_default;
    expect(signature.inputs.kind).toMatchObject({ dtype: 'DT_STRING', name: 'kind' });
    expect(signature.outputs.probabilities.tensor_shape.dim[1].size).toBe('2');
  });

  it.each([
    ['neither instances nor inputs', '/v1/models/churn:predict', {}, 400, /either instances or inputs/],
    ['no instances', '/v1/models/churn:predict', { instances: [] }, 400, /at least one row/],
    [
      'a wrong value',
      '/v1/models/churn:predict',
      { instances: [GOOD, { ...GOOD, amount: 'x' }] },
      400,
      /^instances\[1\]\.amount: expected a number/,
    ],
    [
      'columns of different length',
      '/v1/models/churn:predict',
      { inputs: { amount: [1, 2], kind: ['a'], member: [true] } },
      400,
      /inputs\.kind has 1 rows, other columns have 2/,
    ],
    [
      'a missing column',
      '/v1/models/churn:predict',
      { inputs: { amount: [1], kind: ['a'] } },
      400,
      /member is missing/,
    ],
    [
      'an unknown signature',
      '/v1/models/churn:predict',
      { instances: [GOOD], signature_name: 'x' },
      400,
      /serving_default/,
    ],
    [
      'a model that is not there',
      '/v1/models/nobody:predict',
      { instances: [GOOD] },
      404,
      /No model "nobody"/,
    ],
    [
      'a version that is not there',
      '/v1/models/churn/versions/7:predict',
      { instances: [GOOD] },
      404,
      /no version 7/,
    ],
    ['an unknown verb', '/v1/models/churn:explain', { instances: [GOOD] }, 404, /no such route/],
    [
      'a scalar for three columns',
      '/v1/models/churn:predict',
      { instances: [1] },
      400,
      /1 values; the model takes 3/,
    ],
  ] as [string, string, unknown, number, RegExp][])(
    'refuses %s with {"error":"…"}',
    async (_, url, payload, status, message) => {
      const response = await post(url, payload);
      expect(response.status).toBe(status);
      expect(response.body).toEqual({ error: expect.stringMatching(message) });
    },
  );
});

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

describe('documents', () => {
  it('describes every column and route in OpenAPI 3.1, with references that resolve and bodies that work', async () => {
    const { body } = await get('/openapi.json');
    expect(body.openapi).toBe('3.1.0');
    expect(body.components.schemas.Features_churn.required).toEqual(['amount', 'kind', 'member']);
    for (const [, ref] of JSON.stringify(body).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      expect(body.components.schemas).toHaveProperty([ref as string]);
    }
    for (const [path, { post: operation }] of Object.entries<{
      post?: { requestBody: { content: Record<string, { example: unknown }> } };
    }>(body.paths)) {
      if (operation === undefined || path === '/predict_ab') continue;
      const { status } = await post(path, operation.requestBody.content['application/json']?.example);
      expect([path, status]).toEqual([path, 200]);
    }
  });

  it('explains itself in a page that needs no network', async () => {
    const response = await server.app.inject({ url: '/docs' });
    expect(response.headers['content-type']).toMatch(/text\/html/);
    expect(response.body).toContain('<code>amount</code>');
    expect(response.body).not.toMatch(/<script|src=|https?:/);
  });

  it('has the error shape of the dialect on unknown routes', async () => {
    expect((await get('/nothing')).body.error.code).toBe('ROUTE_NOT_FOUND');
    expect((await get('/v1/nothing')).body).toEqual({ error: expect.stringMatching(/no route GET/) });
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
      expect(name).toMatch(/^mlx_[a-z0-9_]+$/);
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
    expect(churn.requests).toBeGreaterThan(5);
    expect(churn.mean_latency_ms).toBeGreaterThan(0);
    expect(churn.p95_latency_ms).toBeGreaterThan(0);
    expect(churn.mean_confidence).toBeGreaterThan(0.5);
    expect(churn.low_confidence_ratio).toBeLessThan(1);
    const price = body.models.find(({ model }: { model: string }) => model === 'price');
    expect([price.mean_confidence, price.low_confidence_ratio]).toEqual([null, null]);
  });
});
