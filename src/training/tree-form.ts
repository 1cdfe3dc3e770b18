import type { Tree, TreeEnsemble } from './ensemble.js';
import { countLayeredNodes } from './tree-layers.js';

/** How trees are written into a model file, which has one version of ai.onnx.ml for all its operators. */
export interface TreeForm {
  /**
   * `regressor`: TreeEnsembleRegressor of ai.onnx.ml 3, which every ONNX Runtime since 2022 loads. `compact`: TreeEnsemble
   * of ai.onnx.ml 5 (ONNX Runtime 1.21, 2025), a third of the bytes and a quarter of the memory.
   */
  readonly kind: 'regressor' | 'compact';
  /** Nodes of one operator, unless a single tree has more; the trees are as many operators as it takes. */
  readonly partNodes: number;
}

/** ONNX Runtime takes up to 480 bytes a node to load one TreeEnsembleRegressor: half a gigabyte from here on. */
const LARGE_NODES = 1_000_000;
/** With more nodes than that the compact form would be no smaller: leaves of several outputs are written once for each. */
const MOST_GROWTH = 2;
/**
 * ONNX Runtime copies an operator's attributes while it loads it, and trees that lie together stay in the cache: four
 * parts of 800,000 nodes are loaded with a quarter less memory and time than one, and score as fast.
 */
const PART_NODES = 250_000;

/** Operators that every runtime reads. */
export const SMALL_FORM: TreeForm = { kind: 'regressor', partNodes: PART_NODES };

/** Small ensembles are written so that every ONNX Runtime reads them, large ones so that they fit into memory. */
export function treeFormOf({ trees, outputs }: TreeEnsemble): TreeForm {
  const nodes = trees.reduce((sum, { feature }) => sum + feature.length, 0);
  if (nodes <= LARGE_NODES) return SMALL_FORM;
  const layered = trees.reduce((sum, tree) => sum + countLayeredNodes(tree, outputs), 0);
  return { kind: layered <= MOST_GROWTH * nodes ? 'compact' : 'regressor', partNodes: PART_NODES };
}

/** The trees in their order, in parts for one operator each. */
export function partsOf(trees: readonly Tree[], { partNodes }: TreeForm): Tree[][] {
  const parts: Tree[][] = [];
  let size = 0;
  for (const tree of trees) {
    const part = parts.at(-1);
    const nodes = tree.feature.length;
    if (part !== undefined && size + nodes <= partNodes) part.push(tree);
    else {
      parts.push([tree]);
      size = 0;
    }
    size += nodes;
  }
  return parts;
}
