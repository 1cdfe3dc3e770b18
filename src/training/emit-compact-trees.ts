import type { GraphBuilder, TensorRef } from '../onnx/graph.js';
import { ML_DOMAIN } from '../onnx/proto.js';
import type { Tree } from './ensemble.js';
import { outputOf } from './tree-layers.js';

/** As the operator numbers its functions. */
const SUM = 1;

/**
 * Adds trees as one `TreeEnsemble`. Splits and leaves are numbered apart, each through all trees in the order of their
 * nodes; covers have no place here (see leaf-covers.ts).
 *
 * @param trees as `layersOf` gives them
 * @returns sums of leaf values, float `[N, outputs]`
 */
export function emitCompactTrees(
  graph: GraphBuilder,
  matrix: TensorRef,
  trees: readonly Tree[],
  outputs: number,
): TensorRef {
  const splits = trees.reduce((sum, tree) => sum + splitsOf(tree), 0);
  const leaves = splits + trees.length;
  const roots = new Int32Array(trees.length);
  const features = new Int32Array(splits);
  const thresholds = new Float32Array(splits);
  const missingLeft = new Uint8Array(splits);
  const children = { left: new Int32Array(splits), right: new Int32Array(splits) };
  const isLeaf = { left: new Uint8Array(splits), right: new Uint8Array(splits) };
  const targets = new Int32Array(leaves);
  const weights = new Float32Array(leaves);
  let split = 0;
  let leaf = 0;
  trees.forEach((tree, index) => {
    const { feature } = tree;
    roots[index] = split;
    const ends = { split, leaf };
    const numbers = feature.map((column) => (column < 0 ? ends.leaf++ : ends.split++));
    feature.forEach((column, node) => {
      if (column < 0) {
        const output = outputOf(tree, outputs, node);
        targets[leaf] = output;
        weights[leaf++] = tree.value[node * outputs + output] as number;
        return;
      }
      features[split] = column;
      thresholds[split] = tree.threshold[node] as number;
      missingLeft[split] = tree.missingLeft[node] as number;
      for (const side of ['left', 'right'] as const) {
        const child = tree[side][node] as number;
        children[side][split] = numbers[child] as number;
        isLeaf[side][split] = (feature[child] as number) < 0 ? 1 : 0;
      }
      split++;
    });
  });
  return graph.node('TreeEnsemble', [matrix], {
    type: 'float',
    domain: ML_DOMAIN,
    attributes: {
      tree_roots: { ints: roots },
      nodes_featureids: { ints: features },
      nodes_splits: { tensor: { type: 'float', dims: [splits], data: thresholds } },
      // all are "at most"
      nodes_modes: { tensor: { type: 'uint8', dims: [splits], data: new Uint8Array(splits) } },
      nodes_truenodeids: { ints: children.left },
      nodes_trueleafs: { ints: isLeaf.left },
      nodes_falsenodeids: { ints: children.right },
      nodes_falseleafs: { ints: isLeaf.right },
      nodes_missing_value_tracks_true: { ints: missingLeft },
      leaf_targetids: { ints: targets },
      leaf_weights: { tensor: { type: 'float', dims: [leaves], data: weights } },
      n_targets: { int: outputs },
      aggregate_function: { int: SUM },
    },
  });
}

/** A binary tree has one leaf more than splits. */
function splitsOf({ feature }: Tree): number {
  return (feature.length - 1) / 2;
}
