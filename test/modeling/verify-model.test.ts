import { describe, expect, it } from 'vitest';
import { withMetadata } from '#mlx/modeling/assemble.js';
import { verifyModel } from '#mlx/modeling/verify-model.js';
import { certify, type FeedRows } from '#mlx/onnx/certificate.js';
import { GraphBuilder } from '#mlx/onnx/graph.js';
import { METADATA } from '#mlx/scoring/manifest.js';
import { buildModel } from '../serving/fixtures/model.js';
import { put } from './fixtures.js';

const NONE = { data: undefined, rows: 40 };
const CSV = put('verify.csv', `amount,kind,member\n${'1,a,true\n,b,false\n3,zzz,true\n'.repeat(5)}`);

async function statusOf(
  file: Uint8Array,
  options: Parameters<typeof verifyModel>[1] = NONE,
): Promise<Record<string, string>> {
  const { checks } = await verifyModel(file, options);
  return Object.fromEntries(checks.map(({ name, status }) => [name, status]));
}

const feed: FeedRows = (start, end) => ({
  amount: { type: 'double', dims: [end - start, 1], data: new Float64Array(end - start).fill(1) },
  kind: { type: 'string', dims: [end - start, 1], data: new Array<string>(end - start).fill('a') },
  member: { type: 'string', dims: [end - start, 1], data: new Array<string>(end - start).fill('') },
});

/** The fixture's model with what the test changes in its certificate. */
async function certified(change: object = {}): Promise<Uint8Array> {
  const body = buildModel({ isInline: false });
  return withMetadata(body, { [METADATA.certificate]: { ...(await certify(body, 5, feed)), ...change } });
}

/** A model on one number whose operator is not exact, or whose rows are not independent. */
function modelOf(op: string, producer = 'mlx'): Uint8Array {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'double', ['N', 1]);
  const cast = graph.node('Cast', [x], { type: 'float', attributes: { to: { int: 1 } } });
  const value = graph.node(op, [cast], { type: 'float' });
  graph.output('y', graph.node('Sub', [cast, value], { type: 'float' }), ['N', 1]);
  const bytes = graph.build({}, '1');
  return producer === 'mlx'
    ? bytes
    : Buffer.from(Buffer.from(bytes).toString('latin1').replace('mlx', producer), 'latin1');
}

it('a certified model passes every check, on rows made up from its columns and on a table', async () => {
  const model = await certified();
  const all = { graph: 'ok', versions: 'ok', operators: 'ok', certificate: 'ok', opens: 'ok', scores: 'ok' };
  expect(await statusOf(model, { data: CSV, rows: 10 })).toMatchObject({ ...all, operators: 'ok' });
  const { certificate } = await verifyModel(model, { data: CSV, rows: 10 });
  expect(certificate).toMatchObject({ rows: 10, batchSizes: [1, 7, 10], threads: [1, 2] });
  expect(certificate?.rowOrders).toEqual(['given', 'reversed', 'shuffled']);
});

it('without rows it says that none can be made up, where a column lists no levels', async () => {
  const { checks, certificate } = await verifyModel(await certified(), NONE);
  expect(certificate).toBeNull();
  expect(checks.at(-1)).toMatchObject({
    name: 'scores',
    status: 'warn',
    message: expect.stringContaining('member'),
  });
});

describe('does not verify', () => {
  it('bytes that are no model', async () => {
    expect(await statusOf(Buffer.from('age,income\n'))).toEqual({ graph: 'fail' });
  });

  it('a file that was changed after it was certified', async () => {
    const model = Buffer.from(await certified({ bodySha256: 'f'.repeat(64) }));
    expect(await statusOf(model)).toMatchObject({ certificate: 'fail', opens: 'fail' });
  });

  it('a file whose own certificate says that it failed', async () => {
    const model = await certified({ passed: false, mismatch: 'batches differ' });
    expect(await statusOf(model, { data: CSV, rows: 5 })).toMatchObject({
      certificate: 'fail',
      scores: 'ok',
    });
  });

  it('scores that depend on the neighbours', async () => {
    expect(await statusOf(modelOf('ReduceMax'))).toMatchObject({ certificate: 'warn', scores: 'fail' });
  });

  it('an operator of mlx’s own that is not exact; in a model from elsewhere it is said', async () => {
    expect(await statusOf(modelOf('Exp'))).toMatchObject({ operators: 'fail' });
    expect(await statusOf(modelOf('Exp', 'abc'))).toMatchObject({ operators: 'warn' });
  });
});

it('a table that cannot be read is the table’s fault', async () => {
  const model = await certified();
  await expect(verifyModel(model, { data: 'nowhere.csv', rows: 5 })).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
  });
});
