import type { Attributes } from '../../onnx/read-graph.js';
import { layOut } from './lay-out.js';
import { readCompact } from './read-compact.js';
import { readRegressor } from './read-regressor.js';
import type { TreeTable } from './tree-table.js';

/**
 * The trees of an operator as a table that `scoreTrees` reads; null where the operator is not of the form in which mlx
 * writes trees, or where sums could depend on the order in which they are added.
 */
export function readTreeTable(
  op: 'TreeEnsembleRegressor' | 'TreeEnsemble',
  attributes: Attributes,
): TreeTable | null {
  const source = op === 'TreeEnsemble' ? readCompact(attributes) : readRegressor(attributes);
  return source === null ? null : layOut(source);
}
