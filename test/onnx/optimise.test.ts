import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GraphBuilder, type TensorRef } from '#mlx/onnx/graph.js';
import { inspectModel } from '#mlx/onnx/inspect.js';
import { ELEMENT_TYPES, type ElementType } from '#mlx/onnx/proto.js';
import { aGraph, ROWS } from './random-graph.js';
import { bothForms, type Feeds, operatorsIn, outputsOf } from './run-graph.js';

it('the outputs of random graphs are the same bytes, from no more operators', async () => {
  await fc.assert(
    fc.asyncProperty(aGraph, async ({ graph, feeds }) => {
      const { plain, optimised } = bothForms(graph);
      expect(await outputsOf(optimised, feeds)).toEqual(await outputsOf(plain, feeds));
      expect(inspectModel(optimised).nodes).toBeLessThanOrEqual(inspectModel(plain).nodes);
    }),
    { numRuns: 200 },
  );
}, 60_000);

function cast(graph: GraphBuilder, tensor: TensorRef, type: ElementType): TensorRef {
  return graph.node('Cast', [tensor], { type, attributes: { to: { int: ELEMENT_TYPES[type] } } });
}

function join(graph: GraphBuilder, ...parts: readonly TensorRef[]): TensorRef {
  const { type } = parts[0] as TensorRef;
  return graph.node('Concat', parts, { type, attributes: { axis: { int: 1 } } });
}

function pick(graph: GraphBuilder, tensor: TensorRef, ...columns: readonly number[]): TensorRef {
  const indices = graph.constant('int64', [columns.length], BigInt64Array.from(columns, BigInt));
  return graph.node('Gather', [tensor, indices], { type: tensor.type, attributes: { axis: { int: 1 } } });
}

const numbersFed: Feeds = Object.fromEntries(
  ['a', 'b', 'c'].map((name, column) => [
    name,
    {
      type: 'double',
      dims: [ROWS, 1],
      data: Float64Array.from({ length: ROWS }, (_, row) => row / 7 + column),
    },
  ]),
);

/** A graph on three number columns; its output is what `write` gives. */
async function operatorsAfter(
  width: number,
  write: (graph: GraphBuilder, a: TensorRef, b: TensorRef, c: TensorRef) => TensorRef,
): Promise<Readonly<Record<string, number>>> {
  const graph = new GraphBuilder();
  const [a, b, c] = ['a', 'b', 'c'].map((name) => graph.input(name, 'double', ['N', 1])) as [
    TensorRef,
    TensorRef,
    TensorRef,
  ];
  graph.output('y', write(graph, a, b, c), ['N', width]);
  const { plain, optimised } = bothForms(graph);
  expect(await outputsOf(optimised, numbersFed)).toEqual(await outputsOf(plain, numbersFed));
  return operatorsIn(optimised);
}

describe('takes away', () => {
  it('joins of joins', async () => {
    expect(await operatorsAfter(4, (g, a, b, c) => join(g, join(g, a, b), join(g, c, a)))).toEqual({
      Concat: 1,
    });
  });

  it('picks from joins, for a join of what is picked', async () => {
    const write = (g: GraphBuilder, a: TensorRef, b: TensorRef, c: TensorRef) =>
      pick(g, join(g, a, b, c), 2, 0);
    expect(await operatorsAfter(2, write)).toEqual({ Concat: 1 });
  });

  it('picks from picks, and picks of everything in order', async () => {
    const write = (g: GraphBuilder, a: TensorRef, b: TensorRef, c: TensorRef) => {
      const all = g.node('Add', [join(g, a, b, c), a], { type: 'double' });
      return pick(g, pick(g, pick(g, all, 0, 1, 2), 2, 1), 1, 0);
    };
    expect(await operatorsAfter(2, write)).toEqual({ Concat: 1, Add: 1, Gather: 1 });
  });

  it('columns taken apart and put together again', async () => {
    const write = (g: GraphBuilder, a: TensorRef, b: TensorRef, c: TensorRef) => {
      const all = g.node('Sqrt', [join(g, a, b, c)], { type: 'double' });
      return join(g, pick(g, all, 0), pick(g, all, 1, 2));
    };
    expect(await operatorsAfter(3, write)).toEqual({ Concat: 1, Sqrt: 1 });
  });

  it('casts there and back, where nothing is lost on the way', async () => {
    const write = (g: GraphBuilder, a: TensorRef) => cast(g, cast(g, cast(g, a, 'float'), 'double'), 'float');
    expect(await operatorsAfter(1, write)).toEqual({ Cast: 1 });
  });

  it('but not the cast that rounds', async () => {
    const write = (g: GraphBuilder, a: TensorRef) => cast(g, cast(g, a, 'float'), 'double');
    expect(await operatorsAfter(1, write)).toEqual({ Cast: 2 });
  });

  it('one cast per part of a join, for one cast of the whole', async () => {
    const write = (g: GraphBuilder, a: TensorRef, b: TensorRef, c: TensorRef) =>
      join(g, ...[a, b, c].map((part) => cast(g, g.node('Equal', [part, a], { type: 'bool' }), 'double')));
    expect(await operatorsAfter(3, write)).toEqual({ Equal: 3, Concat: 1, Cast: 1 });
  });

  it('the cast of a part to the type of the others, where all are cast back', async () => {
    const write = (g: GraphBuilder, a: TensorRef, b: TensorRef) =>
      cast(g, join(g, cast(g, cast(g, a, 'float'), 'double'), b), 'float');
    const operators = await operatorsAfter(2, write);
    expect(operators).toEqual({ Concat: 1, Cast: 1 });
  });

  it('equal operators, and Identity', async () => {
    const write = (g: GraphBuilder, a: TensorRef, b: TensorRef) => {
      const sum = () => g.node('Identity', [g.node('Add', [a, b], { type: 'double' })], { type: 'double' });
      return g.node('Mul', [sum(), sum()], { type: 'double' });
    };
    expect(await operatorsAfter(1, write)).toEqual({ Add: 1, Mul: 1 });
  });

  it('operators on constants alone', async () => {
    const write = (g: GraphBuilder, a: TensorRef) => {
      const table = g.constant('float', [1, 3], Float32Array.of(0.1, 2, 3));
      const scaled = g.node('Div', [table, g.constant('float', [], Float32Array.of(3))], { type: 'float' });
      return g.node('Add', [a, cast(g, pick(g, scaled, 2, 0), 'double')], { type: 'double' });
    };
    expect(await operatorsAfter(2, write)).toEqual({ Add: 1 });
  });
});

it('what would make the file a megabyte larger stays an operator', () => {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'double', ['N', 1]);
  const row = graph.constant(
    'double',
    [1, 500],
    Float64Array.from({ length: 500 }, (_, i) => i),
  );
  const column = graph.constant(
    'double',
    [500, 1],
    Float64Array.from({ length: 500 }, (_, i) => i),
  );
  const table = graph.node('Add', [row, column], { type: 'double' });
  const first = graph.node('Gather', [table, graph.constant('int64', [], BigInt64Array.of(0n))], {
    type: 'double',
  });
  graph.output('y', graph.node('Add', [x, first], { type: 'double' }), ['N', 500]);
  expect(operatorsIn(graph.build({}, '1'))).toEqual({ Add: 2, Gather: 1 });
});

it('an output that is an input or a constant, and two outputs of one tensor, keep their names', async () => {
  const graph = new GraphBuilder();
  const a = graph.input('a', 'double', ['N', 1]);
  const twice = graph.node('Add', [a, a], { type: 'double' });
  graph.output('same', a, ['N', 1]);
  graph.output('first', twice, ['N', 1]);
  graph.output('second', twice, ['N', 1]);
  graph.output('fixed', graph.constant('double', [1], Float64Array.of(3)), [1]);
  const { plain, optimised } = bothForms(graph);
  const feeds: Feeds = { a: numbersFed.a as Feeds[string] };
  expect(await outputsOf(optimised, feeds)).toEqual(await outputsOf(plain, feeds));
  expect(inspectModel(optimised).outputs.map(({ name }) => name)).toEqual([
    'same',
    'first',
    'second',
    'fixed',
  ]);
});

it('names that a column has already are not given to tensors', async () => {
  const graph = new GraphBuilder();
  const columns = Array.from({ length: 6 }, (_, index) => graph.input(`_add_${index}`, 'double', ['N', 1]));
  const sum = columns.reduce((left, right) => graph.node('Add', [left, right], { type: 'double' }));
  graph.output('y', sum, ['N', 1]);
  const feeds = Object.fromEntries(columns.map(({ name }) => [name, numbersFed.b as Feeds[string]]));
  expect(await outputsOf(graph.build({}, '1'), feeds)).toHaveProperty('y');
});
