import { expect, it } from 'vitest';
import { certify, type FeedRows, parseCertificate } from '#mlx/onnx/certificate.js';
import { GraphBuilder } from '#mlx/onnx/graph.js';
import { ModelSession } from '#mlx/onnx/session.js';
import { feedsOf } from '#mlx/scoring/feeds.js';
import { createRandom } from '#mlx/stats/random.js';
import { numbers, tableOf, texts } from '../features/tables.js';
import { buildModel, COLUMNS } from '../serving/fixtures/model.js';
import { doubling } from './files.js';

const ROWS = 64;
const random = createRandom(5);
const values = Float32Array.from({ length: ROWS * 37 }, () => random.next() * 8 - 4);

const floats =
  (width: number): FeedRows =>
  (start, end) => ({
    x: { type: 'float', dims: [end - start, width], data: values.slice(start * width, end * width) },
  });

function unary(op: string): Uint8Array {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float', ['N', 1]);
  graph.output('y', graph.node(op, [x], { type: 'float' }), ['N', 1]);
  return graph.build({}, '1');
}

it('a model of exact operators gets its certificate', async () => {
  const table = tableOf([
    numbers(
      'amount',
      Array.from({ length: 50 }, (_, row) => (row % 9 === 0 ? null : row / 7)),
    ),
    texts(
      'kind',
      Array.from({ length: 50 }, (_, row) => ['a', 'b', 'c', 'never', null][row % 5] ?? null),
    ),
    texts(
      'member',
      Array.from({ length: 50 }, (_, row) => (row % 2 === 0 ? 'true' : 'false')),
    ),
  ]);
  const manifest = { columns: COLUMNS, input: { kind: 'columns' } } as const;
  const certificate = await certify(buildModel(), 50, (start, end) => feedsOf(manifest, table, start, end));
  expect(certificate).toMatchObject({ passed: true, rows: 50, batchSizes: [1, 7, 50], threads: [1, 2] });
  expect(certificate.mismatch).toBeNull();
  expect(certificate.rowOrders).toEqual(['given', 'reversed', 'shuffled']);
});

it('operators whose value for a row alone differs from that in a batch are found out', async () => {
  const results = await Promise.all(
    ['Sin', 'Cos', 'Log', 'Exp', 'Tanh', 'Erf', 'Sigmoid'].map((op) => certify(unary(op), ROWS, floats(1))),
  );
  const failed = results.filter(({ passed }) => !passed);
  expect(failed.length).toBeGreaterThan(0);
  for (const { mismatch } of failed)
    expect(mismatch).toMatch(/^batches of \d+ on \d thread\(s\) differ from/);
});

it('a score that depends on its neighbours in the batch is found out', async () => {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float', ['N', 1]);
  const largest = graph.node('ReduceMax', [x], { type: 'float', attributes: { keepdims: { int: 1 } } });
  graph.output('y', graph.node('Sub', [x, largest], { type: 'float' }), ['N', 1]);
  expect(await certify(graph.build({}, '1'), ROWS, floats(1))).toMatchObject({
    passed: false,
    mismatch: 'batches of 7 on 1 thread(s) differ from batches of 1 on 1 thread(s)',
  });
});

it('a score that depends on the order of the rows is found out, although batches of any size agree', async () => {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float', ['N', 1]);
  const row = (index: bigint) =>
    graph.node('Gather', [x, graph.constant('int64', [1], BigInt64Array.of(index))], {
      type: 'float',
      attributes: { axis: { int: 0 } },
    });
  const isFalling = graph.node('Greater', [row(0n), row(-1n)], { type: 'bool' });
  const extra = graph.node('Cast', [isFalling], { type: 'float', attributes: { to: { int: 1 } } });
  graph.output('y', graph.node('Add', [x, extra], { type: 'float' }), ['N', 1]);
  const rising: FeedRows = (start, end) => ({
    x: { type: 'float', dims: [end - start, 1], data: Float32Array.from(values.keys()).slice(start, end) },
  });
  expect(await certify(graph.build({}, '1'), ROWS, rising)).toMatchObject({
    passed: false,
    mismatch: 'batches of 64 on 1 thread(s) with the rows reversed differ from batches of 1 on 1 thread(s)',
  });
});

it('a large model is loaded by a thread for the other thread count, with the same verdict', async () => {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float', ['N', 1]);
  const table = graph.constant('float', [1_200_000], new Float32Array(1_200_000));
  const index = graph.node('Cast', [x], { type: 'int64', attributes: { to: { int: 7 } } });
  graph.output('y', graph.node('Gather', [table, index], { type: 'float' }), ['N', 1]);
  expect(await certify(graph.build({}, '1'), ROWS, floats(1))).toMatchObject({
    passed: true,
    threads: [1, 2],
  });
});

it('what the thread cannot do fails the certificate', async () => {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float', ['N', 1]);
  const table = graph.constant('float', [1_200_000], new Float32Array(1_200_000));
  const index = graph.node('Cast', [x], { type: 'int64', attributes: { to: { int: 7 } } });
  graph.output('y', graph.node('Gather', [table, index], { type: 'float' }), ['N', 1]);
  const beyond: FeedRows = (start, end) => ({
    x: { type: 'float', dims: [end - start, 1], data: new Float32Array(end - start).fill(2_000_000) },
  });
  await expect(certify(graph.build({}, '1'), ROWS, beyond)).rejects.toMatchObject({ code: 'SCORING_FAILED' });
});

it('certificates of before are read: their rows went in the given order, and there was no engine', () => {
  const old = {
    passed: true,
    rows: 5,
    batchSizes: [1, 5],
    threads: [1, 2],
    bodyBytes: 1,
    bodySha256: '',
    mismatch: null,
  };
  expect(parseCertificate(JSON.stringify(old))).toEqual({
    ...old,
    rowOrders: ['given'],
    engine: null,
  });
  expect([parseCertificate(undefined), parseCertificate('{'), parseCertificate('null')]).toEqual([
    null,
    null,
    null,
  ]);
});

it('no rows, no certificate', async () => {
  await expect(certify(doubling(), 0, floats(1))).rejects.toMatchObject({ code: 'MODEL_UNCERTIFIED' });
});

it('a session that is open already is used and left open', async () => {
  const bytes = unary('Neg');
  const session = await ModelSession.load(bytes, { threads: 2 });
  expect((await certify(bytes, ROWS, floats(1), { threads: 2, session })).passed).toBe(true);
  await expect(session.run(floats(1)(0, 1))).resolves.toHaveProperty('y');
  await session.release();
});

it('what ONNX Runtime cannot load is MODEL_INVALID with its reason and without paths of its sources', async () => {
  const loading = ModelSession.load(unary('NoSuchOperator'));
  await expect(loading).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  await expect(loading).rejects.toThrow(/NoSuchOperator/);
  await expect(loading).rejects.not.toThrow(/onnxruntime::|\.cc/);
});

it('an operator that fails on a row is SCORING_FAILED', async () => {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'int64', ['N']);
  const table = graph.constant('float', [2], Float32Array.of(1, 2));
  graph.output('y', graph.node('Gather', [table, x], { type: 'float' }), ['N']);
  const session = await ModelSession.load(graph.build({}, '1'));
  const run = session.run({ x: { type: 'int64', dims: [1], data: BigInt64Array.of(9n) } });
  await expect(run).rejects.toMatchObject({ code: 'SCORING_FAILED' });
  await session.release();
});

it('an input whose data does not fit its shape is refused before it reaches the native side', async () => {
  const session = await ModelSession.load(unary('Neg'));
  for (const dims of [
    [2, 1],
    [1, 2],
    [-1, -1],
    [0, 1],
  ]) {
    const run = session.run({ x: { type: 'float', dims, data: Float32Array.of(1) } });
    if (dims[0] === -1) await expect(run).rejects.toMatchObject({ code: 'SCORING_FAILED' });
    else await expect(run).rejects.toThrow(`of shape [${dims.join()}] has 1 values`);
  }
  await session.release();
});

it('a feed that is missing, or of another type than the input, is SCORING_FAILED', async () => {
  const session = await ModelSession.load(unary('Neg'));
  await expect(session.run({})).rejects.toMatchObject({ code: 'SCORING_FAILED' });
  const wrong = session.run({ x: { type: 'double', dims: [1, 1], data: Float64Array.of(1) } });
  await expect(wrong).rejects.toMatchObject({ code: 'SCORING_FAILED' });
  await session.release();
});
