import type { ColumnSchema, ColumnType } from '#mlx/data/schema.js';
import type { Column, Table } from '#mlx/data/table.js';

/** A table from plain arrays: numbers (null = missing) or words; `time` names the time columns. */
export function tableOf(
  data: Record<string, readonly (number | string | null)[]>,
  time: readonly string[] = [],
): Table {
  const columns = Object.entries(data).map(([name, cells]) => columnOf(name, cells, time.includes(name)));
  return { rows: Object.values(data)[0]?.length ?? 0, columns };
}

export function columnOf(name: string, cells: readonly (number | string | null)[], isTime = false): Column {
  if (cells.some((cell) => typeof cell === 'string')) {
    const levels = [...new Set(cells.filter((cell) => cell !== null))].map(String);
    const codes = Int32Array.from(cells, (cell) => (cell === null ? -1 : levels.indexOf(String(cell))));
    return { kind: 'string', name, codes, levels };
  }
  const values = Float64Array.from(cells, (cell) => (cell === null ? Number.NaN : Number(cell)));
  return { kind: isTime ? 'time' : 'number', name, values };
}

/** A schema for all columns of a table, all of them features. */
export function schemaOf(table: Table, types: Record<string, ColumnType> = {}): ColumnSchema[] {
  return table.columns.map(({ name, kind }) => ({
    name,
    type: types[name] ?? (kind === 'string' ? 'category' : kind),
    role: 'feature',
    missing: 0,
    unique: 0,
  }));
}
