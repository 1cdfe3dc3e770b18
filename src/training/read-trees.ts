import { type Attributes, attributesOf } from '../onnx/read-graph.js';
import { unusable } from './check-tree.js';
import type { Tree, TreeEnsemble } from './ensemble.js';
import { unpackLeafCovers } from './leaf-covers.js';
import { readCompactTrees } from './read-compact-trees.js';
import { readTreeRegressor } from './read-tree-regressor.js';
import type { TreesRecord } from './scorer-record.js';

/**
 * The trees of a model file, as `emitTrees` wrote them. What a file holds is not trusted: whatever is read out of it is a
 * tree of which every node is reached once. Of the compact form the trees are those of `layersOf`.
 *
 * @param covers the text of `packLeafCovers`, where the file has one
 * @throws MlxError MODEL_INVALID where its operators do not hold such trees
 */
export function readTrees(model: Uint8Array, record: TreesRecord, covers?: string): TreeEnsemble {
  const { columns, outputs, base, divisor } = record;
  const compact = scorerOperators(model, 'TreeEnsemble');
  const operators = compact.length > 0 ? compact : scorerOperators(model, 'TreeEnsembleRegressor');
  if (operators.length === 0) throw unusable('it has no operator with trees');
  if (operators.some((operator) => operator.integer('n_targets') !== outputs))
    throw unusable('its trees have another number of outputs');
  const trees =
    compact.length > 0
      ? readCompact(compact, record, covers)
      : operators.flatMap((operator) => readTreeRegressor(operator, columns, outputs));
  return { kind: 'trees', columns, outputs, trees, base: Float64Array.from(base), divisor };
}

/** Those that read what the first of them reads, the features: a calibration that comes after them may have trees, too. */
function scorerOperators(model: Uint8Array, op: string): Attributes[] {
  const found = attributesOf(model, op);
  return found.filter(({ inputs }) => inputs[0] === found[0]?.inputs[0]);
}

function readCompact(
  operators: readonly Attributes[],
  { columns, outputs }: TreesRecord,
  text: string | undefined,
): Tree[] {
  let covers = unpackLeafCovers(text ?? '');
  if (covers === null) throw unusable('its covers are missing');
  const trees: Tree[] = [];
  for (const operator of operators) {
    const part = readCompactTrees(operator, covers, columns, outputs);
    covers = covers.subarray(part.leaves);
    for (const tree of part.trees) trees.push(tree);
  }
  if (covers.length > 0) throw unusable('there are more covers than leaves');
  return trees;
}
