import type { Tree, TreeEnsemble } from './ensemble.js';
import { layersOf } from './tree-layers.js';

/**
 * The operators that hold trees in a model file: `TreeEnsembleRegressor` of ai.onnx.ml 3, which every ONNX Runtime since
 * 2022 loads, or `TreeEnsemble` of ai.onnx.ml 5 (ONNX Runtime 1.21, 2025), which takes a third of the bytes and a
 * quarter of the memory. A file has one version of ai.onnx.ml, so all its trees have the same form.
 */
export type TreeForm = 'regressor' | 'compact';

/** ONNX Runtime takes up to 480 bytes a node to load one `TreeEnsembleRegressor`: half a gigabyte from here on. */
const LARGE_NODES = 1_000_000;
/** With more nodes than that the compact form would be no smaller: leaves of several outputs are written once for each. */
const MOST_GROWTH = 2;
/** ONNX Runtime copies an operator's attributes while it loads it, and trees that lie together stay in the cache. */
const PART_NODES = 250_000;

/** Small ensembles are written so that every ONNX Runtime reads them, large ones so that they fit into memory. */
export function treeFormOf({ trees, outputs }: TreeEnsemble): TreeForm {
  const nodes = countNodes(trees);
  if (nodes <= LARGE_NODES) return 'regressor';
  const layered = trees.reduce((sum, tree) => sum + countNodes(layersOf(tree, outputs)), 0);
  return layered <= MOST_GROWTH * nodes ? 'compact' : 'regressor';
}

/** The trees in their order, in parts that one operator each shall hold; small ensembles are one part. */
export function partsOf(trees: readonly Tree[]): Tree[][] {
  if (countNodes(trees) <= LARGE_NODES) return [[...trees]];
  const parts: Tree[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const tree of trees) {
    if (size + tree.feature.length > PART_NODES) {
      parts.push([]);
      size = 0;
    }
    parts.at(-1)?.push(tree);
    size += tree.feature.length;
  }
  return parts;
}

function countNodes(trees: readonly Tree[]): number {
  return trees.reduce((sum, tree) => sum + tree.feature.length, 0);
}
