import type { ColumnSchema } from '../data/schema.js';
import { type Table, takeRows } from '../data/table.js';
import { MlxError } from '../errors.js';
import { emitPipeline } from '../features/emit.js';
import type { Fitted } from '../features/fit.js';
import type { FittedPipeline } from '../features/pipeline.js';
import { GraphBuilder } from '../onnx/graph.js';
import { ModelSession } from '../onnx/session.js';
import { feedsOf } from '../scoring/feeds.js';

/** Rows of one run of a preprocessing graph: enough that its overhead vanishes, few enough to stay in cache. */
export const BATCH_ROWS = 4096;

/** A fitted pipeline as the graph that is served, open for use. */
export class FeatureGraph {
  /** The ONNX file. */
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly #columns: readonly ColumnSchema[];
  readonly #session: ModelSession;

  private constructor(
    bytes: Uint8Array,
    width: number,
    columns: readonly ColumnSchema[],
    session: ModelSession,
  ) {
    this.bytes = bytes;
    this.width = width;
    this.#columns = columns;
    this.#session = session;
  }

  static async open(
    pipeline: FittedPipeline,
    columns: readonly ColumnSchema[],
    version: string,
    threads: number,
  ): Promise<FeatureGraph> {
    const builder = new GraphBuilder();
    const width = pipeline.features.length;
    builder.output('features', emitPipeline(builder, pipeline, columns), ['N', width]);
    const bytes = builder.build({}, version);
    return new FeatureGraph(bytes, width, columns, await ModelSession.load(bytes, { threads }));
  }

  /** The features of the rows from `start` to before `end`: row-major rows × width. */
  async rows(table: Table, start: number, end: number): Promise<Float32Array> {
    const feeds = feedsOf({ columns: this.#columns, input: { kind: 'columns' } }, table, start, end);
    const { features } = await this.#session.run(feeds);
    if (features?.type !== 'float')
      throw new MlxError('INTERNAL', 'the preprocessing graph gives no float matrix');
    return features.data;
  }

  /** The features of every row, row-major rows × width. */
  async all(table: Table): Promise<Float32Array> {
    const matrix = new Float32Array(table.rows * this.width);
    for (let start = 0; start < table.rows; start += BATCH_ROWS) {
      const end = Math.min(start + BATCH_ROWS, table.rows);
      matrix.set(await this.rows(table, start, end), start * this.width);
    }
    return matrix;
  }

  async release(): Promise<void> {
    await this.#session.release();
  }
}

/** The rows that a pipeline was fitted on, where a step of it was cross-fitted. */
export interface CrossFit {
  readonly folds: readonly FittedPipeline[];
  /** Fold of each row of a table; -1 for a row that was not fitted on. */
  readonly foldOf: Int32Array;
}

/** @param rows the rows that were fitted on, in the order of `rowFolds`; all when not given */
export function crossFitOf(
  { folds }: Fitted,
  rowFolds: Int32Array | null,
  tableRows: number,
  rows?: Int32Array,
): CrossFit | null {
  if (folds === null || rowFolds === null) return null;
  if (rows === undefined) return { folds, foldOf: rowFolds };
  const foldOf = new Int32Array(tableRows).fill(-1);
  rows.forEach((row, index) => {
    foldOf[row] = rowFolds[index] as number;
  });
  return { folds, foldOf };
}

/**
 * The features of a table that the pipeline was fitted on, batch by batch in row order. Where a step was
 * cross-fitted, a row that was fitted on goes through the graph of its own fold, which has not seen its label.
 */
export async function* featureBatches(
  graph: FeatureGraph,
  crossFit: CrossFit | null,
  columns: readonly ColumnSchema[],
  table: Table,
  version: string,
  threads: number,
): AsyncGenerator<{ readonly matrix: Float32Array; readonly start: number; readonly end: number }> {
  const folds: FeatureGraph[] = [];
  try {
    for (const pipeline of crossFit?.folds ?? [])
      folds.push(await FeatureGraph.open(pipeline, columns, version, threads));
    for (let start = 0; start < table.rows; start += BATCH_ROWS) {
      const end = Math.min(start + BATCH_ROWS, table.rows);
      const matrix = await graph.rows(table, start, end);
      for (const [fold, own] of folds.entries()) {
        const members = membersOf(crossFit as CrossFit, fold, start, end);
        const part = await own.all(takeRows(table, members));
        members.forEach((row, index) => {
          matrix.set(part.subarray(index * own.width, (index + 1) * own.width), (row - start) * own.width);
        });
      }
      yield { matrix, start, end };
    }
  } finally {
    for (const own of folds) await own.release();
  }
}

function membersOf({ foldOf }: CrossFit, fold: number, start: number, end: number): Int32Array {
  const members: number[] = [];
  for (let row = start; row < end; row++) if (foldOf[row] === fold) members.push(row);
  return Int32Array.from(members);
}

/**
 * The feature matrix of the training rows, row-major rows × features, as the preprocessing graph itself makes it:
 * training learns from the very operators that are served. See featureBatches.
 */
export async function trainingMatrix(
  fitted: Fitted & { readonly rowFolds: Int32Array | null },
  columns: readonly ColumnSchema[],
  table: Table,
  version: string,
  threads: number,
): Promise<Float32Array> {
  const graph = await FeatureGraph.open(fitted.pipeline, columns, version, threads);
  try {
    const matrix = new Float32Array(table.rows * graph.width);
    const crossFit = crossFitOf(fitted, fitted.rowFolds, table.rows);
    for await (const batch of featureBatches(graph, crossFit, columns, table, version, threads))
      matrix.set(batch.matrix, batch.start * graph.width);
    return matrix;
  } finally {
    await graph.release();
  }
}
