import { MlxError } from '../errors.js';
import type { Anomaly } from './anomaly.js';
import { sampleRows } from './sample.js';
import { featureColumns, type Schema, type Task, targetColumn } from './schema.js';
import { halves, singleColumnFit } from './single-column-fit.js';
import { findColumn, selectColumns, type Table, takeRows } from './table.js';
import { prepareTarget, type Target } from './target.js';

/** Fewer labelled rows prove nothing: by chance one column of many may go with the target. */
const MIN_ROWS = 100;
/** From here on a column says the same as the target; next to a threshold a class may be mistaken. */
const SAME: Readonly<Record<Task, number>> = { classification: 0.995, regression: 0.999 };
/** From here on somebody should look; honest features of easy problems stay below. */
const SUSPECT: Readonly<Record<Task, number>> = { classification: 0.98, regression: 0.9 };

/** A column that predicts the target too well to be known before it. */
export interface Leak {
  readonly column: string;
  /** Whether it is as good as the target itself. */
  readonly isSame: boolean;
  /** See singleColumnFit. */
  readonly score: number;
  readonly task: Task;
}

/**
 * Feature columns each of which predicts the target (almost) perfectly by itself: copies of it, its codes, what it
 * was derived from, what becomes known with it. Looked for on a sample of the rows; none in a table of fewer than
 * 100 labelled rows, or whose target cannot be learned.
 */
export function findLeaks(table: Table, schema: Schema, task?: Task): readonly Leak[] {
  const names = featureColumns(schema).map(({ name }) => name);
  const target = targetColumn(schema)?.name;
  if (target === undefined || table.rows < MIN_ROWS) return [];
  const sample = takeRows(selectColumns(table, [...names, target]), sampleRows(table.rows));
  const known = labelledRows(sample, schema, task);
  if (known === undefined || known.table.rows < MIN_ROWS) return [];
  const half = halves(known.table.rows);
  return names.flatMap((name) => {
    const column = findColumn(known.table, name);
    if (column === undefined) return [];
    const score = singleColumnFit(column, known.target, half);
    const { task: own } = known.target;
    return score < SUSPECT[own] ? [] : [{ column: name, isSame: score >= SAME[own], score, task: own }];
  });
}

function labelledRows(
  sample: Table,
  schema: Schema,
  task: Task | undefined,
): { readonly table: Table; readonly target: Target } | undefined {
  try {
    const target = prepareTarget(sample, schema, task === undefined ? {} : { task });
    if (!target.values.includes(Number.NaN)) return { table: sample, target };
    const rows = Int32Array.from(target.values.keys()).filter((row) => !Number.isNaN(target.values[row]));
    const values = Float64Array.from(rows, (row) => target.values[row] as number);
    return { table: takeRows(sample, rows), target: { ...target, values } };
  } catch (error) {
    // Whoever trains on that target is told; a sample may also lack the rarer of two classes.
    if (error instanceof MlxError && error.code === 'TARGET_UNUSABLE') return undefined;
    throw error;
  }
}

/**
 * The schema without the columns that are as good as the target, unless they are to be kept or nothing else is left,
 * and what is to be said of the leaks.
 */
export function withoutLeaks(
  schema: Schema,
  leaks: readonly Leak[],
  keep: readonly string[],
): { readonly schema: Schema; readonly anomalies: readonly Anomaly[] } {
  const target = targetColumn(schema)?.name ?? '';
  const isAll = featureColumns(schema).length === leaks.filter(({ isSame }) => isSame).length;
  const dropped = new Map(
    leaks
      .filter(({ column, isSame }) => isSame && !isAll && !keep.includes(column))
      .map((leak) => [leak.column, leak]),
  );
  const columns = schema.columns.map((column) => {
    const leak = dropped.get(column.name);
    if (leak === undefined) return column;
    return {
      ...column,
      role: 'ignore' as const,
      reason: `duplicate of the target: ${scoreWords(leak, target)}`,
    };
  });
  const anomalies = leaks.map((leak): Anomaly => {
    const { column } = leak;
    const isDropped = dropped.has(column);
    const said = `"${column}" alone predicts "${target}" almost perfectly (${scoreWords(leak, target)})`;
    const message = isDropped
      ? `${said}; it is left out, and --keep ${column} takes it in`
      : `${said}; leave it out with --drop ${column} if it is not known before "${target}" is`;
    return { column, kind: isDropped ? 'leakage' : 'leakage-suspect', severity: 'warning', message };
  });
  return { schema: { ...schema, columns }, anomalies };
}

function scoreWords({ score, task }: Leak, target: string): string {
  // Rounded down, for 1 is only said of 1.
  const digits = Math.floor(score * 1e4) / 1e4;
  return task === 'regression'
    ? `R² ${digits} for "${target}"`
    : `it saves ${(digits * 100).toFixed(2)} % of the errors in "${target}"`;
}
