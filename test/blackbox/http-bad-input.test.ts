import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { emptyFolder } from './folders.js';
import { mlxJson } from './program.js';
import { type ErrorAnswer, type PredictionAnswer, Server } from './server.js';
import { incomeFile, incomeLines, incomeRecords } from './tables.js';
import { until } from './until.js';

const good = incomeRecords(incomeLines(1, 'test'))[0] ?? {};
const { age: _, ...withoutAge } = good;

let server: Server;
let expected: PredictionAnswer;

beforeAll(async () => {
  const cwd = emptyFolder();
  incomeFile(cwd, 'train.csv', 2000);
  await mlxJson(['train', '--data', 'train.csv', '--target', 'income', '--param', 'n_estimators=10'], {
    cwd,
  });
  await mlxJson(['register', 'm', '--run', 'latest'], { cwd });
  await mlxJson(['promote', 'm/1', 'production'], { cwd });
  server = await Server.start(['m'], { cwd });
  expected = (await server.predict(good)).body;
});

afterAll(async () => {
  expect(await server.stop()).toBe(0);
});

// Whatever was sent: the server lives, and its predictions are the ones that they were.
afterEach(async () => {
  expect((await server.get('/health')).body).toEqual({ status: 'ok' });
  const { status, body } = await server.predict(good);
  expect(status).toBe(200);
  const { prediction, confidence, probabilities } = expected;
  expect(body).toMatchObject({ prediction, confidence, probabilities });
});

/** Nothing of the inside: no stack, no path, no SQL. */
function expectDiscreet(text: string): void {
  expect(text).not.toMatch(/\bat .*:\d+:\d+|node_modules|dist\/|\/tmp\/|\/work\/|\.mlx|SQLITE|SELECT /);
  expect(text.length).toBeLessThan(2000);
}

const features = (change: object): object => ({ features: { ...good, ...change } });
const raw = (text: string): string => JSON.stringify({ features: good }).replace(/"age":\s*\d+/, text);

interface BadRequest {
  readonly what: string;
  readonly body: unknown;
  readonly status?: number;
  /** The field that the answer must name. */
  readonly field?: string;
  readonly says?: RegExp;
}

const BAD_REQUESTS: readonly BadRequest[] = [
  { what: 'a missing column', body: { features: withoutAge }, field: 'features.age' },
  { what: 'an unknown column', body: features({ agee: 3 }), field: 'features.agee', says: /age/ },
  { what: 'a word for a number', body: features({ age: 'forty' }), field: 'features.age' },
  { what: 'a number in quotes', body: features({ age: '39' }), field: 'features.age' },
  { what: 'a list for a number', body: features({ age: [39] }), field: 'features.age' },
  { what: 'an object for a category', body: features({ sex: { a: 1 } }), field: 'features.sex' },
  { what: 'a boolean for a number', body: features({ age: true }), field: 'features.age' },
  { what: 'NaN', body: raw('"age":NaN'), field: 'age' },
  { what: 'Infinity', body: raw('"age":-Infinity'), field: 'age' },
  { what: 'a number beyond all numbers', body: raw('"age":1e999'), field: 'features.age' },
  { what: '__proto__ as a column', body: raw('"age":39,"__proto__":{"age":1}'), field: 'features.__proto__' },
  {
    what: '__proto__ as a field',
    body: `{"__proto__":{"features":1},${raw('"age":39').slice(1)}`,
    field: '__proto__',
  },
  { what: 'constructor as a column', body: features({ constructor: 1 }), field: 'features.constructor' },
  { what: 'an unknown field', body: { ...features({}), modle: 'm' }, field: 'modle', says: /model/ },
  { what: 'too few values', body: { features: [1, 2, 3] }, field: 'features' },
  { what: 'text for features', body: { features: 'all' }, field: 'features' },
  { what: 'no features', body: {}, field: 'features' },
  { what: 'null', body: 'null' },
  { what: 'a list', body: '[]' },
  { what: 'a number', body: '7' },
  { what: 'an empty body', body: '' },
  { what: 'JSON that is cut off', body: JSON.stringify(features({})).slice(0, 60) },
  { what: 'no JSON', body: 'age=39' },
  { what: 'deep nesting', body: `{"features":${'['.repeat(200_000)}${']'.repeat(200_000)}}` },
  { what: 'an unknown model', body: { ...features({}), model: 'other' }, status: 404 },
  { what: 'an unknown version', body: { ...features({}), model_version: 9 }, status: 404 },
  { what: 'a version that is none', body: { ...features({}), model_version: 'one' }, field: 'model_version' },
  { what: 'a user id that is none', body: { ...features({}), user_id: { a: 1 } }, field: 'user_id' },
];

describe('POST /predict', () => {
  test.each(BAD_REQUESTS)('refuses $what', async ({ body, status = 400, field, says }) => {
    const answer = await server.post<ErrorAnswer>('/predict', body);
    expect(answer.status, answer.text.slice(0, 500)).toBe(status);
    expectDiscreet(answer.text);
    expect(answer.body.error.message).toMatch(/\S/);
    if (field !== undefined) expect(answer.body.error.details?.field).toBe(field);
    if (says !== undefined) expect(`${answer.body.error.message} ${answer.body.error.hint}`).toMatch(says);
  });

  test.each(['text/plain', 'text/csv', 'application/xml', 'multipart/form-data', ''])(
    'refuses the content type %j',
    async (type) => {
      const answer = await server.post<ErrorAnswer>('/predict', JSON.stringify(features({})), type);
      expect(answer.status, answer.text).toBeOneOf([400, 415]);
      expectDiscreet(answer.text);
    },
  );

  test('refuses a body of 10 MB', async () => {
    const body = `{"features":{"age":"${'9'.repeat(10_000_000)}"}}`;
    // The server may hang up while the client still sends; then the client never sees the answer.
    const isCutOff = ({ cause }: Error) =>
      ['EPIPE', 'ECONNRESET', 'UND_ERR_SOCKET'].includes(
        (cause as NodeJS.ErrnoException | undefined)?.code ?? '',
      );
    let cut = 0;
    const answer = await until('an answer that comes through', async () => {
      try {
        return await server.post<ErrorAnswer>('/predict', body);
      } catch (error) {
        if (!isCutOff(error as Error)) throw error;
        cut++;
        return undefined;
      }
    });
    console.log(`10 MB: ${answer.status} after ${cut} connections that were cut off`);
    expect(answer.status).toBe(413);
    expect(answer.body.error.code).toBe('REQUEST_TOO_LARGE');
    expectDiscreet(answer.text);
  });
});

describe('the other routes', () => {
  test.each([
    ['GET', '/predict', 405],
    ['GET', '/nothing', 404],
    ['POST', '/nothing', 404],
    ['GET', '/..%2f..%2fetc%2fpasswd', 404],
    ['GET', '/v1/models/other', 404],
    ['GET', '/v1/models/m/versions/9', 404],
    ['GET', '/v1/models/m/labels/none', 400],
    ['POST', '/v1/models/other:predict', 404],
    ['POST', '/v1/models/m:delete', 400],
    ['GET', '/v2/models/other', 404],
    ['GET', '/v2/models/m/versions/0', 404],
    ['POST', '/v2/models/other/infer', 404],
    ['DELETE', '/v2/models/m', 405],
  ])('%s %s is %i', async (method, path, status) => {
    const answer = await fetch(`${server.url}${path}`, {
      method,
      ...(method === 'POST' ? { headers: { 'content-type': 'application/json' }, body: '{}' } : {}),
    });
    const text = await answer.text();
    expect(answer.status, text).toBe(status);
    expectDiscreet(text);
    expect(JSON.parse(text)).toHaveProperty('error');
  });

  test('one bad row of a batch fails only itself', async () => {
    const rows = [good, { ...good, age: 'forty' }, withoutAge, good];
    type Row = PredictionAnswer & { readonly error?: { readonly field: string } };
    const { status, body, text } = await server.post<{ predictions: Row[]; failed: number }>(
      '/batch_predict',
      { rows },
    );
    expect(status).toBe(200);
    expectDiscreet(text);
    expect(body.failed).toBe(2);
    expect(body.predictions.map((row) => row.error?.field ?? row.prediction)).toEqual([
      expected.prediction,
      'rows[1].age',
      'rows[2].age',
      expected.prediction,
    ]);
  });

  test.each([
    ['JSON without rows', '{}', 'application/json', 400],
    ['an empty list', '{"rows":[]}', 'application/json', 400],
    ['more rows than allowed', JSON.stringify({ rows: new Array(10_001).fill([]) }), 'application/json', 413],
    ['an empty CSV', '', 'text/csv', 400],
    ['a CSV without its columns', 'a,b\n1,2\n', 'text/csv', 400],
    ['a ragged CSV', `${Object.keys(good).join()}\n1,2\n`, 'text/csv', 400],
    ['a binary CSV', '\0\u0001\u0002', 'text/csv', 400],
  ])('/batch_predict refuses %s', async (_what, body, type, status) => {
    const answer = await server.post('/batch_predict', body, type);
    expect(answer.status, answer.text).toBe(status);
    expectDiscreet(answer.text);
  });

  test.each([
    ['/v1/models/m:predict', {}, undefined],
    ['/v1/models/m:predict', { instances: [] }, 'instances'],
    ['/v1/models/m:predict', { instances: [withoutAge] }, 'age'],
    ['/v1/models/m:predict', { instances: [{ ...good, age: 'x' }] }, 'age'],
    ['/v1/models/m:predict', { inputs: { ...good, sex: ['Male', 'Female'] } }, 'sex'],
    ['/v2/models/m/infer', {}, 'inputs'],
    [
      '/v2/models/m/infer',
      { inputs: [{ name: 'age', shape: [1, 1], datatype: 'BYTES', data: ['x'] }] },
      'age',
    ],
    ['/v2/models/m/infer', { inputs: [{ name: 'age', shape: [2, 1], datatype: 'INT64', data: [1] }] }, 'age'],
    [
      '/v2/models/m/infer',
      { inputs: [{ name: 'nobody', shape: [1], datatype: 'INT64', data: [1] }] },
      'nobody',
    ],
    ['/feedback', { prediction_id: 'x' }, 'label'],
    ['/feedback', { label: 'x' }, 'prediction_id'],
    ['/feedback', { feedback: [{ prediction_id: 'x', label: [1] }] }, 'label'],
  ])('%s refuses %j', async (path, body, field) => {
    const answer = await server.post<unknown>(path, body);
    expect(answer.status, answer.text).toBe(400);
    expectDiscreet(answer.text);
    if (field !== undefined) expect(answer.text).toContain(field);
  });
});

test.each([
  ['a foreign Host', { host: 'evil.example' }],
  ['a foreign Origin', { origin: 'http://evil.example' }],
])('%s is refused', async (_what, headers) => {
  // fetch does not let a caller choose the host.
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const sent = request(`${server.url}/predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
    });
    sent.on('error', reject).on('response', (response) => resolve(response.resume().statusCode));
    sent.end(JSON.stringify({ features: good }));
  });
  expect(status).toBe(403);
});
