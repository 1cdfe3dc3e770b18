import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAbtest } from '#mlx/rollout/abtest.js';
import { GOOD, type InjectedServer, Shop, until } from './fixtures/shop.js';

let shop: Shop;
let server: InjectedServer;

beforeAll(async () => {
  shop = await Shop.open();
  await shop.release('production');
  await shop.release('staging', { base: 0 });
  server = await shop.inject();
});

afterAll(() => shop.close());

async function post(url: string, payload: unknown, headers: Record<string, string> = {}) {
  const isText = typeof payload === 'string';
  const response = await server.app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', ...headers },
    payload: isText ? payload : JSON.stringify(payload),
  });
  return { status: response.statusCode, body: response.json(), headers: response.headers };
}

describe('POST /predict', () => {
  it('answers a row of named columns', async () => {
    const { status, body } = await post('/predict', { features: GOOD });
    expect(status).toBe(200);
    expect(body).toEqual({
      prediction: 'yes',
      confidence: 0.6875,
      probabilities: { no: 0.3125, yes: 0.6875 },
      model_name: 'churn',
      model_version: 1,
      prediction_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      inference_time_ms: expect.any(Number),
    });
    expect(body.inference_time_ms).toBeGreaterThan(0);
  });

  it('answers a list in the order of the columns, and null as missing', async () => {
    const { body } = await post('/predict', { features: [null, 'b', null] });
    expect(body.probabilities).toEqual({ no: 0.375, yes: 0.625 });
  });

  it('answers with the version that is named', async () => {
    const { body } = await post('/predict', { features: GOOD, model_version: 2 });
    expect([body.model_version, body.prediction]).toEqual([2, 'no']);
  });

  it('gives rows the same answer together and alone', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({ amount: i / 3, kind: 'abc'[i % 3], member: false }));
    const together = await Promise.all(rows.map((features) => post('/predict', { features })));
    for (const [i, features] of rows.entries()) {
      const alone = await post('/predict', { features });
      expect(together[i]?.body.probabilities).toEqual(alone.body.probabilities);
    }
  });

  const refused: [string, unknown, number, string | undefined, RegExp][] = [
    ['a missing column', { features: { amount: 1, kind: 'a' } }, 400, 'features.member', /member is missing/],
    ['an unknown column', { features: { ...GOOD, amout: 1 } }, 400, 'features.amout', /no column "amout"/],
    [
      'a string for a number',
      { features: { ...GOOD, amount: '4' } },
      400,
      'features.amount',
      /expected a number, got a string "4"/,
    ],
    [
      'a number for a category',
      { features: { ...GOOD, kind: 4 } },
      400,
      'features.kind',
      /expected a string/,
    ],
    ['a number for a boolean', { features: { ...GOOD, member: 1 } }, 400, 'features.member', /true or false/],
    [
      'an object as a value',
      { features: { ...GOOD, amount: { a: 1 } } },
      400,
      'features.amount',
      /an object/,
    ],
    ['too few values', { features: [1, 'a'] }, 400, 'features', /2 values; the model takes 3/],
    ['a wrong value in a list', { features: ['x', 'a', true] }, 400, 'features[0]', /expected a number/],
    ['text as features', { features: 'x' }, 400, 'features', /neither an object/],
    ['no features', {}, 400, 'features', /no features/],
    ['an unknown field', { features: GOOD, modelversion: 2 }, 400, 'modelversion', /not known/],
    [
      'a version that is none',
      { features: GOOD, model_version: 1.5 },
      400,
      'model_version',
      /not a version number/,
    ],
    ['a version that does not exist', { features: GOOD, model_version: 9 }, 404, undefined, /no version 9/],
    ['another model', { features: GOOD, model: 'chrun' }, 404, 'model', /No model "chrun"/],
    ['NaN', '{"features":{"amount":NaN,"kind":"a","member":true}}', 400, 'amount', /amount is NaN/],
    [
      'Infinity',
      '{"features":{"amount":-Infinity,"kind":"a","member":true}}',
      400,
      'amount',
      /amount is -Infinity/,
    ],
    [
      'a number beyond a double',
      '{"features":{"amount":1e999,"kind":"a","member":true}}',
      400,
      'features.amount',
      /Infinity/,
    ],
    [
      '__proto__',
      '{"features":{"__proto__":{"amount":1},"amount":1,"kind":"a","member":true}}',
      400,
      'features.__proto__',
      /no column "__proto__"/,
    ],
    ['__proto__ at the top', '{"__proto__":{},"features":{}}', 400, '__proto__', /not known/],
    ['JSON that is cut short', '{"features":{"amount":1', 400, undefined, /not JSON/],
    ['nothing', '', 400, undefined, /empty/],
    ['a list', '[]', 400, undefined, /not a JSON object/],
    [
      'deep nesting',
      `{"features":{"amount":${'['.repeat(100_000)}${']'.repeat(100_000)},"kind":"a","member":true}}`,
      400,
      'features.amount',
      /an array/,
    ],
  ];
  it.each(refused)('refuses %s, naming the field', async (_, payload, status, field, message) => {
    const response = await post('/predict', payload);
    expect(response.status).toBe(status);
    expect(response.body.error.message).toMatch(message);
    expect(response.body.error.details?.field).toBe(field);
    expect(JSON.stringify(response.body)).not.toMatch(/\/tmp|node_modules|SELECT|\n +at /);
  });

  it('hints at the column that was meant', async () => {
    const { body } = await post('/predict', { features: { amont: 1, kind: 'a', member: true } });
    expect(body.error.hint).toBe('Did you mean "amount"?');
  });

  it('takes huge and tiny numbers', async () => {
    for (const amount of [1e300, -1e300, 5e-324, 2 ** 60]) {
      const { status } = await post('/predict', { features: { ...GOOD, amount } });
      expect(status).toBe(200);
    }
  });

  it('refuses other content types with 415 and bodies over the limit with 413', async () => {
    const form = await post('/predict', 'a=1', { 'content-type': 'application/x-www-form-urlencoded' });
    expect([form.status, form.body.error.code]).toEqual([415, 'MEDIA_TYPE_UNSUPPORTED']);
    const large = await post('/predict', { features: { ...GOOD, kind: 'x'.repeat(5_000_001) } });
    expect([large.status, large.body.error.code]).toEqual([413, 'REQUEST_TOO_LARGE']);
    const latin = await server.app.inject({
      method: 'POST',
      url: '/predict',
      headers: { 'content-type': 'application/json' },
      payload: Buffer.from('{"features":{"kind":"\xe9"}}', 'latin1'),
    });
    expect(latin.json().error.message).toMatch(/UTF-8/);
  });

  it('still answers after all that', async () => {
    expect((await post('/predict', { features: GOOD })).status).toBe(200);
  });
});

describe('POST /batch_predict', () => {
  it('fails a bad row alone', async () => {
    const { status, body } = await post('/batch_predict', {
      rows: [GOOD, { ...GOOD, amount: 'x' }, [4, 'b', true]],
    });
    expect(status).toBe(200);
    expect([body.rows, body.succeeded, body.failed]).toEqual([3, 2, 1]);
    expect(body.predictions[0]).toMatchObject({
      row: 0,
      prediction: 'yes',
      probabilities: { no: 0.3125, yes: 0.6875 },
    });
    expect(body.predictions[2].probabilities).toEqual(body.predictions[0].probabilities);
    expect(body.predictions[1]).toEqual({
      row: 1,
      error: {
        code: 'REQUEST_INVALID',
        message: 'rows[1].amount: expected a number, got a string "x".',
        row: 1,
        field: 'rows[1].amount',
        hint: 'null stands for a missing value.',
      },
    });
  });

  it.each(['rows', 'instances', 'features'])('takes the list as %s', async (list) => {
    const { body } = await post('/batch_predict', { [list]: [GOOD, { features: GOOD }] });
    expect(body.succeeded).toBe(2);
  });

  it('takes CSV with columns in any order, and fails a bad row alone', async () => {
    const csv = 'kind,extra,amount,member\nb,1,4,true\nb,2,many,true\n"b",3,,NA\n';
    const { status, body } = await post('/batch_predict?model_version=1', csv, {
      'content-type': 'text/csv',
    });
    expect(status).toBe(200);
    expect(body.predictions[0].probabilities.yes).toBe(0.6875);
    expect(body.predictions[1].error).toMatchObject({
      row: 1,
      field: 'amount',
      message: 'rows[1], column amount: expected a number, got "many".',
    });
    expect(body.predictions[2].probabilities.yes).toBe(0.625);
  });

  it.each([
    ['CSV without a column', 'amount,kind\n1,a\n', 'REQUEST_INVALID'],
    ['CSV that is ragged', 'amount,kind,member\n1,a\n', 'DATA_MALFORMED'],
    ['CSV without rows', 'amount,kind,member\n', 'DATA_EMPTY'],
  ])('refuses %s', async (_, csv, code) => {
    const { status, body } = await post('/batch_predict', csv, { 'content-type': 'text/csv' });
    expect([status, body.error.code]).toEqual([400, code]);
  });

  it('refuses no rows, two lists, and more rows than the limit', async () => {
    expect((await post('/batch_predict', { rows: [] })).status).toBe(400);
    expect((await post('/batch_predict', { rows: [GOOD], instances: [GOOD] })).status).toBe(400);
    const { status, body } = await post('/batch_predict', { rows: new Array(10_001).fill([1, 'a', true]) });
    expect([status, body.error.code]).toEqual([413, 'REQUEST_TOO_LARGE']);
  });
});

describe('feedback and the log', () => {
  it('finds a prediction that was made a moment ago, and is idempotent', async () => {
    const { body } = await post('/predict', { features: GOOD, user_id: 'u1' }, { 'x-request-id': 'r-7' });
    const id = body.prediction_id;
    const label = { prediction_id: id, label: 'no' };
    const counts = { added: 0, unchanged: 0, updated: 0, unknown: 0 };
    expect((await post('/feedback', label)).body).toEqual({ received: 1, ...counts, added: 1 });
    expect((await post('/feedback', label)).body).toEqual({ received: 1, ...counts, unchanged: 1 });
    const many = {
      feedback: [
        { prediction_id: id, label: 'yes' },
        { prediction_id: 'nobody', label: 1 },
      ],
    };
    expect((await post('/feedback', many)).body).toEqual({ received: 2, ...counts, updated: 1, unknown: 1 });
    expect(await shop.store.predictions.get(id)).toMatchObject({
      model: 'churn',
      version: 1,
      arm: null,
      unit: 'u1',
      requestId: 'r-7',
      inputs: { amount: 4, kind: 'b', member: 'true' },
      prediction: 'yes',
      confidence: 0.6875,
      probabilities: { no: 0.3125, yes: 0.6875 },
      label: 'yes',
    });
  });

  it.each([
    ['no id', { label: 1 }, 'prediction_id'],
    ['a null label', { feedback: [{ prediction_id: 'x', label: null }] }, 'feedback[0].label'],
    ['an unknown field', { prediction_id: 'x', lable: 1 }, 'lable'],
    ['an empty list', { feedback: [] }, 'feedback'],
  ])('refuses %s', async (_, payload, field) => {
    const { status, body } = await post('/feedback', payload);
    expect([status, body.error.details.field]).toEqual([400, field]);
  });
});

describe('POST /predict_ab', () => {
  it('needs a running test, then keeps each user in an arm', async () => {
    const none = await post('/predict_ab', { features: GOOD, user_id: 'u' });
    expect([none.status, none.body.error.code]).toEqual([404, 'ABTEST_NOT_FOUND']);
    await startAbtest(shop.store, { model: 'churn', treatment: 2, ratio: 0.5, actor: 'test', now: shop.now });
    await until(async () => (await post('/predict_ab', { features: GOOD })).status === 200);
    const seen = new Map<string, string>();
    for (const user_id of Array.from({ length: 60 }, (_, i) => `u${i % 20}`)) {
      const { body } = await post('/predict_ab', { features: GOOD, user_id });
      expect(body.model_version).toBe(body.arm === 'treatment' ? 2 : 1);
      expect(seen.get(user_id) ?? body.arm).toBe(body.arm);
      seen.set(user_id, body.arm);
    }
    expect(new Set(seen.values())).toEqual(new Set(['control', 'treatment']));
    expect((await post('/predict', { features: GOOD })).body.model_version).toBe(1);
  });
});
