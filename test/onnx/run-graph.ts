import type { GraphBuilder } from '#mlx/onnx/graph.js';
import { inspectModel } from '#mlx/onnx/inspect.js';
import { ModelSession, type TensorData } from '#mlx/onnx/session.js';

export type Feeds = Readonly<Record<string, TensorData>>;

/** Every output's bytes (text as JSON) of a model for some rows. */
export async function outputsOf(model: Uint8Array, feeds: Feeds): Promise<Record<string, string>> {
  const session = await ModelSession.load(model);
  try {
    const outputs = Object.entries(await session.run(feeds));
    return Object.fromEntries(outputs.map(([name, tensor]) => [name, bytesOf(tensor)]));
  } finally {
    await session.release();
  }
}

function bytesOf({ type, dims, data }: TensorData): string {
  const values = ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex')
    : JSON.stringify(data);
  return `${type}[${dims.join()}] ${values}`;
}

/** The graph as it was added and as it is written to a model file. */
export function bothForms(graph: GraphBuilder): {
  readonly plain: Uint8Array;
  readonly optimised: Uint8Array;
} {
  return { plain: graph.build({}, '1', { isOptimised: false }), optimised: graph.build({}, '1') };
}

/** The operators in a model file, by name. */
export function operatorsIn(model: Uint8Array): Readonly<Record<string, number>> {
  return inspectModel(model).operators;
}
