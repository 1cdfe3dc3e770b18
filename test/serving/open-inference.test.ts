import { gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { irises, secondsOfTime, sumOfColumns } from './fixtures/external.js';
import { binaryBody, readAnswer, texts } from './fixtures/infer-body.js';
import { type InjectedServer, Shop } from './fixtures/shop.js';

let shop: Shop;
let server: InjectedServer;
const flowers = irises();

beforeAll(async () => {
  shop = await Shop.open();
  await shop.release('production');
  await shop.release('staging', { base: 0 });
  await shop.release('production', { task: 'regression' }, 'price');
  await shop.release('production', { bytes: sumOfColumns() }, 'sum');
  await shop.release('production', { bytes: secondsOfTime() }, 'clock');
  await shop.release('production', { bytes: flowers.bytes }, 'iris');
  await shop.release('production', { failsOn: 'c' }, 'brittle');
  server = await shop.inject({
    models: ['churn', 'price', 'sum', 'clock', 'iris', 'brittle'],
    limits: { rowLimit: 3000 },
  });
});

afterAll(() => shop.close());

async function post(url: string, payload: object | Buffer, headers: Record<string, string> = {}) {
  const response = await server.app.inject({ method: 'POST', url, headers, payload });
  return {
    status: response.statusCode,
    headers: response.headers,
    raw: response.rawPayload,
    text: response.body,
  };
}

async function infer(model: string, payload: object, headers: Record<string, string> = {}) {
  const { status, text, headers: answered } = await post(`/v2/models/${model}/infer`, payload, headers);
  return { status, body: JSON.parse(text), headers: answered };
}

async function inferBinary(model: string, ...body: Parameters<typeof binaryBody>) {
  const { payload, headers } = binaryBody(...body);
  const { status, raw, headers: answered } = await post(`/v2/models/${model}/infer`, payload, headers);
  const length = answered['inference-header-content-length'];
  return { status, body: readAnswer(raw, typeof length === 'string' ? length : undefined) };
}

async function get(url: string) {
  const response = await server.app.inject({ url });
  return { status: response.statusCode, body: response.json() };
}

const amount = { name: 'amount', shape: [2, 1], datatype: 'FP64', data: [4, null] };
const kind = { name: 'kind', shape: [2], datatype: 'BYTES', data: ['b', 'b'] };
const member = { name: 'member', shape: [2, 1], datatype: 'BOOL', data: [[true], [0]] };
const inputs = [amount, kind, member];

describe('tensors as JSON', () => {
  it('are inferred, the id and the parameters given back', async () => {
    const parameters = { note: 'x', timeout: 60_000_000, triton_enable_empty_final_response: true };
    const { status, body } = await infer('churn', { id: 'abc', parameters, inputs });
    expect(status).toBe(200);
    expect(body).toEqual({
      model_name: 'churn',
      model_version: '1',
      id: 'abc',
      parameters: { note: 'x' },
      outputs: [
        { name: 'label', datatype: 'BYTES', shape: [2], data: ['yes', 'yes'] },
        { name: 'probabilities', datatype: 'FP32', shape: [2, 2], data: [0.3125, 0.6875, 0.375, 0.625] },
      ],
    });
  });

  it('give only the outputs that were asked for, of the version in the path', async () => {
    const { body } = await infer('churn/versions/2', { inputs, outputs: [{ name: 'label' }] });
    expect(body.model_version).toBe('2');
    expect(body.outputs).toEqual([{ name: 'label', datatype: 'BYTES', shape: [2], data: ['no', 'no'] }]);
  });

  it('give all outputs when the list of outputs is empty', async () => {
    expect((await infer('churn', { inputs, outputs: [] })).body.outputs).toHaveLength(2);
  });

  it('are logged under the id in the header', async () => {
    const { headers } = await infer('price', { inputs });
    await server.core.writer.flush();
    const row = await shop.store.predictions.get(`${headers['x-prediction-id']}-1`);
    expect(row).toMatchObject({
      model: 'price',
      prediction: 0.625,
      confidence: null,
      inputs: { amount: null, kind: 'b', member: 'false' },
    });
  });

  it('are scored in as many runs as they need', async () => {
    const rows = 2500;
    const [a, b] = ['a', 'b'].map((name, index) => ({
      name,
      shape: [rows],
      datatype: 'FP64',
      data: Array.from({ length: rows }, (_, row) => row * (index === 0 ? 1 : 1000)),
    }));
    const { body } = await infer('sum', { inputs: [a, b] });
    expect(body.outputs[0].data).toEqual(Array.from({ length: rows }, (_, row) => row * 2001));
  });
});

describe('binary tensors', () => {
  const doubles = (...values: number[]) => Buffer.from(Float64Array.from(values).buffer);
  const pair = (datatype: string, bytes: Buffer) => [
    { name: 'a', datatype, shape: [2], bytes },
    { name: 'b', datatype: 'FP64', shape: [2, 1], bytes: doubles(0, 0) },
  ];

  it.each([
    ['FP64', [1.5, -2], doubles(1.5, -2)],
    ['FP32', [1.5, -2], Buffer.from(Float32Array.of(1.5, -2).buffer)],
    ['FP16', [1.5, -(2 ** -24)], Buffer.from(Uint16Array.of(0x3e00, 0x8001).buffer)],
    ['FP16', [65504, 2 ** -14], Buffer.from(Uint16Array.of(0x7bff, 0x0400).buffer)],
    ['BF16', [1.5, -2], Buffer.from(Uint16Array.of(0x3fc0, 0xc000).buffer)],
    ['INT8', [-128, 127], Buffer.from(Int8Array.of(-128, 127).buffer)],
    ['UINT8', [128, 255], Buffer.from(Uint8Array.of(128, 255).buffer)],
    ['INT16', [-32768, 1], Buffer.from(Int16Array.of(-32768, 1).buffer)],
    ['UINT16', [32768, 65535], Buffer.from(Uint16Array.of(32768, 65535).buffer)],
    ['INT32', [-(2 ** 31), 1], Buffer.from(Int32Array.of(-(2 ** 31), 1).buffer)],
    ['UINT32', [2 ** 31, 2 ** 32 - 256], Buffer.from(Uint32Array.of(2 ** 31, 2 ** 32 - 256).buffer)],
    ['INT64', [-1, -(2 ** 40)], Buffer.from(BigInt64Array.of(-1n, -(2n ** 40n)).buffer)],
    ['UINT64', [2 ** 63, 5], Buffer.from(BigUint64Array.of(2n ** 63n, 5n).buffer)],
  ] as [string, number[], Buffer][])('of %s are numbers: %j', async (datatype, expected, bytes) => {
    const { body } = await inferBinary('sum', pair(datatype, bytes));
    expect(body.outputs[0].data.map(Math.fround)).toEqual(expected);
  });

  it('of BYTES and BOOL are texts and booleans, NaN and empty texts missing values', async () => {
    const tensors = [
      { name: 'amount', datatype: 'FP64', shape: [3, 1], bytes: doubles(4, Number.NaN, 4) },
      { name: 'kind', datatype: 'BYTES', shape: [3, 1], bytes: texts('b', 'c', '') },
      { name: 'member', datatype: 'BOOL', shape: [3], bytes: Buffer.from([1, 0, 1]) },
    ];
    const { payload, headers } = binaryBody(tensors, { parameters: { binary_data_output: true } });
    const answer = await post('/v2/models/churn/infer', payload, headers);
    await server.core.writer.flush();
    const ids = [0, 1, 2].map((row) => `${answer.headers['x-prediction-id']}-${row}`);
    const logged = await Promise.all(ids.map((id) => shop.store.predictions.get(id)));
    expect(logged.map((row) => row?.inputs)).toEqual([
      { amount: 4, kind: 'b', member: 'true' },
      { amount: null, kind: 'c', member: 'false' },
      { amount: 4, kind: null, member: 'true' },
    ]);
    expect(logged[0]).toMatchObject({
      prediction: 'yes',
      confidence: 0.6875,
      probabilities: { no: 0.3125, yes: 0.6875 },
    });
    expect(answer.headers['content-type']).toBe('application/octet-stream');
  });

  it('stand beside tensors as JSON, and each output is as it was asked for', async () => {
    const bytes = Buffer.from(Float32Array.of(4, 0).buffer);
    const head = Buffer.from(
      JSON.stringify({
        parameters: { binary_data_output: true },
        inputs: [
          { name: 'amount', shape: [2], datatype: 'FP32', parameters: { binary_data_size: 8 } },
          kind,
          member,
        ],
        outputs: [{ name: 'label', parameters: { binary_data: false } }, { name: 'probabilities' }],
      }),
    );
    const answer = await post('/v2/models/churn/infer', Buffer.concat([head, bytes]), {
      'inference-header-content-length': String(head.length),
    });
    const document = readAnswer(answer.raw, answer.headers['inference-header-content-length'] as string);
    expect(document.outputs).toEqual([
      { name: 'label', datatype: 'BYTES', shape: [2], data: ['yes', 'yes'] },
      {
        name: 'probabilities',
        datatype: 'FP32',
        shape: [2, 2],
        parameters: { binary_data_size: 16 },
        data: [0.3125, 0.6875, 0.375, 0.625],
      },
    ]);
  });

  it('may come alone when the model takes one', async () => {
    const bytes = Buffer.from(Float32Array.from(flowers.rows.flat()).buffer);
    const answer = await post('/v2/models/iris/infer', bytes, { 'inference-header-content-length': '0' });
    const document = readAnswer(answer.raw, answer.headers['inference-header-content-length'] as string);
    expect(document.outputs[0].data).toEqual(flowers.labels);
    const refused = await post('/v2/models/churn/infer', bytes, { 'inference-header-content-length': '0' });
    expect([refused.status, refused.text]).toEqual([400, expect.stringMatching(/one input of numbers/)]);
  });

  const good = { name: 'b', datatype: 'FP64', shape: [2], bytes: doubles(1, 2) };
  it.each([
    [
      'too few bytes',
      [{ ...good, name: 'a', bytes: doubles(1) }, good],
      /a has 8 bytes; the shape \[2\] of FP64 needs 16/,
    ],
    ['too many bytes', [{ ...good, name: 'a', bytes: doubles(1, 2, 3) }, good], /24 bytes/],
    [
      'infinity',
      [{ ...good, name: 'a', bytes: doubles(1, Number.POSITIVE_INFINITY) }, good],
      /a\[1\]: expected a number, got Infinity/,
    ],
    ['a shape that is none', [{ ...good, name: 'a', shape: [-2] }, good], /shape \[-2\] is no list of sizes/],
    ['a shape beyond all numbers', [{ ...good, name: 'a', shape: [2 ** 52, 2 ** 52] }, good], /needs/],
  ])('are refused with %s', async (_, tensors, message) => {
    const { status, body } = await inferBinary('sum', tensors);
    expect([status, body]).toEqual([400, { error: expect.stringMatching(message) }]);
  });

  it.each([
    ['texts that end early', texts('b', 'c').subarray(0, 9), /end within element 1 of 2/],
    ['texts too many', texts('b', 'c', 'a'), /5 bytes are left after its 2 elements/],
    [
      'a length beyond the end',
      Buffer.from([255, 255, 255, 255, 98, 1, 0, 0, 0, 98]),
      /end within element 0/,
    ],
    [
      'text that is not UTF-8',
      Buffer.from([1, 0, 0, 0, 0xff, 1, 0, 0, 0, 98]),
      /kind\[0\]: the text is not UTF-8/,
    ],
  ])('of BYTES are refused with %s', async (_, bytes, message) => {
    const { status, body } = await inferBinary('churn', [
      { name: 'amount', datatype: 'FP64', shape: [2], bytes: doubles(1, 2) },
      { name: 'kind', datatype: 'BYTES', shape: [2], bytes },
      { name: 'member', datatype: 'BOOL', shape: [2], bytes: Buffer.from([1, 0]) },
    ]);
    expect([status, body]).toEqual([400, { error: expect.stringMatching(message) }]);
  });

  it.each([
    ['more than the body', '100000', /Inference-Header-Content-Length is "100000"/],
    ['no number', 'x', /Inference-Header-Content-Length is "x"/],
    ['less than the JSON', '20', /not JSON/],
  ])('are refused when the length of the JSON is %s', async (_, length, message) => {
    const { payload } = binaryBody(pair('FP64', doubles(1, 2)));
    const { status, text } = await post('/v2/models/sum/infer', payload, {
      'inference-header-content-length': length,
    });
    expect([status, JSON.parse(text)]).toEqual([400, { error: expect.stringMatching(message) }]);
  });

  it('are refused when no tensor wants some of the bytes, or one wants more than there are', async () => {
    const { payload, headers } = binaryBody(pair('FP64', doubles(1, 2)));
    const more = await post('/v2/models/sum/infer', Buffer.concat([payload, Buffer.alloc(3)]), headers);
    expect([more.status, more.text]).toEqual([
      400,
      expect.stringMatching(/3 bytes of the body belong to no tensor/),
    ]);
    const less = await post('/v2/models/sum/infer', payload.subarray(0, -1), headers);
    expect([less.status, less.text]).toEqual([
      400,
      expect.stringMatching(/size is 16, and 15 bytes are left/),
    ]);
  });
});

describe('one matrix for all columns', () => {
  it('is what a model with one matrix says it takes, and takes', async () => {
    expect((await get('/v2/models/iris')).body.inputs).toEqual([
      { name: 'X', datatype: 'FP32', shape: [-1, 4] },
    ]);
    const shape = [flowers.rows.length, 4];
    for (const data of [flowers.rows, flowers.rows.flat()]) {
      const { body } = await infer('iris', { inputs: [{ name: 'X', datatype: 'FP32', shape, data }] });
      expect(body.outputs[0].data).toEqual(flowers.labels);
    }
    const bytes = Buffer.from(Float64Array.from(flowers.rows.flat()).buffer);
    const { body } = await inferBinary('iris', [{ name: 'X', datatype: 'FP64', shape, bytes }]);
    expect(body.outputs[0].data).toEqual(flowers.labels);
  });

  it('fits a model of number columns under any other name', async () => {
    const matrix = {
      name: 'input',
      datatype: 'INT32',
      shape: [2, 2],
      data: [
        [1, 10],
        [2, 20],
      ],
    };
    expect((await infer('sum', { inputs: [matrix] })).body.outputs[0].data).toEqual([21, 42]);
  });

  it.each([
    [
      'iris',
      { name: 'X', datatype: 'FP32', shape: [1, 3], data: [1, 2, 3] },
      /X takes the shape \[N,4\], not \[1,3\]/,
    ],
    [
      'iris',
      { name: 'X', datatype: 'BYTES', shape: [1, 4], data: ['1', '2', '3', '4'] },
      /takes FP64, not "BYTES"/,
    ],
    ['sum', { name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, '2'] }, /x\[0\]\[1\]: expected a number/],
    ['churn', { name: 'x', datatype: 'FP32', shape: [1, 3], data: [1, 2, 3] }, /no column "x"/],
  ])('is refused by %s where it does not fit', async (model, tensor, message) => {
    const { status, body } = await infer(model, { inputs: [tensor] });
    expect([status, body]).toEqual([400, { error: expect.stringMatching(message) }]);
  });
});

describe('times', () => {
  it('are seconds, text, or nothing', async () => {
    const ask = async (tensor: object) =>
      (await infer('clock', { inputs: [{ name: 'when', ...tensor }] })).body;
    expect((await ask({ shape: [2], datatype: 'INT64', data: [1024, 2048.9] })).outputs[0].data).toEqual([
      1024, 2048,
    ]);
    expect(
      (await ask({ shape: [1], datatype: 'BYTES', data: ['1970-01-01T00:01:00Z'] })).outputs[0].data,
    ).toEqual([60]);
    expect((await ask({ shape: [1], datatype: 'FP64', data: [1e300] })).error).toMatch(
      /when\[0\]: expected an ISO/,
    );
    const notATime = Buffer.from(BigInt64Array.of(-(2n ** 63n), 64n).buffer);
    const { body } = await inferBinary('clock', [
      { name: 'when', datatype: 'INT64', shape: [2], bytes: notATime },
    ]);
    expect(body.outputs[0].data.map(Math.fround)).toEqual([-(2 ** 63), 64]);
  });
});

describe('the classification extension', () => {
  it('gives the most likely classes, best first', async () => {
    const outputs = [{ name: 'probabilities', parameters: { classification: 5 } }];
    expect((await infer('churn', { inputs, outputs })).body.outputs).toEqual([
      {
        name: 'probabilities',
        datatype: 'BYTES',
        shape: [2, 2],
        data: ['0.687500:1:yes', '0.312500:0:no', '0.625000:1:yes', '0.375000:0:no'],
      },
    ]);
  });

  it.each([
    ['label', 1, /label is no tensor of class scores/],
    ['probabilities', 0, /no positive whole number/],
  ])('is refused for %s and %d', async (name, classification, message) => {
    const { status, body } = await infer('churn', {
      inputs,
      outputs: [{ name, parameters: { classification } }],
    });
    expect([status, body]).toEqual([400, { error: expect.stringMatching(message) }]);
  });
});

describe('compression', () => {
  const rows = 500;
  const many = inputs.map((tensor) => ({
    ...tensor,
    shape: [rows],
    data: new Array(rows).fill(tensor.data.flat()[0]),
  }));

  it('is undone in requests and done in answers, of either kind', async () => {
    const payload = gzipSync(JSON.stringify({ inputs: many }));
    for (const [encoding, undo] of [
      ['gzip', gunzipSync],
      ['deflate', inflateSync],
    ] as const) {
      const headers = { 'content-encoding': 'gzip', 'accept-encoding': encoding };
      const answer = await post('/v2/models/churn/infer', payload, headers);
      expect([answer.status, answer.headers['content-encoding']]).toEqual([200, encoding]);
      expect(JSON.parse(undo(answer.raw).toString()).outputs[0].data).toHaveLength(rows);
    }
  });

  it.each([
    ['gzip;q=0, deflate;q=0.5', 'deflate'],
    ['br, *;q=0.1', 'gzip'],
    ['identity', undefined],
    ['gzip;q=0', undefined],
  ])('follows the weights of %s', async (accepted, encoding) => {
    const answer = await post('/v2/models/churn/infer', { inputs: many }, { 'accept-encoding': accepted });
    expect(answer.headers['content-encoding']).toBe(encoding);
  });

  it('leaves metadata and errors alone: clients do not undo it there', async () => {
    const headers = { 'accept-encoding': 'gzip' };
    const metadata = await server.app.inject({ url: '/v2/models/churn', headers });
    const error = await post('/v2/models/churn/infer', { inputs: 'x'.repeat(5000) }, headers);
    expect([metadata.headers['content-encoding'], error.headers['content-encoding']]).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe('metadata', () => {
  it('tells about the server', async () => {
    const extensions = ['binary_tensor_data', 'classification'];
    expect((await get('/v2')).body).toEqual({ name: 'mlx', version: '0.0.0', extensions });
    expect((await get('/v2/health/live')).body).toEqual({ live: true });
    expect((await get('/v2/health/ready')).body).toEqual({ ready: true });
  });

  it('tells about a model and its versions', async () => {
    expect((await get('/v2/models/churn/ready')).body).toEqual({ name: 'churn', ready: true });
    expect((await get('/v2/models/churn')).body).toEqual({
      name: 'churn',
      versions: ['1', '2'],
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
    expect((await get('/v2/models/nobody')).status).toBe(404);
    expect((await get('/v2/models/churn/versions/9')).status).toBe(404);
    expect((await get('/v2/models/churn/versions/9/ready')).status).toBe(404);
  });

  it('lists the models, as KServe and Triton do', async () => {
    const names = ['churn', 'price', 'sum', 'clock', 'iris', 'brittle'];
    expect((await get('/v2/models')).body).toEqual({ models: names });
    const index = await post('/v2/repository/index', Buffer.alloc(0));
    expect(JSON.parse(index.text)[0]).toEqual({ name: 'churn', version: '1', state: 'READY', reason: '' });
    expect(JSON.parse((await post('/v2/repository/index', { ready: true })).text)).toHaveLength(names.length);
    expect((await post('/v2/repository/index', { ready: 1 })).status).toBe(400);
  });
});

describe('what cannot be answered', () => {
  const one = { name: 'amount', shape: [1], datatype: 'FP64', data: [1] };
  it.each([
    ['a missing input', { inputs: [amount, kind] }, /member is missing/],
    ['no inputs', { inputs: [] }, /inputs holds no tensors/],
    ['no rows', { inputs: [{ ...amount, shape: [0, 1], data: [] }, kind, member] }, /amount holds no rows/],
    ['an input twice', { inputs: [amount, kind, member, kind] }, /given twice/],
    ['an unknown input', { inputs: [amount, kind, { ...member, name: 'membre' }] }, /Did you mean "member"/],
    [
      'a wrong datatype',
      { inputs: [{ ...amount, datatype: 'BYTES' }, kind, member] },
      /amount takes FP64, not "BYTES"/,
    ],
    [
      'an unknown datatype',
      { inputs: [{ ...amount, datatype: 'FP8' }, kind, member] },
      /"FP8" is no datatype/,
    ],
    [
      'a wrong shape',
      { inputs: [{ ...amount, shape: [1, 2] }, kind, member] },
      /amount takes the shape \[N,1\] or \[N\]/,
    ],
    [
      'a wrong count',
      { inputs: [{ ...amount, shape: [3] }, kind, member] },
      /2 values; the shape \[3\] needs 3/,
    ],
    [
      'a wrong value',
      { inputs: [{ ...amount, data: [1, 'x'] }, kind, member] },
      /amount\[1\]: expected a number/,
    ],
    [
      'lists too deep',
      { inputs: [{ ...amount, data: [[1], [[2]]] }, kind, member] },
      /amount\[1\]: expected a number, got an array/,
    ],
    ['different lengths', { inputs: [one, kind, member] }, /kind has 2 rows, other columns have 1/],
    ['an unknown output', { inputs, outputs: [{ name: 'score' }] }, /no output "score"/],
    ['inputs that are no list', { inputs: {} }, /not a list/],
    ['an id that is no text', { id: 4, inputs }, /id is not a string/],
    ['parameters that are no object', { inputs, parameters: [] }, /parameters is not an object/],
    [
      'parameters of objects',
      { inputs, parameters: { a: {} } },
      /"a" is neither a string nor a number nor a boolean/,
    ],
    ['a flag that is none', { inputs, parameters: { binary_data_output: 1 } }, /neither true nor false/],
    [
      'a timeout that is none',
      { inputs, parameters: { timeout: 'soon' } },
      /timeout is not a number of microseconds/,
    ],
    ['no data', { inputs: [{ ...amount, data: undefined }, kind, member] }, /amount has no data/],
    [
      'data in both forms',
      { inputs: [{ ...amount, parameters: { binary_data_size: 0 } }, kind, member] },
      /both data and/,
    ],
    [
      'shared memory',
      { inputs: [{ ...amount, parameters: { shared_memory_region: 'x' } }, kind, member] },
      /shared memory/,
    ],
    [
      'too many rows',
      { inputs: [{ ...one, shape: [3001], data: new Array(3001).fill(1) }] },
      /over the limit of 3000/,
    ],
  ] as [string, object, RegExp][])('is refused with {"error":"…"}: %s', async (_, payload, message) => {
    const { status, body } = await infer('churn', payload);
    expect([status, body]).toEqual([
      message.source.includes('limit') ? 413 : 400,
      { error: expect.stringMatching(message) },
    ]);
  });

  it('is a 404 for models and versions that are not there', async () => {
    for (const [model, message] of [
      ['nobody', /No model "nobody"/],
      ['churn/versions/9', /no version 9/],
    ] as const) {
      const { status, body } = await infer(model, { inputs });
      expect([status, body]).toEqual([404, { error: expect.stringMatching(message) }]);
    }
  });

  it('is a 504 when its time is over before its turn comes', async () => {
    const { status, body } = await infer('churn', { inputs, parameters: { timeout: 1 } });
    expect([status, body]).toEqual([504, { error: expect.stringMatching(/time that was allowed/) }]);
  });

  it('is a 500 that names the row when the model fails on one; the others are logged', async () => {
    const bad = [amount, { ...kind, data: ['b', 'c'] }, member];
    const before = await shop.store.predictions.count({ model: 'brittle' });
    const { status, body } = await infer('brittle', { inputs: bad });
    expect([status, body]).toEqual([500, { error: expect.stringMatching(/^Row 1: /) }]);
    await server.core.writer.flush();
    expect(await shop.store.predictions.count({ model: 'brittle' })).toBe(before + 1);
  });

  it('is refused where there is infinity; NaN is a missing value, in columns of texts too', async () => {
    const ask = (data: string) => {
      const text = JSON.stringify({ id: 'a "NaN, Infinity', inputs }).replace('[4,null]', data);
      return post('/v2/models/churn/infer', Buffer.from(text.replace('["b","b"]', '["b",NaN]')));
    };
    const infinite = await ask('[NaN,-Infinity]');
    expect([infinite.status, infinite.text]).toEqual([
      400,
      expect.stringMatching(/amount\[1\]: expected a number, got -Infinity/),
    ]);
    const missing = await ask('[4,NaN]');
    expect([missing.status, JSON.parse(missing.text).outputs[0].data]).toEqual([200, ['yes', 'no']]);
    expect((await ask('[4,NaN]]')).status).toBe(400);
  });
});
