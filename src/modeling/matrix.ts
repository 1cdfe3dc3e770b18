import type { ColumnSchema } from '../data/schema.js';
import type { Table } from '../data/table.js';
import { MlxError } from '../errors.js';
import { emitPipeline } from '../features/emit.js';
import type { FittedPipeline } from '../features/pipeline.js';
import { GraphBuilder } from '../onnx/graph.js';
import { ModelSession } from '../onnx/session.js';
import { feedsOf } from '../scoring/feeds.js';

const BATCH_ROWS = 16_384;

/**
 * The feature matrix that the preprocessing graph itself makes of a table: training learns from the very
 * operators that are served.
 * @returns row-major rows × features float32, and the graph's bytes
 */
export async function runPipeline(
  pipeline: FittedPipeline,
  columns: readonly ColumnSchema[],
  table: Table,
  version: string,
  threads: number,
): Promise<{ readonly matrix: Float32Array; readonly graph: Uint8Array }> {
  const builder = new GraphBuilder();
  const width = pipeline.features.length;
  builder.output('features', emitPipeline(builder, pipeline, columns), ['N', width]);
  const graph = builder.build({}, version);
  const session = await ModelSession.load(graph, { threads });
  const matrix = new Float32Array(table.rows * width);
  try {
    for (let start = 0; start < table.rows; start += BATCH_ROWS) {
      const end = Math.min(start + BATCH_ROWS, table.rows);
      const { features } = await session.run(
        feedsOf({ columns, input: { kind: 'columns' } }, table, start, end),
      );
      if (features?.type !== 'float')
        throw new MlxError('INTERNAL', 'the preprocessing graph gives no float matrix');
      matrix.set(features.data, start * width);
    }
  } finally {
    await session.release();
  }
  return { matrix, graph };
}
