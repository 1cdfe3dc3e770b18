import type { ColumnSchema } from '../data/schema.js';
import type { Target } from '../data/target.js';
import { emitPipeline } from '../features/emit.js';
import type { FittedPipeline } from '../features/pipeline.js';
import { GraphBuilder, metadataField, type TensorRef } from '../onnx/graph.js';
import { type Manifest, METADATA } from '../scoring/manifest.js';
import type { TreeEnsemble } from '../training/ensemble.js';
import { emitEnsemble } from '../training/to-onnx.js';

/** Names of the graph's outputs. */
export const OUTPUTS = { label: 'label', probabilities: 'probabilities', values: 'prediction' } as const;

/**
 * The whole way from raw columns to prediction as one ONNX file, with its manifest.
 * Classification: `label` [N] and `probabilities` float [N,K]; regression: `prediction` float [N].
 */
export function assembleModel(
  pipeline: FittedPipeline,
  columns: readonly ColumnSchema[],
  ensemble: TreeEnsemble,
  target: Target,
  manifest: Manifest,
): Uint8Array {
  const graph = new GraphBuilder();
  const scores = emitEnsemble(graph, emitPipeline(graph, pipeline, columns), ensemble);
  if (target.task === 'regression') {
    const shape = graph.constant('int64', [1], BigInt64Array.of(-1n));
    graph.output(OUTPUTS.values, graph.node('Reshape', [scores, shape], { type: 'float' }), ['N']);
  } else {
    graph.output(OUTPUTS.label, emitLabel(graph, scores, target), ['N']);
    graph.output(OUTPUTS.probabilities, scores, ['N', target.classes.length]);
  }
  return graph.build({ [METADATA.manifest]: JSON.stringify(manifest) }, manifest.mlxVersion);
}

/** The class of the largest probability; the first among equals. */
function emitLabel(graph: GraphBuilder, probabilities: TensorRef, target: Target): TensorRef {
  const { classes } = target;
  const index = graph.node('ArgMax', [probabilities], {
    type: 'int64',
    attributes: { axis: { int: 1 }, keepdims: { int: 0 } },
  });
  const table =
    target.type === 'integer'
      ? graph.constant('int64', [classes.length], BigInt64Array.from(classes, BigInt))
      : graph.constant('string', [classes.length], classes);
  return graph.node('Gather', [table, index], { type: table.type, attributes: { axis: { int: 0 } } });
}

/** The model file with more JSON metadata at its end; the graph's bytes stay as they are. */
export function withMetadata(model: Uint8Array, key: string, value: unknown): Uint8Array {
  return Buffer.concat([model, metadataField(key, JSON.stringify(value))]);
}
