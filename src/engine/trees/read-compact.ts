import type { Attributes } from '../../onnx/read-graph.js';
import type { TreeSource } from './tree-table.js';

const KNOWN = new Set([
  'tree_roots',
  'nodes_featureids',
  'nodes_splits',
  'nodes_modes',
  'nodes_truenodeids',
  'nodes_trueleafs',
  'nodes_falsenodeids',
  'nodes_falseleafs',
  'nodes_missing_value_tracks_true',
  'leaf_targetids',
  'leaf_weights',
  'n_targets',
  'aggregate_function',
  'post_transform',
]);

/** As the operator numbers its functions. */
const SUM = 1;
const NONE = 0;

/** A `TreeEnsemble`: splits and leaves are numbered apart, each through all trees; leaves become the nodes behind the splits. */
export function readCompact(operator: Attributes): TreeSource | null {
  if (!operator.names.every((name) => KNOWN.has(name))) return null;
  if ((operator.integer('aggregate_function') ?? SUM) !== SUM) return null;
  if ((operator.integer('post_transform') ?? NONE) !== NONE) return null;
  const roots = operator.naturals('tree_roots');
  const column = operator.naturals('nodes_featureids');
  const threshold = operator.tensorOf('nodes_splits', 'float');
  const modes = operator.tensorOf('nodes_modes', 'uint8');
  const missingLeft = operator.naturals('nodes_missing_value_tracks_true');
  const left = operator.naturals('nodes_truenodeids');
  const isLeftLeaf = operator.naturals('nodes_trueleafs');
  const right = operator.naturals('nodes_falsenodeids');
  const isRightLeaf = operator.naturals('nodes_falseleafs');
  const entryOutput = operator.naturals('leaf_targetids');
  const weights = operator.tensorOf('leaf_weights', 'float');
  if (!roots || !column || !threshold || !modes || !missingLeft || !left || !isLeftLeaf) return null;
  if (!right || !isRightLeaf || !entryOutput || !weights) return null;
  const splits = column.length;
  const leaves = entryOutput.length;
  const perSplit = [modes, missingLeft, left, isLeftLeaf, right, isRightLeaf];
  if (splits === 0 || perSplit.some(({ length }) => length !== splits)) return null;
  if (threshold.length !== 4 * splits || weights.length !== 4 * leaves) return null;
  if (modes.some((mode) => mode !== 0)) return null;
  const starts = startsOf(roots, splits);
  if (starts === null) return null;
  moveLeaves(left, isLeftLeaf, splits, leaves);
  moveLeaves(right, isRightLeaf, splits, leaves);
  const firstEntry = new Int32Array(splits + leaves).fill(-1, 0, splits);
  const entryNode = new Int32Array(leaves);
  for (let leaf = 0; leaf < leaves; leaf++) {
    firstEntry[splits + leaf] = leaf;
    entryNode[leaf] = splits + leaf;
  }
  const outputs = operator.integer('n_targets') ?? 0;
  return {
    outputs,
    trees: roots.length,
    starts,
    nodes: splits + leaves,
    isSplit: new Uint8Array(splits).fill(1),
    column,
    threshold: new Int32Array(alignedBuffer(threshold)),
    missingLeft,
    left,
    right,
    firstEntry,
    entryNode,
    entryOutput,
    entryValue: new Float32Array(alignedBuffer(weights)),
    isLookup: roots.length <= outputs,
    isLayered: outputs > 1,
  };
}

function startsOf(roots: Int32Array, splits: number): Int32Array | null {
  const starts = new Int32Array(roots.length + 1);
  starts.set(roots);
  starts[roots.length] = splits;
  if (starts[0] !== 0) return null;
  for (let tree = 0; tree < roots.length; tree++)
    if ((starts[tree] as number) >= (starts[tree + 1] as number)) return null;
  return starts;
}

/** Puts the leaves' numbers behind the splits'; what is neither becomes −1. */
function moveLeaves(child: Int32Array, isLeaf: Int32Array, splits: number, leaves: number): void {
  for (let split = 0; split < splits; split++) {
    const number = child[split] as number;
    if (isLeaf[split] === 0) child[split] = number < splits ? number : -1;
    else child[split] = number < leaves ? splits + number : -1;
  }
}

function alignedBuffer(bytes: Uint8Array): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}
