import { MlxError } from '../errors.js';
import { type Attributes, attributesOf } from '../onnx/read-graph.js';
import type { Tree, TreeEnsemble } from './ensemble.js';
import type { TreesRecord } from './scorer-record.js';

/** Bytes of the node mode LEAF; every other mode has more. */
const LEAF_BYTES = 4;

/**
 * The trees of a model file, as `emitTrees` wrote them. What a file holds is not trusted: whatever is read out of it is a
 * tree of which every node is reached once.
 * @throws MlxError MODEL_INVALID where the operator does not hold such trees
 */
export function readTrees(model: Uint8Array, record: TreesRecord): TreeEnsemble {
  const [operator, ...others] = attributesOf(model, 'TreeEnsembleRegressor');
  if (operator === undefined || others.length > 0) throw unusable('it has not one operator with trees');
  const { columns, outputs, base, divisor } = record;
  if (operator.integer('n_targets') !== outputs) throw unusable('its trees have another number of outputs');
  const nodes = readNodes(operator);
  const starts = startsOf(nodes.treeIds);
  const value = readLeaves(operator, nodes.treeIds.length, starts, outputs);
  const trees = starts.map((start, index): Tree => {
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
    checkTree(tree, nodes.nodeIds.subarray(start, end), columns);
    return tree;
  });
  return { kind: 'trees', columns, outputs, trees, base: Float64Array.from(base), divisor };
}

/** The nodes of all trees one behind the other. */
function readNodes(operator: Attributes) {
  const treeIds = Int32Array.from(operator.integers('nodes_treeids'));
  const feature = Int32Array.from(operator.integers('nodes_featureids'));
  const modes = operator.forEachText('nodes_modes', (mode, node) => {
    if (mode.length === LEAF_BYTES) feature[node] = -1;
  });
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
  if (modes !== treeIds.length || Object.values(nodes).some(({ length }) => length !== treeIds.length))
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

/** Children come after their parent, and each node but the root has one. */
function checkTree({ feature, left, right, cover }: Tree, nodeIds: Int32Array, columns: number): void {
  const size = feature.length;
  const isReached = new Uint8Array(size);
  feature.forEach((column, node) => {
    if (nodeIds[node] !== node || column >= columns) throw unusable('a node is out of place');
    if (!((cover[node] as number) >= 0)) throw unusable('a node has no cover');
    if (column < 0) return;
    for (const child of [left[node] as number, right[node] as number]) {
      if (child <= node || child >= size || isReached[child] === 1)
        throw unusable('a node is no child of one parent');
      isReached[child] = 1;
    }
  });
  if (isReached.reduce((sum, flag) => sum + flag, 0) !== size - 1) throw unusable('a node cannot be reached');
}

function unusable(reason: string): MlxError {
  return new MlxError('MODEL_INVALID', `The model's trees cannot be read: ${reason}.`);
}
