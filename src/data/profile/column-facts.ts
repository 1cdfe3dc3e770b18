import { countDistinct } from '../distinct.js';
import type { ColumnSchema } from '../schema.js';
import type { Column } from '../table.js';
import { type Comparison, targetByGroup } from './compare.js';
import type { ColumnProfile } from './table-profile.js';

/** What every column is profiled with. */
export interface ProfileContext {
  readonly schema: ReadonlyMap<string, ColumnSchema>;
  readonly comparison: Comparison | null;
  /** Rows by which ranks are made, ascending; null = all. */
  readonly sample: Int32Array | null;
  /** The schema's counts of distinct values are those of this table. */
  readonly isInferred: boolean;
  /** Bins of a histogram at most. */
  readonly bins: number;
  /** Levels listed at most. */
  readonly topLevels: number;
}

type CommonFacts = Pick<
  ColumnProfile,
  'name' | 'type' | 'role' | 'reason' | 'count' | 'missing' | 'missingShare' | 'unique' | 'missingTarget'
>;

/** What is said of a column of any kind. @param count rows with a value */
export function columnFacts(column: Column, count: number, context: ProfileContext): CommonFacts {
  const { name } = column;
  const own = context.schema.get(name) as ColumnSchema;
  const { type, role, reason = null } = own;
  const rows = column.kind === 'string' ? column.codes.length : column.values.length;
  const missing = rows - count;
  const missingShare = rows === 0 ? 0 : missing / rows;
  const { comparison } = context;
  const isTarget = comparison?.target.name === name;
  const missingTarget = missing === 0 || isTarget ? null : targetByGroup(comparison, missingRows(column), 1);
  const unique = context.isInferred ? own.unique : distinct(column);
  return { name, type, role, reason, count, missing, missingShare, unique, missingTarget };
}

/** The values that are there, in their order. */
export function presentValues(values: Float64Array): Float64Array {
  const present = new Float64Array(values.length);
  let count = 0;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    if (!Number.isNaN(value)) present[count++] = value;
  }
  return present.subarray(0, count);
}

/** 0 where the column is missing, else -1. */
function missingRows(column: Column): Int32Array {
  const cells = column.kind === 'string' ? column.codes : column.values;
  const groups = new Int32Array(cells.length).fill(-1);
  for (let row = 0; row < cells.length; row++) {
    const cell = cells[row] as number;
    const isMissing = column.kind === 'string' ? cell < 0 : Number.isNaN(cell);
    if (isMissing) groups[row] = 0;
  }
  return groups;
}

function distinct(column: Column): number {
  if (column.kind !== 'string') return countDistinct(column.values);
  const { codes, levels } = column;
  const isUsed = new Uint8Array(levels.length);
  for (let row = 0; row < codes.length; row++)
    if ((codes[row] as number) >= 0) isUsed[codes[row] as number] = 1;
  return isUsed.reduce((count, used) => count + used, 0);
}
