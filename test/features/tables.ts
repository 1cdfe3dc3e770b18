import type { ColumnSchema } from '#mlx/data/schema.js';
import type { Column, Table } from '#mlx/data/table.js';

/** A number column; null = missing. */
export function numbers(name: string, values: readonly (number | null)[]): Column {
  return { kind: 'number', name, values: Float64Array.from(values, (value) => value ?? Number.NaN) };
}

/** A time column in seconds since 1970; null = missing. */
export function times(name: string, values: readonly (number | null)[]): Column {
  return { kind: 'time', name, values: Float64Array.from(values, (value) => value ?? Number.NaN) };
}

/** A category column with its levels in order of first appearance; null = missing. */
export function texts(name: string, values: readonly (string | null)[]): Column {
  const levels = [...new Set(values.filter((value) => value !== null))];
  return { kind: 'string', name, levels, codes: Int32Array.from(values, (v) => levels.indexOf(v ?? '')) };
}

export function tableOf(columns: readonly Column[]): Table {
  const [first] = columns;
  const rows = first === undefined ? 0 : first.kind === 'string' ? first.codes.length : first.values.length;
  return { rows, columns };
}

/** The feature columns of a table, as a schema names them. */
export function schemaOf(table: Table): ColumnSchema[] {
  return table.columns.map(({ name, kind }) => ({
    name,
    type: kind === 'string' ? 'category' : kind,
    role: 'feature',
    missing: 0,
    unique: 0,
  }));
}

/**
 * The first place where two float lists differ, or null. Every NaN is the same, and so is a zero of either sign:
 * no comparison in a tree can tell them apart.
 */
export function firstDifference(a: ArrayLike<number>, b: ArrayLike<number>): string | null {
  if (a.length !== b.length) return `${a.length} values against ${b.length}`;
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i] && !Object.is(a[i], b[i])) return `value ${i}: ${a[i]} against ${b[i]}`;
  }
  return null;
}
