import type { Attributes } from '../onnx/read-graph.js';
import { checkTree, unusable } from './check-tree.js';
import type { Tree } from './ensemble.js';

/** The modes of a node. */
const MODES = ['LEAF', 'BRANCH_LEQ'];

/**
 * The trees of a `TreeEnsembleRegressor`, as `emitTreeRegressor` wrote them.
 * @throws MlxError MODEL_INVALID where the operator does not hold such trees
 */
export function readTreeRegressor(operator: Attributes, columns: number, outputs: number): Tree[] {
  const nodes = readNodes(operator);
  const starts = startsOf(nodes.treeIds);
  const value = readLeaves(operator, nodes.treeIds.length, starts, outputs);
  return starts.map((start, index): Tree => {
    const end = starts[index + 1] ?? nodes.treeIds.length;
    const tree = {
      feature: nodes.feature.subarray(start, end),
      threshold: nodes.threshold.subarray(start, end),
      left: nodes.left.subarray(start, end),
      right: nodes.right.subarray(start, end),
      missingLeft: nodes.missingLeft.subarray(start, end),
      cover: nodes.cover.subarray(start, end),
      value: value.subarray(start * outputs, end * outputs),
    };
    if (nodes.nodeIds.subarray(start, end).some((id, node) => id !== node))
      throw unusable('a node is out of place');
    checkTree(tree, columns);
    return tree;
  });
}

/** The nodes of all trees one behind the other. */
function readNodes(operator: Attributes) {
  const treeIds = Int32Array.from(operator.integers('nodes_treeids'));
  const feature = Int32Array.from(operator.integers('nodes_featureids'));
  const modes = operator.picks('nodes_modes', MODES);
  if (modes === null) throw unusable('a node is no comparison');
  for (let node = 0; node < modes.length; node++) if (modes[node] === 0) feature[node] = -1;
  const nodes = {
    treeIds,
    nodeIds: Int32Array.from(operator.integers('nodes_nodeids')),
    feature,
    threshold: operator.floats('nodes_values'),
    left: Int32Array.from(operator.integers('nodes_truenodeids')),
    right: Int32Array.from(operator.integers('nodes_falsenodeids')),
    missingLeft: Uint8Array.from(operator.integers('nodes_missing_value_tracks_true')),
    cover: operator.floats('nodes_hitrates'),
  };
  if (modes.length !== treeIds.length || Object.values(nodes).some(({ length }) => length !== treeIds.length))
    throw unusable('its nodes are not complete');
  return nodes;
}

/** The first node of each tree. */
function startsOf(treeIds: Int32Array): number[] {
  const starts: number[] = [];
  treeIds.forEach((tree, node) => {
    if (tree === starts.length) starts.push(node);
    else if (tree !== starts.length - 1) throw unusable('its trees are not in order');
  });
  return starts;
}

function readLeaves(
  operator: Attributes,
  nodes: number,
  starts: readonly number[],
  outputs: number,
): Float64Array {
  const treeIds = operator.integers('target_treeids');
  const nodeIds = operator.integers('target_nodeids');
  const ids = operator.integers('target_ids');
  const weights = operator.floats('target_weights');
  if ([nodeIds, ids, weights].some(({ length }) => length !== treeIds.length))
    throw unusable('its leaves are not complete');
  const value = new Float64Array(nodes * outputs);
  weights.forEach((weight, index) => {
    const node = (starts[treeIds[index] as number] ?? nodes) + (nodeIds[index] as number);
    const output = ids[index] as number;
    if (node >= nodes || output >= outputs || !Number.isFinite(weight))
      throw unusable('a leaf is none of a tree');
    value[node * outputs + output] = weight;
  });
  return value;
}
