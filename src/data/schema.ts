export const COLUMN_TYPES = [
  'number',
  'integer',
  'boolean',
  'category',
  'time',
  'text',
  'identifier',
] as const;
/** What a column holds. `text` and `identifier` are never features. */
export type ColumnType = (typeof COLUMN_TYPES)[number];

export const COLUMN_ROLES = ['feature', 'target', 'weight', 'time', 'group', 'ignore'] as const;
/**
 * What a column is for. `weight` is how much a row counts, `time` is when it happened and `group` is to whom:
 * rows are held out by them, and none of the three is a feature.
 */
export type ColumnRole = (typeof COLUMN_ROLES)[number];

/**
 * How the text of a time column is read; found from the data, never guessed in silence.
 * `iso` = ISO 8601 date or date-time (UTC unless an offset is given), `dmy` / `mdy` = day or month
 * first with `/`, `-` or `.` and an optional `HH:MM[:SS]`, `epoch` = seconds since 1970.
 */
export type TimeFormat = (typeof TIME_FORMATS)[number];
export const TIME_FORMATS = ['iso', 'dmy', 'mdy', 'epoch'] as const;

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

/** The column of a role that one column at most has. */
export function columnOfRole(schema: Schema, role: 'weight' | 'time' | 'group'): ColumnSchema | undefined {
  return schema.columns.find((column) => column.role === role);
}

/** The table column kind in which a column of this type is held. */
export function columnKind(type: ColumnType): 'number' | 'string' | 'time' {
  if (type === 'number' || type === 'integer') return 'number';
  return type === 'time' ? 'time' : 'string';
}
