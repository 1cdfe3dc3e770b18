import { inferColumn } from '#mlx/data/infer.js';
import { OddCells } from '#mlx/data/odd-cells.js';
import type { Schema } from '#mlx/data/schema.js';
import type { Column, Table } from '#mlx/data/table.js';

export type Cells = readonly (number | string | null)[];

/** A table from lists of cells, numbers or text, and the schema that is inferred from it. */
export function tableOf(columns: Readonly<Record<string, Cells>>): { table: Table; schema: Schema } {
  return inferred(Object.entries(columns).map(([name, cells]) => columnOf(name, cells)));
}

export function inferred(columns: readonly Column[]): { table: Table; schema: Schema } {
  const found = columns.map((column) => inferColumn(column, new OddCells()));
  const [first] = columns;
  const rows = first === undefined ? 0 : first.kind === 'string' ? first.codes.length : first.values.length;
  return {
    table: { rows, columns: found.map(({ column }) => column) },
    schema: { version: 1, rows, columns: found.map(({ schema }) => schema) },
  };
}

function columnOf(name: string, cells: Cells): Column {
  if (cells.some((cell) => typeof cell === 'string')) {
    const levels = [...new Set(cells.filter((cell) => cell !== null).map(String))];
    const codes = Int32Array.from(cells, (cell) => (cell === null ? -1 : levels.indexOf(String(cell))));
    return { kind: 'string', name, codes, levels };
  }
  return {
    kind: 'number',
    name,
    values: Float64Array.from(cells, (cell) => (cell === null ? Number.NaN : Number(cell))),
  };
}
