import type { Tree } from './ensemble.js';

/**
 * Trees that add up to the given one, each with leaves of one output at most and with at least one split, as the compact
 * form needs it: layer j has the (j + 1)-th output of each leaf that is not zero. What is zero throughout is cut off, so
 * that a forest of pure leaves stays as it is, and a few mixed leaves cost little more than the way to them. Predictions
 * and Shapley values are those of the tree: both are sums over trees, and a cut hides no difference.
 */
export function layersOf(tree: Tree, outputs: number): readonly Tree[] {
  if (outputs === 1) return [withSplit(tree, outputs)];
  const written = countWritten(tree, outputs);
  const most = written.reduce((largest, count) => Math.max(largest, count), 0);
  if (most <= 1) return [withSplit(tree, outputs)];
  return Array.from({ length: most }, (_, layer) =>
    withSplit(takeLayer(tree, outputs, layer, written), outputs),
  );
}

/** The output of a leaf that is not zero; 0 where there is none. */
export function outputOf({ value }: Tree, outputs: number, node: number): number {
  for (let output = 0; output < outputs; output++) if (value[node * outputs + output] !== 0) return output;
  return 0;
}

/** For each leaf, how many of its outputs are not zero. */
function countWritten({ feature, value }: Tree, outputs: number): Int32Array {
  return Int32Array.from(feature, (column, node) => {
    if (column >= 0) return 0;
    let count = 0;
    for (let output = 0; output < outputs; output++) if (value[node * outputs + output] !== 0) count++;
    return count;
  });
}

function takeLayer(tree: Tree, outputs: number, layer: number, written: Int32Array): Tree {
  const { feature, left, right } = tree;
  // children come after their parent: upwards what holds something, downwards where it has gone
  const holds = Uint8Array.from(written, (count) => (count > layer ? 1 : 0));
  for (let node = feature.length - 1; node >= 0; node--) {
    if ((feature[node] as number) >= 0)
      holds[node] = (holds[left[node] as number] as number) | (holds[right[node] as number] as number);
  }
  const isKept = new Uint8Array(feature.length);
  isKept[0] = 1;
  const kept: number[] = [];
  const place = new Int32Array(feature.length);
  feature.forEach((column, node) => {
    if (isKept[node] === 0) return;
    place[node] = kept.length;
    kept.push(node);
    if (column < 0 || holds[node] === 0) return;
    isKept[left[node] as number] = 1;
    isKept[right[node] as number] = 1;
  });
  const isSplit = (node: number) => (feature[node] as number) >= 0 && holds[node] === 1;
  const value = new Float64Array(kept.length * outputs);
  kept.forEach((node, index) => {
    const output = nthOutput(tree, outputs, node, layer);
    if (output >= 0) value[index * outputs + output] = tree.value[node * outputs + output] as number;
  });
  return {
    feature: Int32Array.from(kept, (node) => (isSplit(node) ? (feature[node] as number) : -1)),
    threshold: Float32Array.from(kept, (node) => (isSplit(node) ? (tree.threshold[node] as number) : 0)),
    left: Int32Array.from(kept, (node) => (isSplit(node) ? (place[left[node] as number] as number) : 0)),
    right: Int32Array.from(kept, (node) => (isSplit(node) ? (place[right[node] as number] as number) : 0)),
    missingLeft: Uint8Array.from(kept, (node) => tree.missingLeft[node] as number),
    cover: Float32Array.from(kept, (node) => tree.cover[node] as number),
    value,
  };
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
  const none = new Float64Array(outputs);
  return {
    feature: Int32Array.of(0, -1, -1),
    threshold: new Float32Array(3),
    left: Int32Array.of(1, 0, 0),
    right: Int32Array.of(2, 0, 0),
    missingLeft: Uint8Array.of(1, 1, 1),
    cover: Float32Array.of(2 * half, half, half),
    value: Float64Array.of(...none, ...tree.value, ...tree.value),
  };
}
