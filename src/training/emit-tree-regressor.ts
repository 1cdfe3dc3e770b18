import type { GraphBuilder, TensorRef } from '../onnx/graph.js';
import { ML_DOMAIN } from '../onnx/proto.js';
import type { Tree } from './ensemble.js';

const MODES = ['LEAF', 'BRANCH_LEQ'] as const;

/**
 * Adds trees as one `TreeEnsembleRegressor`.
 * @returns sums of leaf values, float `[N, outputs]`
 */
export function emitTreeRegressor(
  graph: GraphBuilder,
  matrix: TensorRef,
  trees: readonly Tree[],
  outputs: number,
): TensorRef {
  return graph.node('TreeEnsembleRegressor', [matrix], {
    type: 'float',
    domain: ML_DOMAIN,
    attributes: {
      ...nodeAttributes(trees),
      ...targetAttributes(trees, outputs),
      n_targets: { int: outputs },
      aggregate_function: { string: 'SUM' },
      post_transform: { string: 'NONE' },
    },
  });
}

/** One entry per node of all trees, as typed arrays: big ensembles have millions. */
function nodeAttributes(trees: readonly Tree[]) {
  const count = trees.reduce((sum, tree) => sum + tree.feature.length, 0);
  const treeIds = new Int32Array(count);
  const nodeIds = new Int32Array(count);
  const features = new Int32Array(count);
  const thresholds = new Float32Array(count);
  const trueNodes = new Int32Array(count);
  const falseNodes = new Int32Array(count);
  const missingLeft = new Int32Array(count);
  const covers = new Float32Array(count);
  const modes = new Uint8Array(count);
  let at = 0;
  for (const [index, tree] of trees.entries()) {
    const size = tree.feature.length;
    treeIds.fill(index, at, at + size);
    thresholds.set(tree.threshold, at);
    trueNodes.set(tree.left, at);
    falseNodes.set(tree.right, at);
    missingLeft.set(tree.missingLeft, at);
    covers.set(tree.cover, at);
    for (let node = 0; node < size; node++) {
      const feature = tree.feature[node] as number;
      nodeIds[at + node] = node;
      features[at + node] = Math.max(feature, 0);
      modes[at + node] = feature < 0 ? 0 : 1;
    }
    at += size;
  }
  return {
    nodes_treeids: { ints: treeIds },
    nodes_nodeids: { ints: nodeIds },
    nodes_featureids: { ints: features },
    nodes_values: { floats: thresholds },
    nodes_truenodeids: { ints: trueNodes },
    nodes_falsenodeids: { ints: falseNodes },
    nodes_missing_value_tracks_true: { ints: missingLeft },
    nodes_hitrates: { floats: covers },
    nodes_modes: { strings: { table: MODES, picks: modes } },
  };
}

/** One entry per leaf and output; with several outputs, zeros are left out. */
function targetAttributes(trees: readonly Tree[], outputs: number) {
  const isWritten = (value: number) => outputs === 1 || value !== 0;
  let count = 0;
  for (const tree of trees) forEachLeafValue(tree, outputs, (_n, _o, value) => isWritten(value) && count++);
  const treeIds = new Int32Array(count);
  const nodeIds = new Int32Array(count);
  const ids = new Int32Array(count);
  const weights = new Float32Array(count);
  let at = 0;
  for (const [index, tree] of trees.entries()) {
    forEachLeafValue(tree, outputs, (node, output, value) => {
      if (!isWritten(value)) return;
      treeIds[at] = index;
      nodeIds[at] = node;
      ids[at] = output;
      weights[at++] = value;
    });
  }
  return {
    target_treeids: { ints: treeIds },
    target_nodeids: { ints: nodeIds },
    target_ids: { ints: ids },
    target_weights: { floats: weights },
  };
}

function forEachLeafValue(
  tree: Tree,
  outputs: number,
  visit: (node: number, output: number, value: number) => void,
): void {
  for (let node = 0; node < tree.feature.length; node++) {
    if ((tree.feature[node] as number) >= 0) continue;
    for (let output = 0; output < outputs; output++) {
      visit(node, output, tree.value[node * outputs + output] as number);
    }
  }
}
