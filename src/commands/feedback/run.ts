import { type Input, readBatches } from '../../data/read.js';
import type { Schema } from '../../data/schema.js';
import type { CommandContext, Outcome } from '../command.js';
import { type SourceFlags, sourceOptions } from '../source-options.js';

export interface FeedbackOptions extends SourceFlags {
  readonly data: Input;
  readonly idColumn: string;
  readonly labelColumn: string;
}

export interface FeedbackDocument {
  readonly rows: number;
  readonly added: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly unknown: number;
  /** Rows without an id or a label. */
  readonly empty: number;
}

const BATCH_ROWS = 5000;
const NO_COLUMNS: Schema = { version: 1, rows: 0, columns: [] };

export async function run(
  options: FeedbackOptions,
  context: CommandContext,
): Promise<Outcome<FeedbackDocument>> {
  const source = sourceOptions(options, context, [options.data]);
  const store = await context.store();
  const { idColumn, labelColumn } = options;
  const counts = { rows: 0, added: 0, updated: 0, unchanged: 0, unknown: 0, empty: 0 };
  const extra = [idColumn, labelColumn];
  for await (const batch of readBatches(options.data, NO_COLUMNS, {
    ...source,
    batchRows: BATCH_ROWS,
    columns: [],
    extra,
  })) {
    const ids = batch.extra.get(idColumn) ?? [];
    const labels = batch.extra.get(labelColumn) ?? [];
    const rows = ids.map((predictionId, row) => ({ predictionId, label: labels[row] ?? '' }));
    const given = rows.filter(({ predictionId, label }) => predictionId !== '' && label !== '');
    const { added, updated, unchanged, unknown } = await store.predictions.addLabels(
      given,
      context.now().toISOString(),
    );
    counts.rows += rows.length;
    counts.empty += rows.length - given.length;
    counts.added += added;
    counts.updated += updated;
    counts.unchanged += unchanged;
    counts.unknown += unknown;
  }
  return { result: counts };
}
