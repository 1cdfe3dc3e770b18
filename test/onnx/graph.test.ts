import { expect, it } from 'vitest';
import { GraphBuilder } from '#mlx/onnx/graph.js';
import { inspectModel, readMetadata } from '#mlx/onnx/inspect.js';
import { GRAPH, MODEL, TENSOR } from '#mlx/onnx/proto.js';
import { ModelSession } from '#mlx/onnx/session.js';
import { readFields, readText } from '#mlx/onnx/wire.js';
import { doubling } from './files.js';

/** Names of the constants that stand in the file. */
function constantsIn(model: Uint8Array): string[] {
  const graph = [...readFields(model)].find(({ field }) => field === MODEL.graph);
  return [...readFields(graph?.bytes as Uint8Array)]
    .filter(({ field }) => field === GRAPH.initializer)
    .map(({ bytes }) => [...readFields(bytes)].find(({ field }) => field === TENSOR.name))
    .map((name) => readText(name?.bytes as Uint8Array));
}

it('says of itself what it was given', () => {
  expect(inspectModel(doubling())).toEqual({
    irVersion: 8,
    producer: 'mlx',
    opsets: { '': 17, 'ai.onnx.ml': 3 },
    inputs: [{ name: 'x', type: 'double', dims: ['N', 1] }],
    outputs: [{ name: 'y', type: 'double', dims: ['N', 1] }],
    nodes: 1,
    operators: { Mul: 1 },
    classLabels: [],
    metadata: { 'mlx.note': 'doubles' },
  });
  expect(readMetadata(doubling())).toEqual({ 'mlx.note': 'doubles' });
});

it('runs, and gives names and types back', async () => {
  const session = await ModelSession.load(doubling());
  const { y } = await session.run({ x: { type: 'double', dims: [3, 1], data: Float64Array.of(1, -2, 0.1) } });
  expect(y).toMatchObject({ type: 'double', dims: [3, 1], data: Float64Array.of(2, -4, 0.2) });
  expect([session.inputNames, session.outputNames]).toEqual([['x'], ['y']]);
  await session.release();
});

it('the same steps give the same bytes', () => {
  expect(doubling()).toEqual(doubling());
});

it('leaves out operators and constants that no output needs', () => {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float', ['N', 1]);
  const used = graph.constant('float', [], Float32Array.of(1));
  const unused = graph.constant('float', [], Float32Array.of(99));
  const dead = graph.node('Add', [x, unused], { type: 'float' });
  graph.node('Neg', [dead], { type: 'float' });
  graph.output('y', graph.node('Add', [x, used], { type: 'float' }), ['N', 1]);
  const model = graph.build({}, '1');
  expect(inspectModel(model).nodes).toBe(1);
  expect(constantsIn(model)).toEqual([used.name]);
});

it('stores equal constants once, and keeps apart what differs in type or shape alone', () => {
  const graph = new GraphBuilder();
  const one = graph.constant('float', [1], Float32Array.of(1));
  expect(graph.constant('float', [1], Float32Array.of(1))).toEqual(one);
  const others = [
    graph.constant('float', [], Float32Array.of(1)),
    graph.constant('double', [1], Float64Array.of(1)),
    graph.constant('int64', [1], BigInt64Array.of(1n)),
    graph.constant('string', [1], ['1']),
  ];
  expect(new Set([one, ...others].map(({ name }) => name)).size).toBe(5);
});

it('picked strings are the strings themselves', async () => {
  const build = (strings: Parameters<GraphBuilder['node']>[2]['attributes']): Uint8Array => {
    const graph = new GraphBuilder();
    const x = graph.input('x', 'int64', ['N']);
    const node = graph.node('LabelEncoder', [x], {
      type: 'string',
      domain: 'ai.onnx.ml',
      attributes: { keys_int64s: { ints: [0, 1, 2, -3] }, ...strings },
    });
    graph.output('y', node, ['N']);
    return graph.build({}, '1');
  };
  const picked = build({
    values_strings: { strings: { table: ['a', 'é'], picks: Uint8Array.of(0, 1, 1, 0) } },
  });
  expect(picked).toEqual(build({ values_strings: { strings: ['a', 'é', 'é', 'a'] } }));
  const session = await ModelSession.load(picked);
  const data = BigInt64Array.of(2n, -3n, 0n);
  const { y } = await session.run({ x: { type: 'int64', dims: [3], data } });
  expect(y?.data).toEqual(['é', 'a', 'a']);
  await session.release();
});

it('every kind of attribute arrives at the operator', async () => {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float', ['N', 2]);
  const leaky = graph.node('LeakyRelu', [x], { type: 'float', attributes: { alpha: { float: 0.5 } } });
  const turned = graph.node('Transpose', [leaky], { type: 'float', attributes: { perm: { ints: [1, 0] } } });
  graph.output('y', graph.node('Cast', [turned], { type: 'double', attributes: { to: { int: 11 } } }), [
    2,
    'N',
  ]);
  const session = await ModelSession.load(graph.build({}, '1'));
  const { y } = await session.run({
    x: { type: 'float', dims: [2, 2], data: Float32Array.of(1, -2, 3, -4) },
  });
  expect(y).toMatchObject({ type: 'double', dims: [2, 2], data: Float64Array.of(1, 3, -1, -2) });
  await session.release();
});
