import { csvLine } from '../../csv-line.js';
import { MlxError, toErrorDocument } from '../../errors.js';
import type { Manifest } from '../../scoring/manifest.js';
import type { Row } from '../decode.js';
import type { Answer } from '../predictor.js';

/** An answer to one row, or why there is none. */
export type RowResult = Answer | MlxError;

/** Results in the places of the good rows, errors where they were. */
export function withErrors(
  rows: readonly (Row | MlxError)[],
  results: readonly RowResult[],
): readonly RowResult[] {
  let next = 0;
  return rows.map((row) => (row instanceof MlxError ? row : (results[next++] as RowResult)));
}

/** One row of a batch's answer. */
export function rowDocument(result: RowResult, row: number): object {
  return result instanceof MlxError
    ? { row, error: errorOf(result, row) }
    : { row, ...result.prediction, prediction_id: result.id };
}

function errorOf(error: MlxError, row: number): object {
  const { code, message, hint } = toErrorDocument(error).error;
  const field = error.details?.field ?? null;
  return { code, message, row, field, ...(hint === undefined ? {} : { hint }) };
}

/** How the rows of a streamed answer are written. */
export interface RowWriter {
  readonly type: string;
  /** What comes before the first row; may be empty. */
  readonly head: string;
  row(result: RowResult, row: number): string;
  /** Says that the stream ends before its time. */
  failure(error: MlxError): string;
}

/** One JSON document a line. */
export const LINES: RowWriter = {
  type: 'application/x-ndjson; charset=utf-8',
  head: '',
  row: (result, row) => `${JSON.stringify(rowDocument(result, row))}\n`,
  failure: (error) => `${JSON.stringify(toErrorDocument(error))}\n`,
};

/** One CSV record a row; the last column says what was wrong. */
export function csvWriter({ task, classes }: Manifest): RowWriter {
  const own =
    task === 'regression'
      ? ['prediction']
      : ['prediction', 'confidence', ...classes.map((name) => `probability_${name}`)];
  const nothing = [...own, 'prediction_id'].map(() => '');
  return {
    type: 'text/csv; charset=utf-8',
    head: csvLine(['row', ...own, 'prediction_id', 'error']),
    row: (result, row) => {
      if (result instanceof MlxError) return csvLine([row, ...nothing, result.message]);
      const { prediction, confidence, probabilities } = result.prediction;
      const scores =
        confidence === null ? [] : [confidence, ...classes.map((name) => probabilities?.[name] ?? 0)];
      return csvLine([row, prediction, ...scores, result.id, '']);
    },
    failure: (error) => csvLine(['', ...nothing, error.message]),
  };
}
