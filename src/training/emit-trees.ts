import { castTo } from '../onnx/cast.js';
import type { GraphBuilder, TensorRef } from '../onnx/graph.js';
import { emitCompactTrees } from './emit-compact-trees.js';
import { emitTreeRegressor } from './emit-tree-regressor.js';
import type { TreeEnsemble } from './ensemble.js';
import { partsOf, type TreeForm } from './tree-form.js';
import { layersOf } from './tree-layers.js';

/**
 * Adds the ensemble to a graph; computes bit for bit what `scoreTrees` does.
 *
 * Operators sum leaf values on a power-of-two grid, which float32 adds exactly in any order, and so do the additions
 * where the trees are several operators; the division comes once, in double, afterwards.
 *
 * @param matrix float `[N, columns]`
 * @returns raw scores, double `[N, outputs]`
 */
export function emitTrees(
  graph: GraphBuilder,
  matrix: TensorRef,
  ensemble: TreeEnsemble,
  form: TreeForm,
): TensorRef {
  const { outputs } = ensemble;
  const isCompact = form.kind === 'compact';
  const trees = isCompact ? ensemble.trees.flatMap((tree) => layersOf(tree, outputs)) : ensemble.trees;
  const emitPart = isCompact ? emitCompactTrees : emitTreeRegressor;
  const sums = partsOf(trees, form)
    .map((part) => emitPart(graph, matrix, part, outputs))
    .reduce((sum, part) => graph.node('Add', [sum, part], { type: 'float' }));
  const divisor = graph.constant('double', [], Float64Array.of(ensemble.divisor));
  const values = graph.node('Div', [castTo(graph, sums, 'double'), divisor], { type: 'double' });
  if (ensemble.base.every((value) => value === 0)) return values;
  const base = graph.constant('double', [outputs], ensemble.base);
  return graph.node('Add', [values, base], { type: 'double' });
}
