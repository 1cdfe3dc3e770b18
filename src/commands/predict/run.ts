import { inputName } from '../../data/input-name.js';
import { type Input, readBatches } from '../../data/read.js';
import type { Schema } from '../../data/schema.js';
import { MlxError } from '../../errors.js';
import { Explainer, type ScoreUnit } from '../../modeling/explain.js';
import { predictionAt } from '../../scoring/prediction.js';
import type { CommandContext, Outcome } from '../command.js';
import { type OpenedModel, openModel } from '../model-source.js';
import { type SourceFlags, sourceOptions } from '../source-options.js';
import { openOutput, type PredictedRow } from './output.js';
import { explainRows, type Reason } from './reasons.js';

export interface PredictOptions extends SourceFlags {
  readonly model: string;
  readonly data: Input;
  readonly out: string;
  readonly keep?: readonly string[];
  /** Reasons per row; not there: nothing is explained. */
  readonly explain?: number;
  readonly batchRows: number;
  readonly threads: number;
}

export interface PredictDocument {
  readonly model: string;
  readonly rows: number;
  readonly out: string;
  readonly columns: readonly string[];
  readonly timings: { readonly total_ms: number; readonly rows_per_second: number };
  /** The first rows with their reasons; with --explain alone. */
  readonly explained?: ExplainedSample;
}

export interface ExplainedSample {
  /** What scores and contributions are counted in. */
  readonly unit: ScoreUnit;
  readonly rows: readonly {
    /** From 1. */
    readonly row: number;
    readonly prediction: string | number;
    /** The class or target whose score it is. */
    readonly of: string;
    readonly expected: number;
    readonly raw_score: number;
    readonly reasons: readonly Reason[];
  }[];
}

/** Rows that are shown. */
const SHOWN_ROWS = 10;

export async function run(
  options: PredictOptions,
  context: CommandContext,
): Promise<Outcome<PredictDocument>> {
  if (options.batchRows < 1) throw new MlxError('USAGE', '--batch-rows must be 1 or more.');
  if (options.explain !== undefined && options.explain < 1)
    throw new MlxError('USAGE', '--explain takes a number of columns from 1.');
  const startedAt = performance.now();
  const opened = await openModel(context, options.model, options.threads);
  let explainer: Explainer | null = null;
  try {
    if (options.explain !== undefined)
      explainer = await Explainer.open(await opened.readBytes(), { threads: options.threads });
    const scored = await scoreAll(options, context, opened, explainer);
    const total = performance.now() - startedAt;
    return {
      result: {
        model: opened.label,
        out: options.out,
        timings: { total_ms: total, rows_per_second: Math.round((scored.rows / total) * 1000) },
        ...scored,
      },
    };
  } finally {
    await explainer?.release();
    await opened.model.release();
  }
}

async function scoreAll(
  options: PredictOptions,
  context: CommandContext,
  { model, label }: OpenedModel,
  explainer: Explainer | null,
): Promise<Pick<PredictDocument, 'rows' | 'columns' | 'explained'>> {
  const { keep = [], explain: reasons = 0 } = options;
  const { manifest } = model;
  const source = sourceOptions(options, context, [options.data]);
  const progress = context.progress(`scoring ${inputName(options.data)} with ${label}`);
  const schema: Schema = { version: 1, rows: 0, columns: manifest.columns };
  const batches = readBatches(options.data, schema, {
    ...source,
    batchRows: options.batchRows,
    columns: manifest.columns.map(({ name }) => name),
    extra: keep,
  });
  let rows = 0;
  const shown: PredictedRow[] = [];
  const writer = await openOutput(options.out, manifest, keep, explainer === null ? null : reasons);
  try {
    for await (const { table, extra } of batches) {
      context.signal.throwIfAborted();
      const scores = await model.score(table);
      const kept = keep.map((name) => extra.get(name) ?? []);
      const predictions = Array.from({ length: table.rows }, (_, row) => predictionAt(scores, row, manifest));
      const onRows = (count: number): void => {
        context.signal.throwIfAborted();
        progress.update(`explained ${rows + count} rows with ${label}`);
      };
      const explained =
        explainer === null ? [] : await explainRows(explainer, table, predictions, reasons, onRows);
      const lines = predictions.map(
        (prediction, row): PredictedRow => ({
          kept: kept.map((column) => column[row] ?? ''),
          prediction,
          explained: explained[row],
        }),
      );
      await writer.write(lines);
      shown.push(...lines.slice(0, SHOWN_ROWS - shown.length));
      rows += table.rows;
      progress.update(`scored ${rows} rows with ${label}`);
    }
    await writer.close();
  } catch (error) {
    await writer.discard();
    progress.fail('scoring stopped; no file was written');
    throw error;
  }
  progress.done(`scored ${rows} rows with ${label}`);
  const { columns } = writer;
  return explainer === null ? { rows, columns } : { rows, columns, explained: sampleOf(explainer, shown) };
}

function sampleOf({ unit }: Explainer, shown: readonly PredictedRow[]): ExplainedSample {
  const rows = shown.flatMap(({ prediction: { prediction }, explained }, index) => {
    if (explained === undefined) return [];
    const { of, scores, reasons } = explained;
    const { expected = 0, raw_score: raw = 0 } = scores[of] ?? {};
    return [{ row: index + 1, prediction, of, expected, raw_score: raw, reasons }];
  });
  return { unit, rows };
}
