import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '#mlx/serving/server.js';
import { readAnswer } from './fixtures/infer-body.js';
import { exchange } from './fixtures/raw-exchange.js';
import { Shop } from './fixtures/shop.js';

interface Recorded {
  readonly client: string;
  readonly what: string;
  /** The bytes that the client sent, in base64. */
  readonly request: string;
}

const { recorded } = JSON.parse(
  readFileSync(new URL('../golden/open_inference_requests.json', import.meta.url), 'utf8'),
) as { recorded: readonly Recorded[] };

let shop: Shop;
let server: RunningServer;

beforeAll(async () => {
  shop = await Shop.open();
  await shop.release('production');
  await shop.release('staging', { base: 0 });
  server = await shop.listen();
});

afterAll(() => shop.close());

const label = { name: 'label', datatype: 'BYTES', shape: [2], data: ['yes', 'yes'] };
const probabilities = {
  name: 'probabilities',
  datatype: 'FP32',
  shape: [2, 2],
  data: [0.3125, 0.6875, 0.375, 0.625],
};
const binary = (tensor: { data: unknown }, size: number) => ({
  ...tensor,
  parameters: { binary_data_size: size },
});
const both = [binary(label, 14), binary(probabilities, 16)];

const ANSWERS: Readonly<Record<string, object>> = {
  'binary both ways, as by default': { outputs: both },
  'JSON in, all outputs binary': { outputs: both },
  'JSON both ways': { outputs: [label, probabilities] },
  'binary in, one output as JSON and one binary': { outputs: [label, binary(probabilities, 16)] },
  'an id and parameters': { id: 'abc', parameters: { note: 'x', depth: 3 }, outputs: both },
  'half precision': { outputs: both },
  gzip: { outputs: both },
  deflate: { outputs: both },
  'a classification': {
    outputs: [
      { name: 'probabilities', datatype: 'BYTES', shape: [2, 1], data: ['0.687500:1:yes', '0.625000:1:yes'] },
    ],
  },
  'a version': {
    model_version: '2',
    outputs: [
      binary({ ...label, data: ['no', 'no'] }, 12),
      binary({ ...probabilities, data: [0.8125, 0.1875, 0.875, 0.125] }, 16),
    ],
  },
  'JSON with a bare NaN and no content type': { outputs: [label, probabilities] },
};

describe('what clients were recorded to send is answered', () => {
  it.each(recorded)('$client: $what', async ({ what, request }) => {
    const { status, headers, body } = await exchange(server.url, Buffer.from(request, 'base64'));
    const document = readAnswer(body, headers.get('inference-header-content-length'));
    expect([status, document]).toEqual([200, { model_name: 'churn', model_version: '1', ...ANSWERS[what] }]);
  });
});
