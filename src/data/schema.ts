/** What a column holds. `text` and `identifier` are never features. */
export type ColumnType = 'number' | 'integer' | 'boolean' | 'category' | 'time' | 'text' | 'identifier';

/** What a column is for. */
export type ColumnRole = 'feature' | 'target' | 'ignore';

/**
 * How the text of a time column is read; found from the data, never guessed in silence.
 * `iso` = ISO 8601 date or date-time (UTC unless an offset is given), `dmy` / `mdy` = day or month
 * first with `/`, `-` or `.` and an optional `HH:MM[:SS]`, `epoch` = seconds since 1970.
 */
export type TimeFormat = 'iso' | 'dmy' | 'mdy' | 'epoch';

export interface ColumnSchema {
  readonly name: string;
  readonly type: ColumnType;
  readonly role: ColumnRole;
  /** Share of rows without a value, 0..1. */
  readonly missing: number;
  /** Number of distinct values (for numbers and times too). */
  readonly unique: number;
  /** Category and boolean columns: the levels seen, sorted; at most MAX_LEVELS. */
  readonly levels?: readonly string[];
  /** Number, integer and time columns (epoch seconds): smallest and largest value. */
  readonly min?: number;
  readonly max?: number;
  readonly timeFormat?: TimeFormat;
  /** Why the role is `ignore`, in words. */
  readonly reason?: string;
}

export interface Schema {
  readonly version: 1;
  /** Rows that the schema was inferred from. */
  readonly rows: number;
  readonly columns: readonly ColumnSchema[];
}

/** What a model's task is; a multi-class task is `classification` too. */
export type Task = 'classification' | 'regression';

export function featureColumns(schema: Schema): readonly ColumnSchema[] {
  return schema.columns.filter((column) => column.role === 'feature');
}

export function targetColumn(schema: Schema): ColumnSchema | undefined {
  return schema.columns.find((column) => column.role === 'target');
}

/** The table column kind in which a column of this type is held. */
export function columnKind(type: ColumnType): 'number' | 'string' | 'time' {
  if (type === 'number' || type === 'integer') return 'number';
  return type === 'time' ? 'time' : 'string';
}
