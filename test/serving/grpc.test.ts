import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { credentials } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '#mlx/serving/server.js';
import { doubles, infer, inferRaw, RAW, Stub, TYPED } from './fixtures/grpc.js';
import { texts } from './fixtures/infer-body.js';
import { Shop } from './fixtures/shop.js';

const PROBABILITIES = [0.3125, 0.6875, 0.375, 0.625];

let shop: Shop;
let server: RunningServer;
let stub: Stub;

beforeAll(async () => {
  shop = await Shop.open();
  await shop.release('production');
  await shop.release('staging', { base: 0 });
  await shop.release('production', { failsOn: 'c' }, 'brittle');
  server = await shop.listen({ models: ['churn', 'brittle'], grpcPort: 0, limits: { bodyLimit: 20_000 } });
  stub = await Stub.open(server.grpc as string);
});

afterAll(async () => {
  stub.close();
  await shop.close();
});

describe('the gRPC service', () => {
  it('tells about server and models', async () => {
    expect(await stub.call('ServerLive')).toEqual({ live: true });
    expect(await stub.call('ServerReady')).toEqual({ ready: true });
    expect(await stub.call('ModelReady', { name: 'churn' })).toEqual({ ready: true });
    expect(await stub.call('ServerMetadata')).toEqual({
      name: 'mlx',
      version: '0.0.0',
      extensions: ['binary_tensor_data', 'classification'],
    });
    expect(await stub.call('ModelMetadata', { name: 'churn', version: '2' })).toEqual({
      name: 'churn',
      versions: ['1', '2'],
      platform: 'onnx_onnxv1',
      properties: {},
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

  it('answers typed contents with typed contents, the id and the parameters given back', async () => {
    const parameters = {
      note: { string_param: 'x' },
      depth: { int64_param: 3 },
      share: { double_param: 0.5 },
      flag: { bool_param: true },
      timeout: { int64_param: 60_000_000 },
    };
    const answer = await stub.call('ModelInfer', infer({ id: 'abc', parameters }));
    expect(answer).toMatchObject({
      model_name: 'churn',
      model_version: '1',
      id: 'abc',
      raw_output_contents: [],
    });
    expect(answer.parameters).toEqual({
      note: { string_param: 'x', parameter_choice: 'string_param' },
      depth: { int64_param: 3, parameter_choice: 'int64_param' },
      share: { double_param: 0.5, parameter_choice: 'double_param' },
      flag: { bool_param: true, parameter_choice: 'bool_param' },
    });
    const [label, probabilities] = answer.outputs;
    expect(label).toMatchObject({ name: 'label', datatype: 'BYTES', shape: [2] });
    expect(label.contents.bytes_contents.map(String)).toEqual(['yes', 'yes']);
    expect(probabilities).toMatchObject({ name: 'probabilities', datatype: 'FP32', shape: [2, 2] });
    expect(probabilities.contents.fp32_contents).toEqual(PROBABILITIES);
  });

  it('answers raw contents with raw contents, of the version that was asked for', async () => {
    const answer = await stub.call('ModelInfer', inferRaw());
    expect(answer.outputs.map(({ contents }: { contents: unknown }) => contents)).toEqual([null, null]);
    expect(answer.raw_output_contents).toEqual([
      texts('yes', 'yes'),
      Buffer.from(Float32Array.from(PROBABILITIES).buffer),
    ]);
    const second = await stub.call(
      'ModelInfer',
      inferRaw({ model_version: '2', outputs: [{ name: 'label' }] }),
    );
    expect([second.model_version, second.raw_output_contents]).toEqual(['2', [texts('no', 'no')]]);
  });

  it('answers in the form that the request asks for', async () => {
    const asked = (isBinary: boolean) => ({ parameters: { binary_data_output: { bool_param: isBinary } } });
    expect((await stub.call('ModelInfer', infer(asked(true)))).raw_output_contents).toHaveLength(2);
    expect((await stub.call('ModelInfer', inferRaw(asked(false)))).raw_output_contents).toHaveLength(0);
  });

  it('gives classifications', async () => {
    const outputs = [{ name: 'probabilities', parameters: { classification: { int64_param: 1 } } }];
    const { raw_output_contents } = await stub.call('ModelInfer', inferRaw({ outputs }));
    expect(raw_output_contents).toEqual([texts('0.687500:1:yes', '0.625000:1:yes')]);
  });

  it('logs predictions under the id in the metadata, with the request id of the caller', async () => {
    await stub.call('ModelInfer', infer(), { metadata: { 'x-request-id': 'r-7' } });
    expect(stub.headers.get('x-mlx-model-version')).toEqual(['1']);
    const [id] = stub.headers.get('x-prediction-id');
    await expect
      .poll(() => shop.store.predictions.get(`${id}-1`))
      .toMatchObject({
        model: 'churn',
        requestId: 'r-7',
        inputs: { amount: null, kind: 'b', member: 'false' },
      });
  });
});

describe('a gRPC call ends with', () => {
  const [amount, kind, member] = TYPED;
  it.each([
    ['INVALID_ARGUMENT', 'a missing input', infer({ inputs: [amount, kind] }), /member is missing/],
    [
      'INVALID_ARGUMENT',
      'a wrong count',
      infer({ inputs: [{ ...amount, shape: [3] }, kind, member] }),
      /2 values; the shape \[3\] needs 3/,
    ],
    [
      'INVALID_ARGUMENT',
      'a negative size',
      infer({ inputs: [{ ...amount, shape: [-1] }, kind, member] }),
      /no list of sizes/,
    ],
    [
      'INVALID_ARGUMENT',
      'values in the wrong list',
      infer({ inputs: [{ ...amount, contents: { fp32_contents: [1, 2] } }, kind, member] }),
      /belong in fp64_contents, not in fp32_contents/,
    ],
    [
      'INVALID_ARGUMENT',
      'half precision in a list',
      infer({ inputs: [{ ...amount, datatype: 'FP16' }, kind, member] }),
      /FP16 can only be in raw_input_contents/,
    ],
    [
      'INVALID_ARGUMENT',
      'text that is not UTF-8',
      infer({
        inputs: [
          amount,
          { ...kind, contents: { bytes_contents: [Buffer.from([255]), Buffer.from('b')] } },
          member,
        ],
      }),
      /element 0 is not UTF-8/,
    ],
    [
      'INVALID_ARGUMENT',
      'too few raw contents',
      inferRaw({ raw_input_contents: RAW.slice(1) }),
      /3 inputs and 2 raw_input_contents/,
    ],
    [
      'INVALID_ARGUMENT',
      'contents twice',
      inferRaw({ inputs: TYPED }),
      /both contents and raw_input_contents/,
    ],
    [
      'INVALID_ARGUMENT',
      'raw contents of a wrong length',
      inferRaw({ raw_input_contents: [doubles(1), ...RAW.slice(1)] }),
      /8 bytes; the shape \[2,1\] of FP64 needs 16/,
    ],
    ['INVALID_ARGUMENT', 'an unknown output', infer({ outputs: [{ name: 'score' }] }), /no output "score"/],
    [
      'INVALID_ARGUMENT',
      'a flag that is none',
      infer({ parameters: { binary_data_output: { int64_param: 1 } } }),
      /neither true nor false/,
    ],
    [
      'INVALID_ARGUMENT',
      'bytes that are no message',
      Buffer.from([0xff, 0xff, 0xff]),
      /no message of the protocol/,
    ],
    ['NOT_FOUND', 'an unknown model', infer({ model_name: 'nobody' }), /No model "nobody"/],
    ['NOT_FOUND', 'an unknown version', infer({ model_version: '9' }), /no version 9/],
    ['NOT_FOUND', 'a version that is no number', infer({ model_version: 'x' }), /no version "x"/],
    ['RESOURCE_EXHAUSTED', 'a message over the limit', infer({ id: 'x'.repeat(20_000) }), /larger than max/],
    [
      'DEADLINE_EXCEEDED',
      'no time',
      infer({ parameters: { timeout: { int64_param: 1 } } }),
      /time that was allowed/,
    ],
    [
      'INTERNAL',
      'a row on which the model fails',
      infer({
        model_name: 'brittle',
        inputs: [
          amount,
          { ...kind, contents: { bytes_contents: [Buffer.from('b'), Buffer.from('c')] } },
          member,
        ],
      }),
      /^Row 1: /,
    ],
  ] as [string, string, object | Buffer, RegExp][])('%s for %s', async (code, _, message, details) => {
    expect(await stub.failure('ModelInfer', message)).toEqual({
      code,
      details: expect.stringMatching(details),
    });
  });

  it('DEADLINE_EXCEEDED when the deadline of the call is over', async () => {
    expect((await stub.failure('ModelInfer', infer(), { timeoutMs: 0 })).code).toBe('DEADLINE_EXCEEDED');
  });

  it('NOT_FOUND for readiness and metadata of what is not there', async () => {
    expect((await stub.failure('ModelReady', { name: 'churn', version: '9' })).code).toBe('NOT_FOUND');
    expect((await stub.failure('ModelMetadata', { name: 'nobody' })).code).toBe('NOT_FOUND');
  });

  it('UNAVAILABLE, and not ready, while a model has no version', async () => {
    await shop.release(null, {}, 'waiting');
    const waiting = await shop.listen({ models: ['waiting'], grpcPort: 0 });
    const asking = await Stub.open(waiting.grpc as string);
    expect(await asking.call('ServerReady')).toEqual({ ready: false });
    expect(await asking.call('ModelReady', { name: 'waiting' })).toEqual({ ready: false });
    expect((await asking.failure('ModelInfer', infer({ model_name: 'waiting' }))).code).toBe('UNAVAILABLE');
    asking.close();
  });

  it('RESOURCE_EXHAUSTED when too many requests wait', async () => {
    const full = await shop.listen({ grpcPort: 0, limits: { requestLimit: 0 } });
    const asking = await Stub.open(full.grpc as string);
    expect((await asking.failure('ModelInfer', infer())).code).toBe('RESOURCE_EXHAUSTED');
    asking.close();
  });
});

describe('tokens', () => {
  it('are asked for, but for whether the server lives and is ready', async () => {
    const guarded = await shop.listen({ grpcPort: 0, tokens: ['secret'] });
    const asking = await Stub.open(guarded.grpc as string);
    expect(await asking.call('ServerLive')).toEqual({ live: true });
    expect(await asking.call('ServerReady')).toEqual({ ready: true });
    for (const method of ['ServerMetadata', 'ModelMetadata', 'ModelReady', 'ModelInfer'])
      expect((await asking.failure(method, {})).code).toBe('UNAUTHENTICATED');
    const wrong = { metadata: { authorization: 'Bearer secrets' } };
    expect((await asking.failure('ModelInfer', infer(), wrong)).code).toBe('UNAUTHENTICATED');
    const right = { metadata: { authorization: 'Bearer secret' } };
    expect((await asking.call('ModelInfer', infer(), right)).model_name).toBe('churn');
    asking.close();
  });
});

describe('TLS', () => {
  const FILES = (name: string) => fileURLToPath(new URL(`fixtures/tls/${name}`, import.meta.url));
  const pem = (name: string) => readFileSync(FILES(name));
  const path = (name: string) => join(shop.folder, name);
  let running: RunningServer;

  beforeAll(async () => {
    await copyFile(FILES('first-cert.pem'), path('cert.pem'));
    await copyFile(FILES('first-key.pem'), path('key.pem'));
    const tls = { cert: path('cert.pem'), key: path('key.pem') };
    running = await shop.listen({ grpcPort: 0, tls, limits: { pollMs: 60_000 } });
  });

  it('is spoken with a certificate, and then nothing else', async () => {
    const address = running.grpc as string;
    const secure = await Stub.open(address, credentials.createSsl(pem('first-cert.pem')));
    expect((await secure.call('ModelInfer', infer())).model_name).toBe('churn');
    const plain = await Stub.open(address);
    expect((await plain.failure('ServerLive', {}, { timeoutMs: 2000 })).code).toMatch(
      /UNAVAILABLE|DEADLINE_EXCEEDED/,
    );
    secure.close();
    plain.close();
  });

  it('takes up new files for new connections; those that are open live on', async () => {
    const address = running.grpc as string;
    const opened = await Stub.open(address, credentials.createSsl(pem('first-cert.pem')));
    expect(await opened.call('ServerLive')).toEqual({ live: true });
    await copyFile(FILES('second-cert.pem'), path('cert.pem'));
    await copyFile(FILES('second-key.pem'), path('key.pem'));
    await running.reload();
    for (const url of [`https://${address}`, running.url]) expect(await subjectOf(url)).toBe('second.test');
    expect(await opened.call('ServerLive')).toEqual({ live: true });
    opened.close();
  });
});

/** To whom the certificate is made out that a server shows. */
async function subjectOf(url: string): Promise<unknown> {
  const { hostname: host, port } = new URL(url);
  const socket = connectTls({
    host,
    port: Number(port),
    rejectUnauthorized: false,
    ALPNProtocols: ['h2', 'http/1.1'],
  });
  await once(socket, 'secureConnect');
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return subject.CN;
}

describe('starting and going down', () => {
  it('does not listen unless asked', async () => {
    expect((await shop.listen()).grpc).toBeNull();
  });

  it('says which port is taken', async () => {
    const port = Number((server.grpc as string).split(':')[1]);
    await expect(shop.listen({ grpcPort: port })).rejects.toMatchObject({ code: 'PORT_UNAVAILABLE' });
  });

  it('finishes calls at work, and takes no more', async () => {
    const going = await shop.listen({ grpcPort: 0 });
    const asking = await Stub.open(going.grpc as string);
    await asking.call('ServerLive');
    const many = Array.from({ length: 20 }, () => asking.call('ModelInfer', infer()));
    await many[0];
    await going.close();
    for (const answer of await Promise.all(many)) expect(answer.model_name).toBe('churn');
    expect((await asking.failure('ServerLive', {}, { timeoutMs: 2000 })).code).toMatch(
      /UNAVAILABLE|DEADLINE_EXCEEDED/,
    );
    asking.close();
  });
});
