import { extname } from 'node:path';
import { writeCsv, writeJson } from '../../data/write.js';
import type { Manifest } from '../../scoring/manifest.js';
import type { Prediction } from '../../scoring/prediction.js';
import { type ExplainedRow, reasonText } from './reasons.js';

/** One row as it is written. */
export interface PredictedRow {
  /** Cells carried along, in the order of `keep`. */
  readonly kept: readonly string[];
  readonly prediction: Prediction;
  readonly explained: ExplainedRow | undefined;
}

/** The file of predictions, which appears under its name when it is closed. */
export interface PredictionWriter {
  /** The columns of CSV, or the keys of each JSON object. */
  readonly columns: readonly string[];
  write(rows: readonly PredictedRow[]): Promise<void>;
  close(): Promise<void>;
  discard(): Promise<void>;
}

const JSON_LAYOUT: Readonly<Record<string, 'lines' | 'array'>> = {
  '.json': 'array',
  '.jsonl': 'lines',
  '.ndjson': 'lines',
};

/**
 * Opens the file by its ending: JSON for `.json`, `.jsonl` and `.ndjson`, else CSV.
 * @param reasons per row; null where nothing is explained
 */
export function openOutput(
  path: string,
  manifest: Manifest,
  keep: readonly string[],
  reasons: number | null,
): Promise<PredictionWriter> {
  const layout = JSON_LAYOUT[extname(path).toLowerCase()];
  return layout === undefined
    ? openCsv(path, manifest, keep, reasons ?? 0)
    : openJson(path, layout, manifest, keep, reasons !== null);
}

async function openJson(
  path: string,
  layout: 'lines' | 'array',
  { task }: Manifest,
  keep: readonly string[],
  isExplained: boolean,
): Promise<PredictionWriter> {
  const file = await writeJson(path, layout);
  const own = task === 'regression' ? ['prediction'] : ['prediction', 'confidence', 'probabilities'];
  return {
    columns: [...keep, ...own, ...(isExplained ? ['explanation'] : [])],
    write: (rows) =>
      file.write(
        rows.map(({ kept, prediction: { prediction, confidence, probabilities }, explained }) => ({
          ...Object.fromEntries(keep.map((name, index) => [name, kept[index] ?? ''])),
          prediction,
          ...(confidence === null ? {} : { confidence, probabilities }),
          ...(explained === undefined ? {} : { explanation: explained.scores }),
        })),
      ),
    close: () => file.close(),
    discard: () => file.discard(),
  };
}

async function openCsv(
  path: string,
  { task, classes }: Manifest,
  keep: readonly string[],
  reasons: number,
): Promise<PredictionWriter> {
  const own =
    task === 'regression'
      ? ['prediction']
      : ['prediction', 'confidence', ...classes.map((name) => `probability_${name}`)];
  const why = Array.from({ length: reasons }, (_, index) => `reason_${index + 1}`);
  const columns = [...keep, ...own, ...(reasons === 0 ? [] : ['expected_score', 'raw_score', ...why])];
  const file = await writeCsv(path, columns);
  return {
    columns,
    write: (rows) =>
      file.write(
        rows.map(({ kept, prediction: { prediction, confidence, probabilities }, explained }) => {
          const scored =
            confidence === null
              ? [prediction]
              : [prediction, confidence, ...Object.values(probabilities ?? {})];
          return [...kept, ...scored, ...(explained === undefined ? [] : reasonCells(explained, reasons))];
        }),
      ),
    close: () => file.close(),
    discard: () => file.discard(),
  };
}

function reasonCells({ of, scores, reasons }: ExplainedRow, count: number): (string | number)[] {
  const cells = Array.from({ length: count }, (_, index) => {
    const reason = reasons[index];
    return reason === undefined ? '' : reasonText(reason);
  });
  return [scores[of]?.expected ?? Number.NaN, scores[of]?.raw_score ?? Number.NaN, ...cells];
}
