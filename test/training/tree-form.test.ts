import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '#mlx/onnx/graph.js';
import { inspectModel } from '#mlx/onnx/inspect.js';
import { ModelSession } from '#mlx/onnx/session.js';
import { createRandom } from '#mlx/stats/random.js';
import { emitModel } from '#mlx/training/emit-model.js';
import type { Tree, TreeEnsemble } from '#mlx/training/ensemble.js';
import { contributionsOf } from '#mlx/training/explain/contributions.js';
import { packLeafCovers } from '#mlx/training/leaf-covers.js';
import { roundLeavesToGrid } from '#mlx/training/leaf-grid.js';
import type { Matrix } from '#mlx/training/matrix.js';
import { type Model, predictModel, scoreModel } from '#mlx/training/model.js';
import { readTrees } from '#mlx/training/read-trees.js';
import { recordScorer, type TreesRecord } from '#mlx/training/scorer-record.js';
import { SMALL_FORM, type TreeForm, treeFormOf } from '#mlx/training/tree-form.js';
import { ensembleOf, leafOf, randomTree } from './random-trees.js';

const COLUMNS = 4;
const FORMS: readonly (readonly [string, TreeForm])[] = [
  ['one operator', SMALL_FORM],
  ['several operators', { kind: 'regressor', partNodes: 300 }],
  ['a compact operator', { kind: 'compact', partNodes: Number.POSITIVE_INFINITY }],
  ['several compact operators', { kind: 'compact', partNodes: 300 }],
];

/** Values in −1 ... 1, a tenth of them missing. */
function randomRows(rows: number): Matrix {
  const random = createRandom(7, 1);
  const data = Float32Array.from({ length: rows * COLUMNS }, () =>
    random.next() < 0.1 ? Number.NaN : random.next() * 2 - 1,
  );
  return { rows, columns: COLUMNS, data };
}

function treesOf(count: number, outputs: number, depth = 6): Tree[] {
  const trees = Array.from({ length: count }, (_, seed) =>
    randomTree({ columns: COLUMNS, outputs, depth, split: 0.9 }, seed + 1),
  );
  return onGrid(trees);
}

function onGrid(trees: Tree[]): Tree[] {
  roundLeavesToGrid(trees);
  return trees;
}

/** Leaves with one output each, but for one leaf of each tree. */
function nearlyPure(trees: readonly Tree[], outputs: number): Tree[] {
  return trees.map((tree) => {
    const firstLeaf = tree.feature.indexOf(-1);
    const value = tree.value.map((own, at) => {
      const node = Math.floor(at / outputs);
      return node === firstLeaf || node % outputs === at % outputs ? own : 0;
    });
    return { ...tree, value };
  });
}

/** More nodes than small ensembles have: the same tree over and over. */
function largeOf(tree: Tree, outputs = 1): TreeEnsemble {
  return ensembleOf(new Array<Tree>(70).fill(tree), COLUMNS, outputs, 70);
}

function modelOf(scorer: TreeEnsemble): Model {
  const { outputs } = scorer;
  return outputs === 1
    ? { task: 'regression', classes: 0, scorer, link: 'identity', calibration: null }
    : { task: 'classification', classes: outputs, scorer, link: 'identity', calibration: null };
}

function fileOf(model: Model, form: TreeForm | undefined, width: number): Uint8Array {
  const graph = new GraphBuilder();
  const input = graph.input('x', 'float', ['N', COLUMNS]);
  graph.output('y', emitModel(graph, input, model, form).predictions, ['N', width]);
  return graph.build({}, 'test');
}

async function scoresOf(file: Uint8Array, { rows, data }: Matrix, batch: number): Promise<Float32Array> {
  const session = await ModelSession.load(file);
  const parts: number[] = [];
  for (let start = 0; start < rows; start += batch) {
    const some = data.slice(start * COLUMNS, (start + batch) * COLUMNS);
    const { y } = await session.run({
      x: { type: 'float', dims: [some.length / COLUMNS, COLUMNS], data: some },
    });
    parts.push(...(y!.data as Float32Array));
  }
  await session.release();
  return Float32Array.from(parts);
}

function readBack(model: Model, form: TreeForm | undefined): TreeEnsemble {
  const scorer = model.scorer as TreeEnsemble;
  const file = fileOf(model, form, Math.max(1, model.classes));
  return readTrees(file, recordScorer(model) as TreesRecord, packLeafCovers(scorer));
}

function gapBetween(a: Float64Array, b: Float64Array): number {
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
}

describe.each([
  ['one output', ensembleOf(treesOf(9, 1), COLUMNS, 1, 9)],
  ['a tree that is one leaf', ensembleOf(onGrid([...treesOf(3, 1), leafOf(0.5), ...treesOf(2, 1)]), COLUMNS)],
  ['mixed leaves of several outputs', ensembleOf(treesOf(9, 3), COLUMNS, 3, 9)],
  ['nearly pure leaves of several outputs', ensembleOf(nearlyPure(treesOf(9, 3), 3), COLUMNS, 3)],
])('%s', (_, ensemble) => {
  const rows = randomRows(60);
  const model = modelOf(ensemble);
  const expected = scoreModel(model, rows);

  it.each(FORMS)('gives the same bits as %s, row by row and in batches', async (_, form) => {
    const file = fileOf(model, form, ensemble.outputs);
    for (const batch of [1, 7, rows.rows]) expect(await scoresOf(file, rows, batch)).toEqual(expected);
  });

  it.each(FORMS)('is read back and explained as it was: %s', (_, form) => {
    const scorer = readBack(model, form);
    expect(scoreModel({ ...model, scorer }, rows)).toEqual(expected);
    const few = { ...rows, rows: 5, data: rows.data.slice(0, 5 * COLUMNS) };
    const before = contributionsOf({ scorer: ensemble }, few);
    const after = contributionsOf({ scorer }, few);
    expect(gapBetween(after.expected, before.expected)).toBeLessThan(1e-6);
    expect(gapBetween(after.values, before.values)).toBeLessThan(1e-6);
  });
});

describe('the form', () => {
  const large = largeOf(randomTree({ columns: COLUMNS, depth: 13, split: 1 }, 3));
  const operatorsOf = (ensemble: TreeEnsemble) =>
    inspectModel(fileOf(modelOf(ensemble), undefined, ensemble.outputs));

  it('of small ensembles is one operator that old runtimes read', () => {
    const { operators, opsets } = operatorsOf(ensembleOf(treesOf(9, 1), COLUMNS));
    expect(operators['ai.onnx.ml.TreeEnsembleRegressor']).toBe(1);
    expect(operators['ai.onnx.ml.TreeEnsemble']).toBeUndefined();
    expect(opsets['ai.onnx.ml']).toBe(3);
  });

  it('of large ensembles is several compact operators, a third of the bytes', () => {
    const { operators, opsets } = operatorsOf(large);
    expect(operators['ai.onnx.ml.TreeEnsemble']).toBe(5);
    expect(operators['ai.onnx.ml.TreeEnsembleRegressor']).toBeUndefined();
    expect(opsets['ai.onnx.ml']).toBe(5);
    const [compact, regressor] = [undefined, SMALL_FORM].map((form) => fileOf(modelOf(large), form, 1));
    expect(compact!.length).toBeLessThan(regressor!.length / 2.5);
  });

  it('of large ensembles whose leaves have many outputs each is the one that writes them once', () => {
    const tree = randomTree({ columns: COLUMNS, outputs: 3, depth: 13, split: 1 }, 3);
    expect(treeFormOf(largeOf(tree, 3)).kind).toBe('regressor');
    const [pure] = nearlyPure([tree], 3);
    expect(treeFormOf(largeOf(pure!, 3)).kind).toBe('compact');
  });
});

it.each(FORMS)('a calibration that looks lines up in trees has their form: %s', async (_, form) => {
  const curve = (rise: number) => ({
    x: Float32Array.of(0.1, 0.3, 0.6, 0.9),
    y: Float32Array.of(0, rise, rise, 1),
  });
  const scorer = { ...ensembleOf(treesOf(9, 3), COLUMNS, 3, 9), base: new Float64Array(3) };
  const calibration = { method: 'isotonic' as const, curves: [0.2, 0.4, 0.5].map(curve) };
  const model: Model = { ...modelOf(scorer), link: 'softmax', calibration };
  const uncalibrated: Model = { ...model, link: 'identity' };
  const rows = randomRows(60);
  const file = fileOf(uncalibrated, form, 3);
  expect(await scoresOf(file, rows, 60)).toEqual(predictModel(uncalibrated, rows));
  // the calibration's own trees are not taken for the model's
  expect(scoreModel({ ...model, scorer: readBack(model, form) }, rows)).toEqual(scoreModel(model, rows));
});

describe('a file whose compact trees are none', () => {
  const ensemble = ensembleOf(treesOf(2, 1), COLUMNS);
  const model = modelOf(ensemble);
  const record = recordScorer(model) as TreesRecord;
  const covers = packLeafCovers(ensemble);
  const file = fileOf(model, { kind: 'compact', partNodes: 1e6 }, 1);
  const at = (name: string) => Buffer.from(file).indexOf(name) + name.length;
  /** With another byte in an attribute's values, which stand behind name, tag and a length of one or two bytes. */
  const changed = (name: string, offset: number, byte: number) => {
    const bytes = Buffer.from(file);
    bytes[at(name) + offset] = byte;
    return bytes;
  };

  it('is read while it is whole', () => {
    expect(readTrees(file, record, covers).trees).toHaveLength(2);
  });

  it.each([
    ['without covers', file, undefined],
    ['with a text that is no covers', file, 'covers'],
    ['with covers that end inside a number', file, 'whole:gA=='],
    ['with too few covers', file, 'whole:AQ=='],
    ['with too many covers', file, `float:${Buffer.alloc(8000).fill(0).toString('base64')}`],
    ['with a child that is its own', changed('nodes_truenodeids', 3, 0), covers],
    ['with a child of another tree', changed('nodes_falsenodeids', 3, 127), covers],
    ['with a root that is elsewhere', changed('tree_roots', 2, 1), covers],
    ['with a column that is not there', changed('nodes_featureids', 3, 100), covers],
  ])('is refused %s', (_, bytes, text) => {
    expect(() => readTrees(bytes, record, text)).toThrow(
      expect.objectContaining({ code: 'MODEL_INVALID', message: expect.stringContaining('cannot be read') }),
    );
  });
});
