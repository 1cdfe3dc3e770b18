import { type Column, cellText, type StringColumn } from '../data/table.js';
import { ascendingOrder } from '../stats/ascending-order.js';
import { quantile } from '../stats/quantile.js';

/** Rows of a table that have something in common. */
export interface SliceRows {
  /** What they have in common, for people: a level, `≤ 27`, `27 – 37`, `missing`. */
  readonly label: string;
  readonly rows: Int32Array;
}

export interface SliceLimits {
  readonly minRows: number;
  /** Levels of a category, the most frequent ones. */
  readonly maxLevels: number;
  /** Bins of a number of about equal size; a number of no more values has a slice for each. */
  readonly bins: number;
}

/** The slices of a column that have enough rows; rows without a value are one. */
export function sliceColumnRows(column: Column, limits: SliceLimits): SliceRows[] {
  const groups = column.kind === 'string' ? levelGroups(column, limits) : numberGroups(column, limits);
  return groups.filter(({ rows }) => rows.length >= limits.minRows);
}

function levelGroups({ codes, levels }: StringColumn, { maxLevels }: SliceLimits): SliceRows[] {
  const rows = groupRows(codes.length, levels.length + 1, (row) => (codes[row] as number) + 1);
  const missing = { label: 'missing', rows: rows[0] as Int32Array };
  const present = levels.map((label, code) => ({ label, rows: rows[code + 1] as Int32Array }));
  return [...present.sort((a, b) => b.rows.length - a.rows.length).slice(0, maxLevels), missing];
}

function numberGroups(column: Exclude<Column, StringColumn>, { bins }: SliceLimits): SliceRows[] {
  const { values } = column;
  const sorted = Float64Array.from(ascendingOrder(values), (row) => values[row] as number);
  const distinct = firstDistinct(sorted, bins + 1);
  const areValues = distinct.length <= bins;
  const ends = areValues
    ? distinct
    : [...new Set(Array.from({ length: bins }, (_, i) => quantile(sorted, (i + 1) / bins)))];
  const rows = groupRows(values.length, ends.length + 1, (row) => {
    const value = values[row] as number;
    return Number.isNaN(value) ? ends.length : ends.findIndex((end) => value <= end);
  });
  const text = (value: number) => cellText({ ...column, values: Float64Array.of(value) }, 0);
  const labelOf = (bin: number) => {
    const end = text(ends[bin] as number);
    if (areValues) return end;
    if (bin === 0) return `≤ ${end}`;
    const start = text(ends[bin - 1] as number);
    return bin === ends.length - 1 ? `> ${start}` : `${start} – ${end}`;
  };
  return rows.map((own, bin) => ({ label: bin === ends.length ? 'missing' : labelOf(bin), rows: own }));
}

function firstDistinct(sorted: Float64Array, most: number): number[] {
  const distinct: number[] = [];
  for (const value of sorted) {
    if (distinct.length === most) break;
    if (distinct.at(-1) !== value) distinct.push(value);
  }
  return distinct;
}

/** The rows of each group, ascending. */
function groupRows(rows: number, groups: number, groupOf: (row: number) => number): Int32Array[] {
  const own = Int32Array.from({ length: rows }, (_, row) => groupOf(row));
  const sizes = new Int32Array(groups);
  for (const group of own) (sizes[group] as number)++;
  const grouped = Array.from(sizes, (size) => new Int32Array(size));
  sizes.fill(0);
  own.forEach((group, row) => {
    (grouped[group] as Int32Array)[(sizes[group] as number)++] = row;
  });
  return grouped;
}
