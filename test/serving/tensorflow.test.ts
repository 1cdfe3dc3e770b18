import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GOOD, type InjectedServer, Shop } from './fixtures/shop.js';

/**
 * The bytes are those that TensorFlow Serving's json_tensor.cc and http_rest_api_handler.cc would write: RapidJSON's
 * PrettyWriter for answers and errors, protobuf's printer for status and metadata.
 */
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

/** Sends the text as it is, under curl's default content type. */
function post(path: string, payload: string | object) {
  return server.app.inject({
    method: 'POST',
    url: `/v1/models/${path}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
  });
}

const get = (path: string) => server.app.inject({ url: `/v1/${path}` });

const ROW = `        {
            "label": "yes",
            "probabilities": [0.3125, 0.6875]
        }`;
const ROWS = (...rows: string[]) => `{\n    "predictions": [\n${rows.join(',\n')}\n    ]\n}`;

describe(':predict', () => {
  const asked: [string, string, string][] = [
    ['row objects', '{"instances":[{"amount":4,"kind":"b","member":true}]}', ROWS(ROW)],
    [
      'row lists and the signature',
      '{"signature_name":"serving_default","instances":[[4,"b",true],[4,"b",null]]}',
      ROWS(ROW, ROW),
    ],
    ['tensors of shape [1]', '{"instances":[{"amount":[4],"kind":["b"],"member":[true]}]}', ROWS(ROW)],
    ['text in base64', '{"instances":[{"amount":4,"kind":{"b64":"Yg=="},"member":true}]}', ROWS(ROW)],
    [
      'a bare NaN as a missing value',
      '{"instances":[{"amount":NaN,"kind":"b","member":true}]}',
      ROWS(ROW.replace('0.3125, 0.6875', '0.375, 0.625')),
    ],
    ['what follows the document', '{"instances":[[4,"b",true]]} and more', ROWS(ROW)],
    [
      'columns',
      '{"inputs":{"amount":[4,[4]],"kind":["b","b"],"member":[true,false],"stranger":1}}',
      `{
    "outputs": {
        "label": [
            "yes",
            "yes"
        ],
        "probabilities": [
            [
                0.3125,
                0.6875
            ],
            [
                0.3125,
                0.6875
            ]
        ]
    }
}`,
    ],
  ];
  it.each(asked)('takes %s', async (_, payload, expected) => {
    const { statusCode, body, headers } = await post('churn:predict', payload);
    expect([statusCode, body]).toEqual([200, expected]);
    expect(headers['content-type']).toBe('application/json');
    expect(headers['x-prediction-id']).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers['x-mlx-model-version']).toBe('1');
  });

  it('gives plain numbers for a regression', async () => {
    const rows = await post('price:predict', { instances: [GOOD, { ...GOOD, amount: 0.1 }] });
    expect(rows.body).toBe('{\n    "predictions": [0.6875, 0.626562476\n    ]\n}');
    const columns = await post('price:predict', { inputs: { amount: 24, kind: 'a', member: null } });
    expect(columns.body).toBe('{\n    "outputs": [\n        0.875\n    ]\n}');
  });

  it('predicts with a version and with a label', async () => {
    for (const path of ['versions/2', 'labels/staging']) {
      const { body, headers } = await post(`churn/${path}:predict`, { instances: [GOOD] });
      expect(JSON.parse(body).predictions[0].label).toBe('no');
      expect(headers['x-mlx-model-version']).toBe('2');
    }
  });

  it.each([
    ['', 'JSON Parse error: The document is empty'],
    ['instances = [1, 2]', 'JSON Parse error: Invalid value. at offset: 0'],
    [
      '{"instances":[{"amount":4',
      'JSON Parse error: Missing a comma or } after an object member. at offset: 25',
    ],
    ['{"instances":[-]}', 'JSON Parse error: Invalid value. at offset: 14'],
    ['[1]', 'JSON Value: [1] Is not object'],
    ['{}', "Missing 'inputs' or 'instances' key"],
    [
      '{"signature_name":7}',
      'JSON Value: {\n    "signature_name": 7\n} not formatted correctly. \'signature_name\' key must be a string value.',
    ],
    ['{"signature_name":"x"}', 'Serving signature name: "x" not found in signature def'],
    [
      '{"instances":[],"inputs":{}}',
      'JSON Value: {\n    "instances": [],\n    "inputs": {}\n} Not formatted correctly expecting only one of \'inputs\' or \'instances\' keys to exist ',
    ],
    ['{"instances":{}}', 'JSON Value: {\n    "instances": {}\n} Expecting \'instances\' to be an list/array'],
    ['{"instances":[]}', 'JSON Value: {\n    "instances": []\n} No values in \'instances\' array'],
    [
      '{"instances":[1]}',
      'instances is a plain list, but expecting list of objects as multiple input tensors required as per tensorinfo_map',
    ],
    [
      '{"instances":[{"amount":4,"kind":"b","member":true},[4,"b",true]]}',
      'Expecting object but got list at item 1 of input list',
    ],
    [
      '{"instances":[{"amount":"x","kind":"b","member":true}]}',
      'Failed to process element: 0 key: amount of \'instances\' list. Error: INVALID_ARGUMENT: JSON Value: "x" Type: String is not of expected type: double',
    ],
    [
      '{"instances":[{"amount":Infinity,"kind":"b","member":true}]}',
      "Failed to process element: 0 key: amount of 'instances' list. Error: INVALID_ARGUMENT: JSON Value: Infinity does not fit its column: expected a number, got Infinity",
    ],
    [
      '{"instances":[{"amount":[1,2],"kind":"b","member":true}]}',
      "Failed to process element: 0 key: amount of 'instances' list. Error: INVALID_ARGUMENT: Encountered list at unexpected size: 2 at level: 1 expected size: 1",
    ],
    [
      '{"instances":[{"amount":1,"kind":{"b64":"?"},"member":true}]}',
      "Failed to process element: 0 key: kind of 'instances' list. Error: INVALID_ARGUMENT: Unable to base64 decode",
    ],
    [
      '{"instances":[{"amount":1,"kind":{"b65":""},"member":true}]}',
      'Failed to process element: 0 key: kind of \'instances\' list. Error: INVALID_ARGUMENT: JSON Value: {\n    "b65": ""\n} not formatted correctly for base64 data',
    ],
    [
      '{"instances":[{"amount":1,"kind":"b","membre":true}]}',
      "Failed to process element: 0 key: membre of 'instances' list. Error: INVALID_ARGUMENT: JSON object: does not have named input: membre",
    ],
    [
      '{"instances":[{"kind":"b","member":true}]}',
      'Failed to process element: 0 of \'instances\' list. JSON object: {\n    "kind": "b",\n    "member": true\n} keys must be equal to: amount,kind,member',
    ],
    [
      '{"inputs":[1]}',
      'inputs is a plain value/list, but expecting an object as multiple input tensors required as per tensorinfo_map',
    ],
    ['{"inputs":{"amount":1,"kind":"b"}}', "Missing named input: member in 'inputs' object."],
    [
      '{"inputs":{"amount":[1,2],"kind":"b","member":true}}',
      'Tensor name: kind has inconsistent batch size: 1 expecting: 2',
    ],
    [
      '{"inputs":{"amount":[1,[[2]]],"kind":["b","b"],"member":[true,true]}}',
      'Encountered list at unexpected level: 1 expected < 1 (named input: amount, row 1)',
    ],
  ])('refuses %s in the words of TensorFlow Serving', async (payload, message) => {
    const { statusCode, body } = await post('churn:predict', payload);
    expect([statusCode, body]).toEqual([400, `{\n    "error": ${JSON.stringify(message)}\n}`]);
  });

  it('cuts a value that it quotes', async () => {
    const { body } = await post(
      'churn:predict',
      `{"x":"${'y'.repeat(1000)}","z":${'['.repeat(9000)}${']'.repeat(9000)}`,
    );
    expect(JSON.parse(body).error.length).toBeLessThan(1200);
    const deep = await post('churn:predict', `{"instances":${'['.repeat(90_000)}${']'.repeat(90_000)}}`);
    expect([deep.statusCode, JSON.parse(deep.body).error.length < 500]).toEqual([400, true]);
  });

  it('has the limit of rows of all dialects', async () => {
    const small = await shop.inject({ models: ['churn'], limits: { rowLimit: 1 } });
    const payload = JSON.stringify({ instances: [GOOD, GOOD] });
    const { statusCode, body } = await small.app.inject({
      method: 'POST',
      url: '/v1/models/churn:predict',
      payload,
    });
    expect([statusCode, Object.keys(JSON.parse(body))]).toEqual([413, ['error']]);
  });
});

describe(':classify and :regress', () => {
  it('gives every class its score', async () => {
    const examples = [
      { amount: 4, kind: 'b' },
      { amount: [], kind: { b64: 'Yg' }, ignored: 'x' },
    ];
    const { statusCode, body } = await post('churn:classify', { context: { member: true }, examples });
    expect([statusCode, body]).toEqual([
      200,
      `{
    "results": [[["no", 0.3125], ["yes", 0.6875]], [["no", 0.375], ["yes", 0.625]]
    ]
}`,
    ]);
  });

  it('gives one number an example', async () => {
    const { body } = await post('price:regress', { examples: [GOOD, { ...GOOD, amount: 24 }] });
    expect(body).toBe('{\n    "results": [0.6875, 1.0]\n}');
  });

  it.each([
    [
      'churn:classify',
      {},
      "JSON Value: {} When method is classify, key 'examples' is expected and was not found",
    ],
    ['churn:classify', { examples: [1] }, 'Example must be JSON object but got JSON Number'],
    [
      'churn:classify',
      { examples: [{ kind: 'b' }] },
      'Feature: amount (data type: double) is required but could not be found.',
    ],
    [
      'churn:classify',
      { examples: [{ amount: {} }] },
      'Feature: amount has element with unexpected JSON type: Object',
    ],
    ['churn:classify', { examples: [GOOD], signature_name: 'x' }, 'No signature was found with the name: x'],
    [
      'churn:regress',
      { examples: [GOOD] },
      'Expected regression signature method_name to be tensorflow/serving/regress. Was: tensorflow/serving/classify',
    ],
    [
      'price:classify',
      { examples: [GOOD] },
      'Expected classification signature method_name to be tensorflow/serving/classify. Was: tensorflow/serving/regress',
    ],
  ])('%s refuses %j', async (path, payload, message) => {
    const { statusCode, body } = await post(path, payload);
    expect([statusCode, JSON.parse(body).error]).toEqual([400, message]);
  });
});

describe('paths', () => {
  it.each([
    ['nobody:predict', 404, 'Servable not found for request: Latest(nobody)'],
    ['nobody/versions/7:predict', 404, 'Servable not found for request: Specific(nobody, 7)'],
    ['churn/versions/7:predict', 404, 'Servable not found for request: Specific(churn, 7)'],
    ['churn/versions/0:predict', 404, 'Servable not found for request: Specific(churn, 0)'],
    ['churn/labels/nowhere:predict', 400, 'Unrecognized servable version label: nowhere'],
    ['churn/labels/in%20valid:predict', 400, 'Unrecognized servable version label: in valid'],
    [
      'churn/versions/18446744073709551615:predict',
      400,
      'Failed to convert version: 18446744073709551615 to numeric.',
    ],
    ['churn:explain', 400, 'Malformed request: POST /v1/models/churn:explain'],
    ['churn/versions/HELLO:regress', 400, 'Malformed request: POST /v1/models/churn/versions/HELLO:regress'],
    ['churn/metadata', 400, 'Malformed request: POST /v1/models/churn/metadata'],
  ])('POST %s is %d', async (path, status, message) => {
    const { statusCode, body } = await post(path, { instances: [GOOD], examples: [GOOD] });
    expect([statusCode, JSON.parse(body).error]).toEqual([status, message]);
  });

  it.each([
    ['foo', 400, 'Malformed request: GET /v1/foo'],
    ['models/churn:predict', 400, 'Malformed request: GET /v1/models/churn:predict'],
    ['models/nobody', 404, 'Could not find any versions of model nobody'],
    ['models/churn/versions/9', 404, 'Could not find version 9 of model churn'],
    ['models/nobody/metadata', 404, 'Servable not found for request: Latest(nobody)'],
  ])('GET %s is %d', async (path, status, message) => {
    const { statusCode, body } = await get(path);
    expect([statusCode, JSON.parse(body).error]).toEqual([status, message]);
  });
});

describe('looking', () => {
  it('lists the served models', async () => {
    expect((await get('models')).body).toBe('{"models":["churn","price"]}');
  });

  it('tells the state of all versions, the newest first, and of one', async () => {
    const fresh = await shop.inject({ models: ['churn'], limits: { idleVersions: 0 } });
    await shop.release(null, { bytes: Buffer.from('no model') });
    const broken = await fresh.app.inject({
      method: 'POST',
      url: '/v1/models/churn/versions/3:predict',
      payload: JSON.stringify({ instances: [GOOD] }),
    });
    expect(broken.statusCode).toBe(500);
    const { body } = await fresh.app.inject('/v1/models/churn');
    const states = JSON.parse(body).model_version_status;
    expect(states.map(({ version, state }: Record<string, string>) => [version, state])).toEqual([
      ['3', 'END'],
      ['2', 'START'],
      ['1', 'AVAILABLE'],
    ]);
    expect(states[0].status).toMatchObject({ error_code: 'INTERNAL' });
    for (const path of ['versions/1', 'labels/production']) {
      expect((await fresh.app.inject(`/v1/models/churn/${path}`)).body).toBe(`{
 "model_version_status": [
  {
   "version": "1",
   "state": "AVAILABLE",
   "status": {
    "error_code": "OK",
    "error_message": ""
   }
  }
 ]
}
`);
    }
  });

  it('tells inputs and outputs', async () => {
    const { model_spec: spec, metadata } = JSON.parse((await get('models/churn/versions/2/metadata')).body);
    expect(spec).toEqual({ name: 'churn', signature_name: '', version: '2' });
    const info = (name: string, dtype: string, ...sizes: string[]) => ({
      dtype,
      tensor_shape: { dim: sizes.map((size) => ({ size, name: '' })), unknown_rank: false },
      name,
    });
    expect(metadata.signature_def.signature_def).toEqual({
      serving_default: {
        inputs: {
          amount: info('amount', 'DT_DOUBLE', '-1'),
          kind: info('kind', 'DT_STRING', '-1'),
          member: info('member', 'DT_STRING', '-1'),
        },
        outputs: {
          label: info('label', 'DT_STRING', '-1'),
          probabilities: info('probabilities', 'DT_FLOAT', '-1', '2'),
        },
        method_name: 'tensorflow/serving/predict',
        defaults: {},
      },
    });
  });
});
