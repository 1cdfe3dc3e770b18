import type { ColumnSchema } from '../../data/schema.js';
import { columnKind } from '../../data/schema.js';
import { INPUT_TYPE } from '../../features/emit.js';
import { GraphBuilder, type TensorRef } from '../../onnx/graph.js';
import { ML_DOMAIN } from '../../onnx/proto.js';
import { type Manifest, METADATA } from '../../scoring/manifest.js';

/**
 * A release with a real defect: a hand-written table of rates by region, looked up without a thought for a region
 * that the table does not have. It works on everything that was known when it was made, and fails on the new region.
 */
export function makeFailingRelease(like: Manifest, version: string): Uint8Array {
  const graph = new GraphBuilder();
  const inputs = new Map(like.columns.map((column) => [column.name, declare(graph, column)]));
  const region = like.columns.find(({ name }) => name === 'region') as ColumnSchema;
  const levels = region.levels ?? [];
  const position = graph.node('LabelEncoder', [inputs.get('region') as TensorRef], {
    type: 'int64',
    domain: ML_DOMAIN,
    attributes: {
      keys_strings: { strings: levels },
      values_int64s: { ints: levels.map((_, index) => index) },
      default_int64: { int: levels.length },
    },
  });
  const rates = graph.constant(
    'float',
    [levels.length],
    Float32Array.from(levels, (_, index) => 0.2 + 0.1 * index),
  );
  const yes = graph.node('Gather', [rates, position], { type: 'float', attributes: { axis: { int: 0 } } });
  const one = graph.constant('float', [1], Float32Array.of(1));
  const no = graph.node('Sub', [one, yes], { type: 'float' });
  const both = graph.node('Concat', [no, yes], { type: 'float', attributes: { axis: { int: 1 } } });
  graph.output('probabilities', both, ['N', 2]);
  const manifest: Manifest = {
    ...like,
    algorithm: 'rates by region, written by hand',
    runId: null,
    dataset: null,
  };
  return graph.build({ [METADATA.manifest]: JSON.stringify(manifest) }, version);
}

function declare(graph: GraphBuilder, column: ColumnSchema): TensorRef {
  return graph.input(column.name, INPUT_TYPE[columnKind(column.type)], ['N', 1]);
}
