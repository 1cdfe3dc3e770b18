import type { Attributes } from '../../onnx/read-graph.js';
import type { TreeSource } from './tree-table.js';

const MODES = ['LEAF', 'BRANCH_LEQ'];

const KNOWN = new Set([
  'nodes_treeids',
  'nodes_nodeids',
  'nodes_featureids',
  'nodes_values',
  'nodes_truenodeids',
  'nodes_falsenodeids',
  'nodes_missing_value_tracks_true',
  'nodes_hitrates',
  'nodes_modes',
  'target_treeids',
  'target_nodeids',
  'target_ids',
  'target_weights',
  'n_targets',
  'aggregate_function',
  'post_transform',
]);

/** A `TreeEnsembleRegressor`: each tree numbers its nodes from 0 on. */
export function readRegressor(operator: Attributes): TreeSource | null {
  if (!operator.names.every((name) => KNOWN.has(name))) return null;
  if ((operator.text('aggregate_function') ?? 'SUM') !== 'SUM') return null;
  if ((operator.text('post_transform') ?? 'NONE') !== 'NONE') return null;
  const isSplit = operator.picks('nodes_modes', MODES);
  const treeIds = operator.naturals('nodes_treeids');
  const nodeIds = operator.naturals('nodes_nodeids');
  const column = operator.naturals('nodes_featureids');
  const thresholds = operator.packedFloats('nodes_values');
  const missingLeft = operator.naturals('nodes_missing_value_tracks_true');
  const left = operator.naturals('nodes_truenodeids');
  const right = operator.naturals('nodes_falsenodeids');
  if (!isSplit || !treeIds || !nodeIds || !column || !thresholds || !missingLeft || !left || !right)
    return null;
  const nodes = isSplit.length;
  const perNode = [treeIds, nodeIds, column, thresholds, missingLeft, left, right];
  if (nodes === 0 || perNode.some(({ length }) => length !== nodes)) return null;
  const starts = startsOf(treeIds, nodeIds);
  if (starts === null) return null;
  makeAbsolute(starts, left, right);
  const entries = readEntries(operator, starts, isSplit);
  if (entries === null) return null;
  return {
    trees: starts.length - 1,
    starts,
    nodes,
    isSplit,
    column,
    threshold: new Int32Array(thresholds.buffer),
    missingLeft,
    left,
    right,
    ...entries,
    isLookup: starts.length - 1 <= entries.outputs,
    isLayered: false,
  };
}

/** The first node of each tree and the end; null where the nodes are not in order. */
function startsOf(treeIds: Int32Array, nodeIds: Int32Array): Int32Array | null {
  const nodes = treeIds.length;
  const starts = new Int32Array(
    (treeIds[nodes - 1] as number) < nodes ? (treeIds[nodes - 1] as number) + 2 : 0,
  );
  let trees = 0;
  let start = 0;
  for (let node = 0; node < nodes; node++) {
    if (nodeIds[node] === 0) {
      if (trees >= starts.length) return null;
      starts[trees++] = node;
      start = node;
    }
    if (treeIds[node] !== trees - 1 || nodeIds[node] !== node - start) return null;
  }
  starts[trees] = nodes;
  return starts;
}

/** From numbers within the tree to numbers in all; what is none of the tree becomes −1. */
function makeAbsolute(starts: Int32Array, left: Int32Array, right: Int32Array): void {
  for (let tree = 0; tree + 1 < starts.length; tree++) {
    const start = starts[tree] as number;
    const end = starts[tree + 1] as number;
    const size = end - start;
    for (let node = start; node < end; node++) {
      const toLeft = left[node] as number;
      const toRight = right[node] as number;
      left[node] = toLeft < size ? start + toLeft : -1;
      right[node] = toRight < size ? start + toRight : -1;
    }
  }
}

type Entries = Pick<TreeSource, 'outputs' | 'firstEntry' | 'entryNode' | 'entryOutput' | 'entryValue'>;

/** The leaves' values, which are in the order of the nodes and for each in the order of outputs. */
function readEntries(operator: Attributes, starts: Int32Array, isSplit: Uint8Array): Entries | null {
  const outputs = operator.integer('n_targets') ?? 0;
  const treeIds = operator.naturals('target_treeids');
  const entryNode = operator.naturals('target_nodeids');
  const entryOutput = operator.naturals('target_ids');
  const entryValue = operator.packedFloats('target_weights');
  if (!treeIds || !entryNode || !entryOutput || !entryValue) return null;
  const entries = treeIds.length;
  if ([entryNode, entryOutput, entryValue].some(({ length }) => length !== entries)) return null;
  const trees = starts.length - 1;
  const firstEntry = new Int32Array(isSplit.length).fill(-1);
  let before = -1;
  for (let entry = 0; entry < entries; entry++) {
    const tree = treeIds[entry] as number;
    if (tree >= trees) return null;
    const start = starts[tree] as number;
    const within = entryNode[entry] as number;
    if (within >= (starts[tree + 1] as number) - start) return null;
    const node = start + within;
    if (node < before || isSplit[node] === 1) return null;
    if (node > before) firstEntry[node] = entry;
    else if ((entryOutput[entry] as number) <= (entryOutput[entry - 1] as number)) return null;
    entryNode[entry] = node;
    before = node;
  }
  return { outputs, firstEntry, entryNode, entryOutput, entryValue };
}
