import type { Attributes } from '../onnx/read-graph.js';
import { checkTree, unusable } from './check-tree.js';
import type { Tree } from './ensemble.js';
import { addCovers } from './leaf-covers.js';

/**
 * The trees of a `TreeEnsemble`, as `emitCompactTrees` wrote them. A tree's splits come first and its leaves after them.
 *
 * @param covers of the operator's leaves and maybe of more behind them
 * @returns the trees, and how many leaves they have
 * @throws MlxError MODEL_INVALID where the operator does not hold such trees
 */
export function readCompactTrees(
  operator: Attributes,
  covers: Float32Array,
  columns: number,
  outputs: number,
): { readonly trees: Tree[]; readonly leaves: number } {
  const nodes = readNodes(operator, covers, outputs);
  const { roots } = nodes;
  const trees = Array.from(roots, (start, index): Tree => {
    const end = roots[index + 1] ?? nodes.feature.length;
    if (!(end > start) || (index === 0 && start !== 0)) throw unusable('its trees are not in order');
    const tree = takeTree(nodes, start, end, index, outputs);
    checkTree(tree, columns);
    addCovers(tree);
    return tree;
  });
  return { trees, leaves: nodes.weights.length };
}

function readNodes(operator: Attributes, covers: Float32Array, outputs: number) {
  const splits = {
    feature: operator.integers('nodes_featureids'),
    threshold: operator.tensorFloats('nodes_splits'),
    missingLeft: operator.integers('nodes_missing_value_tracks_true'),
    left: operator.integers('nodes_truenodeids'),
    right: operator.integers('nodes_falsenodeids'),
    isLeftLeaf: operator.integers('nodes_trueleafs'),
    isRightLeaf: operator.integers('nodes_falseleafs'),
    modes: operator.tensorBytes('nodes_modes'),
  };
  const { feature, modes } = splits;
  if (Object.values(splits).some(({ length }) => length !== feature.length))
    throw unusable('its nodes are not complete');
  if (modes.some((mode) => mode !== 0)) throw unusable('a node is no comparison');
  const roots = operator.integers('tree_roots');
  const targets = operator.integers('leaf_targetids');
  const weights = operator.tensorFloats('leaf_weights');
  if (weights.length !== feature.length + roots.length || targets.length !== weights.length)
    throw unusable('its leaves are not complete');
  if (covers.length < weights.length) throw unusable('a node has no cover');
  if (targets.some((target) => target >= outputs) || !weights.every(Number.isFinite))
    throw unusable('a leaf is none of a tree');
  return { ...splits, roots, targets, weights, covers };
}

/** The tree of the splits `start` (inclusive) to `end` (exclusive). */
function takeTree(
  nodes: ReturnType<typeof readNodes>,
  start: number,
  end: number,
  index: number,
  outputs: number,
): Tree {
  const splits = end - start;
  const size = 2 * splits + 1;
  // each tree before has one leaf more than splits
  const firstLeaf = start + index;
  const tree: Tree = {
    feature: new Int32Array(size).fill(-1),
    threshold: new Float32Array(size),
    left: new Int32Array(size),
    right: new Int32Array(size),
    missingLeft: new Uint8Array(size).fill(1),
    cover: new Float32Array(size),
    value: new Float64Array(size * outputs),
  };
  tree.feature.set(nodes.feature.subarray(start, end));
  tree.threshold.set(nodes.threshold.subarray(start, end));
  tree.missingLeft.set(nodes.missingLeft.subarray(start, end));
  for (let node = 0; node < splits; node++) {
    const at = start + node;
    tree.left[node] = placeOf(nodes.left[at] as number, nodes.isLeftLeaf[at] as number);
    tree.right[node] = placeOf(nodes.right[at] as number, nodes.isRightLeaf[at] as number);
  }
  for (let node = splits; node < size; node++) {
    const leaf = firstLeaf + node - splits;
    tree.cover[node] = nodes.covers[leaf] as number;
    tree.value[node * outputs + (nodes.targets[leaf] as number)] = nodes.weights[leaf] as number;
  }
  return tree;

  /** −1, which no check lets pass, for what is none of this tree's. */
  function placeOf(child: number, isLeaf: number): number {
    const place = isLeaf === 0 ? child - start : child - firstLeaf + splits;
    const isOwn = isLeaf === 0 ? place < splits : place >= splits;
    return isOwn ? place : -1;
  }
}
