import { GraphBuilder, type TensorRef } from '#mlx/onnx/graph.js';
import { inspectModel } from '#mlx/onnx/inspect.js';
import { type Manifest, METADATA, parseManifest } from '#mlx/scoring/manifest.js';

/** Ages from here on make the failing model fail. */
export const FAILS_FROM_AGE = 40;

/**
 * A model with the columns and classes of another that answers for the young and fails for everybody else: it looks
 * up a rate by age, in a table that ends too early.
 */
export function failingModel(like: Uint8Array): Uint8Array {
  const manifest: Manifest = {
    ...parseManifest(inspectModel(like).metadata[METADATA.manifest] ?? ''),
    algorithm: 'rates by age',
    runId: null,
    dataset: null,
  };
  const graph = new GraphBuilder();
  const inputs = new Map<string, TensorRef>();
  for (const { name, type } of manifest.columns) {
    const element = type === 'number' || type === 'integer' ? 'double' : 'string';
    inputs.set(name, graph.input(name, element, ['N', 1]));
  }
  const INT64 = 7;
  const age = graph.node('Cast', [inputs.get('age') as TensorRef], {
    type: 'int64',
    attributes: { to: { int: INT64 } },
  });
  const table = Float32Array.from({ length: FAILS_FROM_AGE }, (_, at) => at / FAILS_FROM_AGE);
  const rates = graph.constant('float', [FAILS_FROM_AGE], table);
  const yes = graph.node('Gather', [rates, age], { type: 'float', attributes: { axis: { int: 0 } } });
  const no = graph.node('Sub', [graph.constant('float', [1], Float32Array.of(1)), yes], { type: 'float' });
  const both = graph.node('Concat', [no, yes], { type: 'float', attributes: { axis: { int: 1 } } });
  graph.output('probabilities', both, ['N', 2]);
  return graph.build({ [METADATA.manifest]: JSON.stringify(manifest) }, '0');
}
