import { castTo } from '../onnx/cast.js';
import type { GraphBuilder, TensorRef } from '../onnx/graph.js';
import { type Calibration, SHARE_UNIT } from './calibration.js';
import { emitPair, emitPairFromLogOdds } from './emit-link.js';
import { emitTrees } from './emit-trees.js';
import type { Tree, TreeEnsemble } from './ensemble.js';
import { type Segments, segmentsOf } from './isotonic-segments.js';
import type { TreeForm } from './tree-form.js';

/**
 * Adds the calibration to a graph: see `applyCalibration`. Isotonic gives the same bits as it does; a sigmoid may differ in
 * the last bits of its exponential. What is exact stays exact for any batch: lines are evaluated in double by operators that
 * work element by element, and shares are added as whole numbers.
 *
 * @param scores raw scores, float `[N, outputs]`
 * @param probabilities float `[N, classes]`
 * @param form of the model's trees, which lookups have too
 * @returns float `[N, classes]`
 */
export function emitCalibration(
  graph: GraphBuilder,
  calibration: Calibration,
  {
    scores,
    probabilities,
    form,
  }: { readonly scores: TensorRef; readonly probabilities: TensorRef; readonly form: TreeForm },
): TensorRef {
  const isBinary = calibration.curves.length === 1;
  if (calibration.method === 'isotonic') {
    const values = emitBrokenLines(graph, probabilities, calibration.curves, form);
    return isBinary ? emitPair(graph, values) : emitShares(graph, values, calibration.curves.length);
  }
  const { curves } = calibration;
  const row = (values: readonly number[]) =>
    graph.constant('double', [1, values.length], Float64Array.from(values));
  const slopes = row(curves.map(({ slope }) => slope));
  const intercepts = row(curves.map(({ intercept }) => intercept));
  const steep = graph.node('Mul', [castTo(graph, scores, 'double'), slopes], { type: 'double' });
  const logOdds = castTo(graph, graph.node('Add', [steep, intercepts], { type: 'double' }), 'float');
  if (isBinary) return emitPairFromLogOdds(graph, logOdds);
  return emitShares(graph, graph.node('Sigmoid', [logOdds], { type: 'float' }), curves.length);
}

/** Each row divided by its sum; a row of zeros becomes uniform. */
function emitShares(graph: GraphBuilder, values: TensorRef, classes: number): TensorRef {
  const scalar = (value: number) => graph.constant('double', [], Float64Array.of(value));
  const scaled = graph.node('Mul', [castTo(graph, values, 'double'), scalar(1 / SHARE_UNIT)], {
    type: 'double',
  });
  const units = graph.node('Floor', [scaled], { type: 'double' });
  const axes = graph.constant('int64', [1], BigInt64Array.of(1n));
  const total = graph.node('ReduceSum', [units, axes], {
    type: 'double',
    attributes: { keepdims: { int: 1 } },
  });
  const isNothing = graph.node('Equal', [total, scalar(0)], { type: 'bool' });
  const shares = graph.node('Div', [units, total], { type: 'double' });
  const chosen = graph.node('Where', [isNothing, scalar(1 / classes), shares], { type: 'double' });
  return castTo(graph, chosen, 'float');
}

/** Which line a value of each column lies on is looked up by one tree a column; its start and slope are the tree's outputs. */
function emitBrokenLines(
  graph: GraphBuilder,
  probabilities: TensorRef,
  curves: readonly { readonly x: Float32Array; readonly y: Float32Array }[],
  form: TreeForm,
): TensorRef {
  const lines = emitTrees(graph, probabilities, lookupTrees(curves.map(segmentsOf)), form);
  const part = (first: number) => {
    const picked = BigInt64Array.from(curves, (_, k) => BigInt(first * curves.length + k));
    const indices = graph.constant('int64', [curves.length], picked);
    return graph.node('Gather', [lines, indices], { type: 'double', attributes: { axis: { int: 1 } } });
  };
  const own = curves.length === 1 ? emitLast(graph, probabilities) : probabilities;
  const run = graph.node('Sub', [castTo(graph, own, 'double'), part(0)], { type: 'double' });
  const rise = graph.node('Mul', [run, part(2)], { type: 'double' });
  return castTo(graph, graph.node('Add', [rise, part(1)], { type: 'double' }), 'float');
}

function emitLast(graph: GraphBuilder, probabilities: TensorRef): TensorRef {
  const last = graph.constant('int64', [1], BigInt64Array.of(1n));
  return graph.node('Gather', [probabilities, last], { type: 'float', attributes: { axis: { int: 1 } } });
}

/** Tree k reads column k (of two, the last) and gives the outputs k (x), curves + k (y) and 2 · curves + k (slope). */
function lookupTrees(curves: readonly Segments[]): TreeEnsemble {
  const outputs = 3 * curves.length;
  const isBinary = curves.length === 1;
  return {
    kind: 'trees',
    columns: isBinary ? 2 : curves.length,
    outputs,
    trees: curves.map((segments, k) => lookupTree(segments, isBinary ? 1 : k, { k, curves: curves.length })),
    base: new Float64Array(outputs),
    divisor: 1,
  };
}

/** A balanced tree whose leaves are the pieces in order; piece i ends at `ends[i]`. */
function lookupTree(
  { ends, x, y, slope }: Segments,
  column: number,
  { k, curves }: { k: number; curves: number },
): Tree {
  const nodes = 2 * ends.length + 1;
  const tree = {
    feature: new Int32Array(nodes).fill(-1),
    threshold: new Float32Array(nodes),
    left: new Int32Array(nodes),
    right: new Int32Array(nodes),
    missingLeft: new Uint8Array(nodes),
    cover: new Float32Array(nodes),
    value: new Float64Array(nodes * 3 * curves),
  };
  let size = 0;
  const grow = (first: number, last: number): number => {
    const node = size++;
    tree.cover[node] = last - first + 1;
    if (first === last) {
      const at = node * 3 * curves + k;
      tree.value[at] = x[first] as number;
      tree.value[at + curves] = y[first] as number;
      tree.value[at + 2 * curves] = slope[first] as number;
      return node;
    }
    const middle = (first + last) >> 1;
    tree.feature[node] = column;
    tree.threshold[node] = ends[middle] as number;
    tree.left[node] = grow(first, middle);
    tree.right[node] = grow(middle + 1, last);
    return node;
  };
  grow(0, ends.length);
  return tree;
}
