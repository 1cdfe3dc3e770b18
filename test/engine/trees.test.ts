import { describe, expect, it } from 'vitest';
import { readTreeTable } from '#mlx/engine/trees/read-tree-table.js';
import { scoreTrees } from '#mlx/engine/trees/score-trees.js';
import type { TreeTable } from '#mlx/engine/trees/tree-table.js';
import { GraphBuilder } from '#mlx/onnx/graph.js';
import { attributesOf } from '#mlx/onnx/read-graph.js';
import { ModelSession } from '#mlx/onnx/session.js';
import { createRandom } from '#mlx/stats/random.js';
import { emitCompactTrees } from '#mlx/training/emit-compact-trees.js';
import { emitTreeRegressor } from '#mlx/training/emit-tree-regressor.js';
import type { Tree } from '#mlx/training/ensemble.js';
import { roundLeavesToGrid } from '#mlx/training/leaf-grid.js';
import { layersOf } from '#mlx/training/tree-layers.js';
import { leafOf, randomTree, type TreeShape } from '../training/random-trees.js';

const OPS = ['TreeEnsembleRegressor', 'TreeEnsemble'] as const;

interface Ensemble {
  readonly trees: readonly Tree[];
  readonly columns: number;
  readonly outputs: number;
}

function ensembleOf(count: number, shape: TreeShape): Ensemble {
  const trees = Array.from({ length: count }, (_, seed) => randomTree(shape, seed + 1));
  roundLeavesToGrid(trees);
  return { trees, columns: shape.columns, outputs: shape.outputs ?? 1 };
}

/** A model file of one operator. */
function fileOf({ trees, columns, outputs }: Ensemble, op: (typeof OPS)[number]): Uint8Array {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float', ['N', columns]);
  const sums =
    op === 'TreeEnsemble'
      ? emitCompactTrees(
          graph,
          x,
          trees.flatMap((tree) => layersOf(tree, outputs)),
          outputs,
        )
      : emitTreeRegressor(graph, x, trees, outputs);
  graph.output('y', sums, ['N', outputs]);
  return graph.build({}, 'test');
}

function tableOf(file: Uint8Array, op: (typeof OPS)[number]): TreeTable {
  const table = readTreeTable(op, attributesOf(file, op)[0]!);
  if (table === null) throw new Error('the operator was not read');
  return table;
}

/** Thresholds of the trees, what lies beside them, both zeros, infinities, and missing values. */
function rowsOf({ trees, columns }: Ensemble, rows: number): Float32Array {
  const random = createRandom(7, rows);
  const pick = (values: ArrayLike<number>) => values[Math.floor(random.next() * values.length)] as number;
  const odd = [Number.NaN, 0, -0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-45, -1e-45, 3e38];
  return Float32Array.from({ length: rows * columns }, () => {
    const kind = random.next();
    if (kind < 0.2) return pick(odd);
    if (kind < 0.5) return pick(anyOf(trees).threshold);
    return random.next() * 2 - 1;
  });

  function anyOf(some: readonly Tree[]): Tree {
    return some[Math.floor(random.next() * some.length)] as Tree;
  }
}

function bitsOf(values: Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('hex');
}

/** Compares bits for some numbers of rows. */
async function expectSameBits(ensemble: Ensemble, op: (typeof OPS)[number], counts: readonly number[]) {
  const { columns, outputs } = ensemble;
  const file = fileOf(ensemble, op);
  const table = structuredClone(tableOf(file, op));
  const session = await ModelSession.load(file);
  for (const rows of counts) {
    const data = rowsOf(ensemble, rows);
    const { y } = await session.run({ x: { type: 'float', dims: [rows, columns], data } });
    const expected = y!.data as Float32Array;
    const floats = new Float32Array(rows * outputs).fill(7);
    scoreTrees(table, data, rows, floats);
    expect(bitsOf(floats)).toBe(bitsOf(expected));
    const doubles = new Float64Array(rows * outputs).fill(7);
    scoreTrees(table, data, rows, doubles);
    expect(doubles).toEqual(Float64Array.from(expected));
  }
  await session.release();
}

/** Columns are spread out, so that most are asked about by none. */
function spread({ trees, columns, outputs }: Ensemble, factor: number): Ensemble {
  const wider = trees.map((tree) => ({
    ...tree,
    feature: tree.feature.map((column) => (column < 0 ? -1 : column * factor + 1)),
  }));
  return { trees: wider, columns: columns * factor + 1, outputs };
}

/** Trees with values off any grid, each for an output of its own. */
function lookupsOf(count: number): Ensemble {
  const trees = Array.from({ length: count }, (_, output) => {
    const tree = randomTree({ columns: count, depth: 5 }, output + 3);
    const value = new Float64Array(tree.value.length * count);
    tree.value.forEach((own, node) => {
      value[node * count + output] = own / 3;
    });
    return { ...tree, value };
  });
  return { trees, columns: count, outputs: count };
}

const COUNTS = [1, 3, 8, 64, 700];
const EVERY_COUNT = Array.from({ length: 70 }, (_, at) => at + 1);

describe.each(OPS)('%s gives the bits of ONNX Runtime', (op) => {
  it('for every number of rows', async () => {
    await expectSameBits(ensembleOf(20, { columns: 5, depth: 6 }), op, EVERY_COUNT);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 100, 300])('for %i trees', async (count) => {
    await expectSameBits(ensembleOf(count, { columns: 4, depth: 7 }), op, [1, 2, 70]);
  });

  it.each([
    ['stumps', ensembleOf(11, { columns: 3, depth: 1 })],
    ['deep trees', ensembleOf(9, { columns: 6, depth: 40, kind: 'chain', split: 1 })],
    ['full trees', ensembleOf(9, { columns: 6, depth: 10, split: 1 })],
    ['trees of unlike depth', ensembleOf(12, { columns: 3, depth: 9, split: 0.6 })],
    ['a hundred columns', ensembleOf(30, { columns: 100, depth: 6 })],
    ['columns that no tree reads', spread(ensembleOf(8, { columns: 4, depth: 5 }), 50)],
    [
      'more columns than a row has room for at first',
      ensembleOf(20, { columns: 60_000, depth: 10, split: 1 }),
      [2],
    ],
    ['single leaves', { trees: [leafOf(0.5), leafOf(-0.25), leafOf(-0)], columns: 2, outputs: 1 }],
    ['three outputs', ensembleOf(21, { columns: 4, depth: 6, outputs: 3 })],
    ['one tree of many outputs', ensembleOf(1, { columns: 4, depth: 6, outputs: 40 })],
    ['a leaf of several outputs', { trees: [leafOf(1, 0, 3)], columns: 1, outputs: 3 }],
    ['lookups', lookupsOf(3)],
  ] as [string, Ensemble, number[]?][])('for %s', async (_, ensemble, counts = COUNTS) => {
    await expectSameBits(ensemble, op, counts);
  });
});
