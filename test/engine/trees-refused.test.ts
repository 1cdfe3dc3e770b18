import { describe, expect, it } from 'vitest';
import { readTreeTable } from '#mlx/engine/trees/read-tree-table.js';
import { scoreTrees } from '#mlx/engine/trees/score-trees.js';
import { GraphBuilder } from '#mlx/onnx/graph.js';
import type { AttributeValue } from '#mlx/onnx/program.js';
import { attributesOf } from '#mlx/onnx/read-graph.js';

type Attributes = Readonly<Record<string, AttributeValue>>;
type Op = 'TreeEnsembleRegressor' | 'TreeEnsemble';

const ints = (...values: number[]) => ({ ints: values });
const floats = (...values: number[]) => ({ floats: values });
const strings = (...values: string[]) => ({ strings: values });
const floatTensor = (...values: number[]) => ({
  tensor: { type: 'float', dims: [values.length], data: Float32Array.from(values) } as const,
});
const byteTensor = (...values: number[]) => ({
  tensor: { type: 'uint8', dims: [values.length], data: Uint8Array.from(values) } as const,
});

/** Two splits (0 with 1 and 4, 1 with 2 and 3), and a tree of one leaf. */
const REGRESSOR: Attributes = {
  nodes_treeids: ints(0, 0, 0, 0, 0, 1),
  nodes_nodeids: ints(0, 1, 2, 3, 4, 0),
  nodes_featureids: ints(0, 2, 0, 0, 0, 0),
  nodes_values: floats(0.5, -0.5, 0, 0, 0, 0),
  nodes_truenodeids: ints(1, 2, 0, 0, 0, 0),
  nodes_falsenodeids: ints(4, 3, 0, 0, 0, 0),
  nodes_missing_value_tracks_true: ints(1, 0, 1, 1, 1, 1),
  nodes_hitrates: floats(3, 2, 1, 1, 1, 3),
  nodes_modes: strings('BRANCH_LEQ', 'BRANCH_LEQ', 'LEAF', 'LEAF', 'LEAF', 'LEAF'),
  target_treeids: ints(0, 0, 0, 1),
  target_nodeids: ints(2, 3, 4, 0),
  target_ids: ints(0, 0, 0, 0),
  target_weights: floats(1, 2, 4, 8),
  n_targets: { int: 1 },
  aggregate_function: { string: 'SUM' },
  post_transform: { string: 'NONE' },
};

/** The same splits; the other tree is a stump. */
const COMPACT: Attributes = {
  tree_roots: ints(0, 2),
  nodes_featureids: ints(0, 2, 1),
  nodes_splits: floatTensor(0.5, -0.5, 0),
  nodes_modes: byteTensor(0, 0, 0),
  nodes_truenodeids: ints(1, 0, 3),
  nodes_trueleafs: ints(0, 1, 1),
  nodes_falsenodeids: ints(2, 1, 4),
  nodes_falseleafs: ints(1, 1, 1),
  nodes_missing_value_tracks_true: ints(1, 0, 1),
  leaf_targetids: ints(0, 0, 0, 0, 0),
  leaf_weights: floatTensor(1, 2, 4, 8, 8),
  n_targets: { int: 1 },
  aggregate_function: { int: 1 },
};

function read(op: Op, attributes: Attributes) {
  const graph = new GraphBuilder();
  const x = graph.input('x', 'float', ['N', 3]);
  const y = graph.node(op, [x], { type: 'float', domain: 'ai.onnx.ml', attributes });
  graph.output('y', y, ['N', 1]);
  const file = graph.build({}, 'test', { isOptimised: false });
  return readTreeTable(op, attributesOf(file, op)[0]!);
}

/** Where the row (0, 0, 1) goes: left, then right; and left. */
it.each([
  ['TreeEnsembleRegressor', REGRESSOR],
  ['TreeEnsemble', COMPACT],
] as const)('a sound %s is read', (op, attributes) => {
  const out = new Float32Array(1);
  scoreTrees(read(op, attributes)!, Float32Array.of(0, 0, 1), 1, out);
  expect(out[0]).toBe(2 + 8);
});

describe('TreeEnsembleRegressor is not read where', () => {
  it.each<[string, Attributes]>([
    ['a child is the node itself', { nodes_truenodeids: ints(1, 1, 0, 0, 0, 0) }],
    ['a child is its grandparent', { nodes_truenodeids: ints(1, 0, 0, 0, 0, 0) }],
    ['a child is out of range', { nodes_truenodeids: ints(1, 9, 0, 0, 0, 0) }],
    ['a child is negative', { nodes_truenodeids: ints(1, -1, 0, 0, 0, 0) }],
    ['a child is beyond 32 bits', { nodes_truenodeids: ints(1, 2 ** 32 + 2, 0, 0, 0, 0) }],
    ['a child is of another tree', { nodes_falsenodeids: ints(5, 3, 0, 0, 0, 0) }],
    ['both children are one', { nodes_falsenodeids: ints(4, 2, 0, 0, 0, 0) }],
    ['a node has two parents', { nodes_falsenodeids: ints(3, 3, 0, 0, 0, 0) }],
    ['a column is negative', { nodes_featureids: ints(0, -2, 0, 0, 0, 0) }],
    ['a column is beyond all measure', { nodes_featureids: ints(0, 2 ** 30, 0, 0, 0, 0) }],
    ['a flag is none', { nodes_missing_value_tracks_true: ints(1, 2, 1, 1, 1, 1) }],
    ['flags are missing', { nodes_missing_value_tracks_true: ints(1, 0) }],
    ['there are more columns than nodes', { nodes_featureids: ints(0, 2, 0, 0, 0, 0, 0) }],
    ['a mode is another comparison', { nodes_modes: modes('BRANCH_LT') }],
    ['a mode is another comparison of as many letters', { nodes_modes: modes('BRANCH_GTE') }],
    ['a mode differs in the middle', { nodes_modes: modes('BRANCX_LEQ') }],
    ['a mode is empty', { nodes_modes: modes('') }],
    ['the last mode is unknown', { nodes_modes: modes('BRANCH_LEQ', 'LEAV') }],
    ['a mode is missing', { nodes_modes: strings('BRANCH_LEQ', 'BRANCH_LEQ', 'LEAF') }],
    ['trees are not in order', { nodes_treeids: ints(1, 1, 1, 1, 1, 0) }],
    ['a tree is left out', { nodes_treeids: ints(0, 0, 0, 0, 0, 2) }],
    ['the first tree is not 0', { nodes_treeids: ints(1, 1, 1, 1, 1, 2) }],
    ['nodes are not in order', { nodes_nodeids: ints(0, 2, 1, 3, 4, 0) }],
    ['a leaf has no value', { target_nodeids: ints(2, 3, 4, 1) }],
    ['a split has a value', { target_nodeids: ints(1, 3, 4, 0) }],
    ['a leaf has two values', { target_nodeids: ints(2, 2, 4, 0) }],
    ['a value is of a node out of range', { target_nodeids: ints(2, 3, 9, 0) }],
    ['a value is of a tree out of range', { target_treeids: ints(0, 0, 0, 2) }],
    ['a value is of an output out of range', { target_ids: ints(0, 0, 1, 0) }],
    ['a value is no number', { target_weights: floats(1, Number.NaN, 4, 8) }],
    ['a value is infinite', { target_weights: floats(1, 2, 4, Number.POSITIVE_INFINITY) }],
    ['a value is missing', { target_weights: floats(1, 2, 4) }],
    ['sums depend on the order of trees', { target_weights: floats(0.1, 2, 4, 2 ** 20) }],
    ['there is no output', { n_targets: { int: 0 } }],
    ['values are averaged', { aggregate_function: { string: 'AVERAGE' } }],
    ['sums are transformed', { post_transform: { string: 'LOGISTIC' } }],
    ['something is added to sums', { base_values: floats(1) }],
  ])('%s', (_, changes) => {
    expect(read('TreeEnsembleRegressor', { ...REGRESSOR, ...changes })).toBeNull();
  });

  it.each(Object.keys(REGRESSOR).filter((name) => !/hitrates|aggregate|post/.test(name)))(
    'there is no %s',
    (name) => {
      const { [name]: _, ...rest } = REGRESSOR;
      expect(read('TreeEnsembleRegressor', rest)).toBeNull();
    },
  );
});

describe('TreeEnsemble is not read where', () => {
  it.each<[string, Attributes]>([
    ['a child is the node itself', { nodes_truenodeids: ints(0, 0, 3) }],
    ['a child comes before its parent', { nodes_trueleafs: ints(0, 0, 1) }],
    ['a child is out of range', { nodes_truenodeids: ints(3, 0, 3) }],
    ['a leaf is out of range', { nodes_falsenodeids: ints(2, 1, 5) }],
    ['a leaf is negative', { nodes_falsenodeids: ints(2, 1, -1) }],
    ['a child is of another tree', { nodes_truenodeids: ints(2, 0, 3) }],
    ['a leaf has two parents', { nodes_falsenodeids: ints(2, 1, 2) }],
    [
      'a leaf has none',
      { leaf_targetids: ints(0, 0, 0, 0, 0, 0), leaf_weights: floatTensor(1, 2, 4, 8, 8, 9) },
    ],
    ['a leaf is missing', { leaf_targetids: ints(0, 0, 0, 0), leaf_weights: floatTensor(1, 2, 4, 8) }],
    ['a root is out of range', { tree_roots: ints(0, 3) }],
    ['roots are not in order', { tree_roots: ints(2, 0) }],
    ['a root is a child', { tree_roots: ints(0, 1) }],
    ['the first node is no root', { tree_roots: ints(1, 2) }],
    ['there is no root', { tree_roots: ints() }],
    ['a mode is another comparison', { nodes_modes: byteTensor(0, 1, 0) }],
    ['modes are of another type', { nodes_modes: floatTensor(0, 0, 0) }],
    ['thresholds are of another type', { nodes_splits: byteTensor(...new Array(12).fill(0)) }],
    ['a threshold is missing', { nodes_splits: floatTensor(0.5, -0.5) }],
    ['a value is of an output out of range', { leaf_targetids: ints(0, 0, 0, 0, 1) }],
    ['a value is no number', { leaf_weights: floatTensor(1, 2, 4, 8, Number.NaN) }],
    ['sums depend on the order of trees', { leaf_weights: floatTensor(1, 0.1, 4, 8, 2 ** 20) }],
    ['values are averaged', { aggregate_function: { int: 0 } }],
    ['sums are transformed', { post_transform: { int: 1 } }],
    ['there are sets', { membership_values: floatTensor(1) }],
  ])('%s', (_, changes) => {
    expect(read('TreeEnsemble', { ...COMPACT, ...changes })).toBeNull();
  });

  it.each(Object.keys(COMPACT).filter((name) => name !== 'aggregate_function'))('there is no %s', (name) => {
    const { [name]: _, ...rest } = COMPACT;
    expect(read('TreeEnsemble', rest)).toBeNull();
  });
});

it('a row needs the columns that trees ask about', () => {
  const table = read('TreeEnsembleRegressor', REGRESSOR)!;
  expect(table.columns).toBe(3);
  expect(() => scoreTrees(table, new Float32Array(4), 2, new Float32Array(2))).toThrow(RangeError);
  expect(() => scoreTrees(table, new Float32Array(0), 0, new Float32Array(0))).not.toThrow();
});

function modes(second: string, last = 'LEAF') {
  return strings('BRANCH_LEQ', second, 'LEAF', 'LEAF', 'LEAF', last);
}
