import type { ColumnSchema } from '../data/schema.js';
import type { Target } from '../data/target.js';
import { emitPipeline } from '../features/emit.js';
import type { FittedPipeline } from '../features/pipeline.js';
import { castTo } from '../onnx/cast.js';
import { GraphBuilder, metadataField, type TensorRef } from '../onnx/graph.js';
import { type Manifest, METADATA } from '../scoring/manifest.js';
import { emitModel } from '../training/emit-model.js';
import { packLeafCovers } from '../training/leaf-covers.js';
import type { Model } from '../training/model.js';
import { FEATURES_TENSOR, recordScorer } from '../training/scorer-record.js';
import { treeFormOf } from '../training/tree-form.js';

/** Names of the graph's outputs. */
export const OUTPUTS = { label: 'label', probabilities: 'probabilities', values: 'prediction' } as const;

/**
 * The whole way from raw columns to prediction as one ONNX file, with its manifest.
 * Classification: `label` [N] and `probabilities` float [N,K]; regression: `prediction` float [N].
 */
export function assembleModel(
  pipeline: FittedPipeline,
  columns: readonly ColumnSchema[],
  model: Model,
  target: Target,
  manifest: Manifest,
): Uint8Array {
  const graph = new GraphBuilder();
  const features = emitPipeline(graph, pipeline, columns);
  graph.keep(FEATURES_TENSOR, features);
  const { predictions } = emitModel(graph, features, model);
  if (target.task === 'regression') {
    const shape = graph.constant('int64', [1], BigInt64Array.of(-1n));
    graph.output(OUTPUTS.values, graph.node('Reshape', [predictions, shape], { type: 'float' }), ['N']);
  } else {
    graph.output(OUTPUTS.label, emitLabel(graph, predictions, target, manifest.threshold), ['N']);
    graph.output(OUTPUTS.probabilities, predictions, ['N', target.classes.length]);
  }
  const { scorer } = model;
  const hasCovers = scorer.kind === 'trees' && treeFormOf(scorer).kind === 'compact';
  const metadata = {
    [METADATA.manifest]: JSON.stringify(manifest),
    [METADATA.scorer]: JSON.stringify(recordScorer(model)),
    ...(hasCovers ? { [METADATA.covers]: packLeafCovers(scorer) } : {}),
  };
  return graph.build(metadata, manifest.mlxVersion);
}

/** The predicted class: see predictedClasses. */
function emitLabel(
  graph: GraphBuilder,
  probabilities: TensorRef,
  target: Target,
  threshold: number | undefined,
): TensorRef {
  const { classes } = target;
  const index =
    threshold === undefined
      ? graph.node('ArgMax', [probabilities], {
          type: 'int64',
          attributes: { axis: { int: 1 }, keepdims: { int: 0 } },
        })
      : emitReached(graph, probabilities, threshold);
  const table =
    target.type === 'integer'
      ? graph.constant('int64', [classes.length], BigInt64Array.from(classes, BigInt))
      : graph.constant('string', [classes.length], classes);
  return graph.node('Gather', [table, index], { type: table.type, attributes: { axis: { int: 0 } } });
}

/** 1 where the last of two classes reaches the threshold, else 0: int64 `[N]`. */
function emitReached(graph: GraphBuilder, probabilities: TensorRef, threshold: number): TensorRef {
  const last = graph.constant('int64', [], BigInt64Array.of(1n));
  const own = graph.node('Gather', [probabilities, last], {
    type: 'float',
    attributes: { axis: { int: 1 } },
  });
  const least = graph.constant('float', [1], Float32Array.of(threshold));
  const reached = graph.node('GreaterOrEqual', [own, least], { type: 'bool' });
  return castTo(graph, reached, 'int64');
}

/** The model file with more JSON metadata at its end; the graph's bytes stay as they are. */
export function withMetadata(model: Uint8Array, entries: Readonly<Record<string, unknown>>): Uint8Array {
  const fields = Object.entries(entries).map(([key, value]) => metadataField(key, JSON.stringify(value)));
  return Buffer.concat([model, ...fields]);
}
