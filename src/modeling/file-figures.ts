import { featureColumns } from '../data/schema.js';
import { takeRows } from '../data/table.js';
import { ModelSession } from '../onnx/session.js';
import { ScoringModel } from '../scoring/model.js';
import type { Model } from '../training/model.js';
import { assembleModel } from './assemble.js';
import { evaluate } from './evaluate.js';
import type { FoldMatrices } from './fold-matrices.js';
import { manifestOf } from './make-manifest.js';

/** What a model costs where it is used. */
export interface FileFigures {
  readonly bytes: number;
  /** Rows a second from raw columns to prediction, in batches, on THREADS threads. */
  readonly rowsPerSecond: number;
}

const MOST_ROWS = 4096;
const THREADS = 2;

/** Measures the file that the first fold's model makes, on rows that this fold was tested on; the file is not kept. */
export async function measureFile(
  folds: FoldMatrices,
  model: Model,
  algorithm: string,
): Promise<FileFigures> {
  const { data, version } = folds.source;
  const { fitted, rows } = await folds.at(0);
  const { pipeline } = fitted;
  const columns = featureColumns(data.schema);
  const manifest = manifestOf({ algorithm, data, pipeline, runId: null, version });
  const file = assembleModel(pipeline, columns, model, data.train.target, manifest);
  const session = await ModelSession.load(file, { threads: THREADS });
  try {
    const some = rows.test.subarray(0, MOST_ROWS);
    const table = takeRows(data.train.table, some);
    const { target } = data.train;
    const values = Float64Array.from(some, (row) => target.values[row] as number);
    const own = { ...target, values };
    const opened = ScoringModel.around(session, manifest);
    // The first time brings the session's memory; the second is what a server sees.
    await evaluate(opened, table, own);
    const { rowsPerSecond } = await evaluate(opened, table, own);
    return { bytes: file.length, rowsPerSecond };
  } finally {
    await session.release();
  }
}
