import type { Tree } from './ensemble.js';

/**
 * Trees that add up to the given one, each with leaves of one output at most and with at least one split, as the compact
 * form needs it: layer j has the (j + 1)-th output of each leaf that is not zero. What is zero throughout is cut off, so
 * that a forest of pure leaves stays as it is, and a few mixed leaves cost little more than the way to them. Predictions
 * and Shapley values are those of the tree: both are sums over trees, and a cut hides no difference.
 */
export function layersOf(tree: Tree, outputs: number): readonly Tree[] {
  const written = countWritten(tree, outputs);
  const layers = layerCount(written);
  if (layers <= 1) return [withSplit(tree, outputs)];
  return Array.from({ length: layers }, (_, layer) =>
    withSplit(takeLayer(tree, outputs, layer, written), outputs),
  );
}

/** The nodes of all layers of a tree. */
export function countLayeredNodes(tree: Tree, outputs: number): number {
  const written = countWritten(tree, outputs);
  const layers = layerCount(written);
  let nodes = tree.feature.length;
  for (let layer = 1; layer < layers; layer++) nodes += cutLayer(tree, layer, written).size;
  return nodes;
}

/** The output of a leaf that is not zero; 0 where there is none. */
export function outputOf({ value }: Tree, outputs: number, node: number): number {
  for (let output = 0; output < outputs; output++) if (value[node * outputs + output] !== 0) return output;
  return 0;
}

/** For each node, how many of its outputs are not zero; none of a split is. */
function countWritten({ feature, value }: Tree, outputs: number): Int32Array {
  const written = new Int32Array(feature.length);
  for (let i = 0; i < value.length; i++) if (value[i] !== 0) (written[Math.floor(i / outputs)] as number)++;
  return written;
}

function layerCount(written: Int32Array): number {
  return written.reduce((most, count) => Math.max(most, count), 0);
}

interface Cut {
  /** Where a node of the tree is in the layer; −1 where it is cut off. */
  readonly place: Int32Array;
  /** 1 where a node, or one below it, has an output in the layer. */
  readonly holds: Uint8Array;
  readonly size: number;
}

/** What of a tree is left in a layer: children come after their parent, so one way up and one way down tell. */
function cutLayer({ feature, left, right }: Tree, layer: number, written: Int32Array): Cut {
  const holds = new Uint8Array(feature.length);
  for (let node = feature.length - 1; node >= 0; node--) {
    const isHeld =
      (feature[node] as number) < 0
        ? (written[node] as number) > layer
        : holds[left[node] as number] === 1 || holds[right[node] as number] === 1;
    holds[node] = isHeld ? 1 : 0;
  }
  const place = new Int32Array(feature.length).fill(-1);
  place[0] = 0;
  let size = 0;
  for (let node = 0; node < feature.length; node++) {
    if (place[node] === -1) continue;
    place[node] = size++;
    if ((feature[node] as number) < 0 || holds[node] === 0) continue;
    place[left[node] as number] = 0;
    place[right[node] as number] = 0;
  }
  return { place, holds, size };
}

function takeLayer(tree: Tree, outputs: number, layer: number, written: Int32Array): Tree {
  const { place, holds, size } = cutLayer(tree, layer, written);
  const taken: Tree = {
    feature: new Int32Array(size).fill(-1),
    threshold: new Float32Array(size),
    left: new Int32Array(size),
    right: new Int32Array(size),
    missingLeft: new Uint8Array(size),
    cover: new Float32Array(size),
    value: new Float64Array(size * outputs),
  };
  for (let node = 0; node < place.length; node++) {
    const at = place[node] as number;
    if (at < 0) continue;
    taken.missingLeft[at] = tree.missingLeft[node] as number;
    taken.cover[at] = tree.cover[node] as number;
    const output = nthOutput(tree, outputs, node, layer);
    if (output >= 0) taken.value[at * outputs + output] = tree.value[node * outputs + output] as number;
    const column = tree.feature[node] as number;
    if (column < 0 || holds[node] === 0) continue;
    taken.feature[at] = column;
    taken.threshold[at] = tree.threshold[node] as number;
    taken.left[at] = place[tree.left[node] as number] as number;
    taken.right[at] = place[tree.right[node] as number] as number;
  }
  return taken;
}

/** The output of a node that is the n-th (from 0) of those that are not zero; −1 where there are fewer. */
function nthOutput({ value }: Tree, outputs: number, node: number, n: number): number {
  let before = 0;
  for (let output = 0; output < outputs; output++) {
    if (value[node * outputs + output] !== 0 && before++ === n) return output;
  }
  return -1;
}

/** A tree that is one leaf becomes a split into two of its kind, half of the rows each. */
function withSplit(tree: Tree, outputs: number): Tree {
  if (tree.feature.length > 1) return tree;
  const half = (tree.cover[0] as number) / 2;
  return {
    feature: Int32Array.of(0, -1, -1),
    threshold: new Float32Array(3),
    left: Int32Array.of(1, 0, 0),
    right: Int32Array.of(2, 0, 0),
    missingLeft: Uint8Array.of(1, 1, 1),
    cover: Float32Array.of(2 * half, half, half),
    value: Float64Array.of(...new Float64Array(outputs), ...tree.value, ...tree.value),
  };
}
