/**
 * The in-memory table: named, typed columns of equal length, laid out for arithmetic.
 *
 * - `number`: Float64Array, NaN = missing (also integers; every CSV integer up to 2^53 is exact).
 * - `string`: dictionary-coded categories, booleans and text; code -1 = missing.
 * - `time`: Float64Array of whole seconds since 1970-01-01T00:00:00Z, NaN = missing.
 */
export type Column = NumberColumn | StringColumn | TimeColumn;

export interface NumberColumn {
  readonly kind: 'number';
  readonly name: string;
  readonly values: Float64Array;
}

export interface StringColumn {
  readonly kind: 'string';
  readonly name: string;
  /** Index into `levels`, one per row; -1 = missing. */
  readonly codes: Int32Array;
  /** Distinct values in order of first appearance. */
  readonly levels: readonly string[];
}

export interface TimeColumn {
  readonly kind: 'time';
  readonly name: string;
  readonly values: Float64Array;
}

export interface Table {
  readonly rows: number;
  readonly columns: readonly Column[];
}

/** Tables of more columns have an index, made on first use: whoever looks for each of 10,000 would else look at 10⁸. */
const MAX_SEARCHED = 64;
const indices = new WeakMap<Table, ReadonlyMap<string, Column>>();

export function findColumn(table: Table, name: string): Column | undefined {
  if (table.columns.length <= MAX_SEARCHED) return table.columns.find((column) => column.name === name);
  let index = indices.get(table);
  if (index === undefined) {
    index = new Map(table.columns.map((column) => [column.name, column]));
    indices.set(table, index);
  }
  return index.get(name);
}

/** The rows at `rows`, in that order. Dictionaries are shared, not copied. */
export function takeRows(table: Table, rows: ArrayLike<number>): Table {
  return { rows: rows.length, columns: table.columns.map((column) => takeColumnRows(column, rows)) };
}

/** Only the named columns, in the order of `names`; names that the table lacks are passed over. */
export function selectColumns(table: Table, names: readonly string[]): Table {
  const byName = new Map(table.columns.map((column) => [column.name, column]));
  const columns = names.flatMap((name) => byName.get(name) ?? []);
  return { rows: table.rows, columns };
}

/** The rows from `start` to before `end`, as a view. */
export function sliceColumn(column: Column, start: number, end: number): Column {
  if (column.kind === 'string') return { ...column, codes: column.codes.subarray(start, end) };
  return { ...column, values: column.values.subarray(start, end) };
}

/** One cell for people and CSV: numbers as JavaScript prints them, times as ISO 8601, '' = missing. */
export function cellText(column: Column, row: number): string {
  switch (column.kind) {
    case 'number': {
      const value = column.values[row] as number;
      return Number.isNaN(value) ? '' : String(value);
    }
    case 'time': {
      const value = column.values[row] as number;
      return Number.isNaN(value) ? '' : new Date(value * 1000).toISOString().replace('.000Z', 'Z');
    }
    case 'string':
      return column.levels[column.codes[row] as number] ?? '';
  }
}

/** @param room where numbers and times are put, as many as there are rows; new memory when not given */
export function takeColumnRows(column: Column, rows: ArrayLike<number>, room?: Float64Array): Column {
  if (column.kind === 'string') {
    const codes = new Int32Array(rows.length);
    for (let i = 0; i < rows.length; i++) codes[i] = column.codes[rows[i] as number] as number;
    return { ...column, codes };
  }
  const values = room ?? new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) values[i] = column.values[rows[i] as number] as number;
  return { ...column, values };
}
