import { setImmediate } from 'node:timers/promises';
import { type Column, findColumn, type Table, takeRows } from '../../data/table.js';
import type { Explainer, Explanation } from '../../modeling/explain.js';
import { roundedScore, type ScoreParts, scoreParts } from '../../modeling/score-parts.js';
import type { Prediction } from '../../scoring/prediction.js';

/** Rows explained at a time: deep forests take tens of milliseconds a row, and Ctrl-C shall be heard. */
const ROWS_AT_ONCE = 128;

/** One of the columns that moved a row's score most. */
export interface Reason {
  readonly column: string;
  /** As it stands in the table; null where it is missing. */
  readonly value: string | number | null;
  readonly contribution: number;
}

/** Why a row is predicted as it is. */
export interface ExplainedRow {
  /** The class or target whose score the reasons are of. */
  readonly of: string;
  /** Every score, by what it is of. */
  readonly scores: Readonly<Record<string, ScoreParts>>;
  /** Strongest first; columns that moved nothing are left out. */
  readonly reasons: readonly Reason[];
}

/**
 * Explains the rows of a table, in order.
 * @param most reasons per row
 * @param onRows called with the number of rows explained so far
 */
export async function explainRows(
  explainer: Explainer,
  table: Table,
  predictions: readonly Prediction[],
  most: number,
  onRows: (rows: number) => void,
): Promise<ExplainedRow[]> {
  const explained: ExplainedRow[] = [];
  for (let start = 0; start < table.rows; start += ROWS_AT_ONCE) {
    const count = Math.min(ROWS_AT_ONCE, table.rows - start);
    const part = takeRows(
      table,
      Int32Array.from({ length: count }, (_, row) => start + row),
    );
    const explanation = await explainer.explain(part);
    for (let row = 0; row < count; row++) {
      const { prediction } = predictions[start + row] as Prediction;
      explained.push(rowOf(explainer, explanation, part, row, String(prediction), most));
    }
    onRows(start + count);
    await setImmediate();
  }
  return explained;
}

/** `age=39 +0.42`, as a cell of a table. */
export function reasonText({ column, value, contribution }: Reason): string {
  const size = Number(Math.abs(contribution).toPrecision(3));
  return `${column}=${value ?? ''} ${contribution < 0 ? '-' : '+'}${size}`;
}

function rowOf(
  explainer: Explainer,
  explanation: Explanation,
  table: Table,
  row: number,
  prediction: string,
  most: number,
): ExplainedRow {
  const { outputs, columns: names } = explainer;
  const { columns, values } = explanation;
  const chosen = Math.max(0, outputs.indexOf(prediction));
  const own = values.subarray(
    (row * outputs.length + chosen) * columns,
    (row * outputs.length + chosen + 1) * columns,
  );
  return {
    of: outputs[chosen] as string,
    scores: scoreParts(explainer, explanation, row),
    reasons: strongest(own, most).map((column) => ({
      column: names[column] as string,
      value: cellAt(findColumn(table, names[column] as string), row),
      contribution: roundedScore(own[column] as number),
    })),
  };
}

function strongest(values: Float64Array, most: number): number[] {
  const size = (column: number): number => Math.abs(values[column] as number);
  return [...values.keys()]
    .filter((column) => size(column) > 0)
    .sort((a, b) => size(b) - size(a) || a - b)
    .slice(0, most);
}

function cellAt(column: Column | undefined, row: number): string | number | null {
  if (column === undefined) return null;
  if (column.kind === 'string') return column.levels[column.codes[row] as number] ?? null;
  const value = column.values[row] as number;
  if (Number.isNaN(value)) return null;
  return column.kind === 'time' ? new Date(value * 1000).toISOString().replace('.000Z', 'Z') : value;
}

/** So many digits that the parts still add up within a millionth of a millionth. */
