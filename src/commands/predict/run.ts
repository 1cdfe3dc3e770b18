import { inputName } from '../../data/input-name.js';
import { type Input, readBatches } from '../../data/read.js';
import type { Schema } from '../../data/schema.js';
import { writeCsv } from '../../data/write.js';
import { MlxError } from '../../errors.js';
import type { Manifest } from '../../scoring/manifest.js';
import { predictionAt } from '../../scoring/prediction.js';
import type { CommandContext, Outcome } from '../command.js';
import { openModel } from '../model-source.js';
import { type SourceFlags, sourceOptions } from '../source-options.js';

export interface PredictOptions extends SourceFlags {
  readonly model: string;
  readonly data: Input;
  readonly out: string;
  readonly keep?: readonly string[];
  readonly batchRows: number;
  readonly threads: number;
}

export interface PredictDocument {
  readonly model: string;
  readonly rows: number;
  readonly out: string;
  readonly columns: readonly string[];
  readonly timings: { readonly total_ms: number; readonly rows_per_second: number };
}

export async function run(
  options: PredictOptions,
  context: CommandContext,
): Promise<Outcome<PredictDocument>> {
  if (options.batchRows < 1) throw new MlxError('USAGE', '--batch-rows must be 1 or more.');
  const source = sourceOptions(options, context, [options.data]);
  const startedAt = performance.now();
  const { model, label } = await openModel(context, options.model, options.threads);
  const progress = context.progress(`scoring ${inputName(options.data)} with ${label}`);
  const { manifest } = model;
  const keep = options.keep ?? [];
  const header = [...keep, ...outputColumns(manifest)];
  const schema: Schema = { version: 1, rows: 0, columns: manifest.columns };
  const batches = readBatches(options.data, schema, {
    ...source,
    batchRows: options.batchRows,
    columns: manifest.columns.map(({ name }) => name),
    extra: keep,
  });
  let rows = 0;
  const writer = await writeCsv(options.out, header);
  try {
    for await (const { table, extra } of batches) {
      context.signal.throwIfAborted();
      const scores = await model.score(table);
      const kept = keep.map((name) => extra.get(name) ?? []);
      const lines = Array.from({ length: table.rows }, (_, row) => {
        const { prediction, confidence, probabilities } = predictionAt(scores, row, manifest);
        const own = kept.map((column) => column[row] ?? '');
        return confidence === null
          ? [...own, prediction]
          : [...own, prediction, confidence, ...Object.values(probabilities ?? {})];
      });
      await writer.write(lines);
      rows += table.rows;
      progress.update(`scored ${rows} rows with ${label}`);
    }
    await writer.close();
  } catch (error) {
    await writer.discard();
    progress.fail('scoring stopped; no file was written');
    throw error;
  } finally {
    await model.release();
  }
  progress.done(`scored ${rows} rows with ${label}`);
  const total = performance.now() - startedAt;
  return {
    result: {
      model: label,
      rows,
      out: options.out,
      columns: header,
      timings: { total_ms: total, rows_per_second: Math.round((rows / total) * 1000) },
    },
  };
}

function outputColumns(manifest: Manifest): string[] {
  if (manifest.task === 'regression') return ['prediction'];
  return ['prediction', 'confidence', ...manifest.classes.map((name) => `probability_${name}`)];
}
