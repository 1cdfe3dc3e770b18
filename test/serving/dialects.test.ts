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
    for (const model of ['churn', 'churn', 'churn', 'price'])
      await post('/predict', { features: GOOD, model });
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
