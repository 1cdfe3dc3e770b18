import type { ColumnSchema } from '#mlx/data/schema.js';
import type { Table } from '#mlx/data/table.js';
import type { FittedPipeline } from '#mlx/features/pipeline.js';
import { FeatureGraph } from '#mlx/modeling/matrix.js';

/** A table through the graph of a pipeline: the matrix, row-major rows × features, and the ONNX file. */
export async function runPipeline(
  pipeline: FittedPipeline,
  columns: readonly ColumnSchema[],
  table: Table,
  version: string,
  threads: number,
): Promise<{ readonly matrix: Float32Array; readonly graph: Uint8Array }> {
  const graph = await FeatureGraph.open(pipeline, columns, version, threads);
  try {
    return { matrix: await graph.all(table), graph: graph.bytes };
  } finally {
    await graph.release();
  }
}
