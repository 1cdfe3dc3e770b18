import { cellText, type Table, takeRows } from '../../data/table.js';
import { MlxError } from '../../errors.js';
import type { Block } from '../../features/block.js';
import { columnsOfTable, type FrameColumn } from '../../features/frame.js';
import { applyPipeline, type FittedPipeline } from '../../features/pipeline.js';

/** A cell between two steps: null where it is missing. */
export type ExplainedValue = number | string | null;

/** What one step made of a row. */
export interface ExplainedStep {
  readonly step: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly inputs: readonly { readonly column: string; readonly value: ExplainedValue }[];
  readonly outputs: readonly { readonly column: string; readonly value: ExplainedValue }[];
}

export interface Explanation {
  /** Row of the table, from 1. */
  readonly row: number;
  readonly steps: readonly ExplainedStep[];
  /** The features as the model sees them: float32. */
  readonly features: readonly { readonly name: string; readonly value: number | null }[];
}

/**
 * One row on its way through the steps.
 * @throws MlxError USAGE for a row that the table has not
 */
export function explainRow(pipeline: FittedPipeline, table: Table, row: number): Explanation {
  if (row < 1 || row > table.rows) {
    throw new MlxError('USAGE', `There is no row ${row} to explain.`, {
      hint: `Give --row a number from 1 to ${table.rows}.`,
    });
  }
  const one = takeRows(table, [row - 1]);
  const values = new Map<string, ExplainedValue>();
  for (const column of columnsOfTable(one, pipeline.columns)) values.set(column.name, cellOf(column));
  const steps: ExplainedStep[] = [];
  const matrix = applyPipeline(pipeline, one, ({ step, parameters, inputs }, columns) => {
    const before = inputs.map((column) => ({ column, value: values.get(column) ?? null }));
    for (const column of columns) values.set(column.name, cellOf(column));
    const outputs = columns.map(({ name }) => ({ column: name, value: values.get(name) ?? null }));
    steps.push({ step, parameters, inputs: before, outputs });
  });
  const features = pipeline.features.map((name, index) => {
    const value = matrix[index] as number;
    return { name, value: Number.isFinite(value) ? value : null };
  });
  return { row, steps, features };
}

function cellOf(column: FrameColumn): ExplainedValue {
  const block: Block = column.load();
  switch (block.kind) {
    case 'number': {
      const value = block.columns[0]?.[0] ?? Number.NaN;
      return Number.isFinite(value) ? value : null;
    }
    case 'string': {
      const [text] = block.columns;
      return text?.levels[text.codes[0] ?? -1] ?? null;
    }
    case 'time': {
      const text = cellText(
        { kind: 'time', name: column.name, values: block.columns[0] ?? new Float64Array(1) },
        0,
      );
      return text === '' ? null : text;
    }
  }
}
