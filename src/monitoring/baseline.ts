import type { ColumnSchema, ColumnType } from '../data/schema.js';
import { columnKind } from '../data/schema.js';
import type { Column, NumberColumn, StringColumn, Table, TimeColumn } from '../data/table.js';
import { findColumn } from '../data/table.js';
import { MlxError } from '../errors.js';
import { quantile } from '../stats/quantile.js';
import { createRandom, type Random } from '../stats/random.js';
import { summarise } from '../stats/summary.js';

/** What the training data looked like: plain JSON, kept inside the model file. */
export interface Baseline {
  readonly version: 1;
  readonly rows: number;
  /** The model's input columns; identifiers and free text are left out. */
  readonly columns: readonly BaselineColumn[];
  /** What the model answered, a score or a label; over held-out rows where the caller has them. */
  readonly prediction: BaselineColumn | null;
}

export type BaselineColumn = NumericBaseline | CategoryBaseline;

interface ColumnBaseline {
  readonly name: string;
  readonly type: ColumnType;
  readonly rows: number;
  /** Rows with a value. */
  readonly count: number;
  /** Share of rows without one, 0..1. */
  readonly missing: number;
}

/** Numbers, and times in epoch seconds. ±∞ counts as missing. */
export interface NumericBaseline extends ColumnBaseline {
  readonly kind: 'number' | 'time';
  /** Null when there is no value. */
  readonly mean: number | null;
  /** Sample standard deviation; null below two values. */
  readonly sd: number | null;
  /** At the levels QUANTILE_LEVELS, of `sample`; empty when there is no value. */
  readonly quantiles: readonly number[];
  /** Values drawn without replacement, ascending; all of them when they are few. */
  readonly sample: readonly number[];
}

/** Categories and booleans. */
export interface CategoryBaseline extends ColumnBaseline {
  readonly kind: 'string';
  /** Level and count, most frequent first. */
  readonly levels: readonly (readonly [level: string, count: number])[];
  /** Rows whose level is not listed. */
  readonly other: number;
}

export interface BaselineOptions {
  /** Largest sample per numeric column. */
  readonly maxValues?: number;
  readonly seed: number;
  /** The model's answers, on these or, better, on held-out rows. */
  readonly prediction?: Column;
}

export const QUANTILE_LEVELS = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1] as const;
const MAX_VALUES = 5000;
const MAX_LISTED_LEVELS = 1000;

/**
 * Describes the named columns of a table. The sample of column i depends on (seed, i) alone.
 *
 * @throws DATA_INVALID when the table lacks a column or holds it as another kind
 */
export function buildBaseline(
  table: Table,
  columns: readonly ColumnSchema[],
  { maxValues = MAX_VALUES, seed, prediction }: BaselineOptions,
): Baseline {
  const monitored = monitoredColumns(columns);
  return {
    version: 1,
    rows: table.rows,
    columns: monitored.map((schema, index) => {
      const column = columnFor(table, schema.name, columnKind(schema.type));
      return describeColumn(column, schema.type, maxValues, createRandom(seed, index));
    }),
    prediction:
      prediction === undefined
        ? null
        : describeColumn(prediction, columnType(prediction), maxValues, createRandom(seed, monitored.length)),
  };
}

/**
 * The column of a table that holds what a baseline or schema expects.
 *
 * @throws DATA_INVALID when it is absent or of another kind
 */
export function columnFor(table: Table, name: string, kind: Column['kind']): Column {
  const column = findColumn(table, name);
  if (column?.kind === kind) return column;
  const found = column === undefined ? 'is not in the table' : `holds ${KIND_WORDS[column.kind]}`;
  throw new MlxError(
    'DATA_INVALID',
    `The column ${JSON.stringify(name)} should hold ${KIND_WORDS[kind]}, but ${found}.`,
    {
      hint: 'Compare data that has the columns the model was trained on.',
      details: { column: name },
    },
  );
}

const KIND_WORDS = { number: 'numbers', time: 'times', string: 'text' } as const;

function monitoredColumns(columns: readonly ColumnSchema[]): ColumnSchema[] {
  return columns.filter(({ type }) => type !== 'text' && type !== 'identifier');
}

function columnType(column: Column): ColumnType {
  return column.kind === 'string' ? 'category' : column.kind;
}

function describeColumn(column: Column, type: ColumnType, maxValues: number, random: Random): BaselineColumn {
  return column.kind === 'string'
    ? describeCategories(column, type)
    : describeNumbers(column, type, maxValues, random);
}

function describeNumbers(
  column: NumberColumn | TimeColumn,
  type: ColumnType,
  maxValues: number,
  random: Random,
): NumericBaseline {
  const { count, missing, mean, sd } = summarise(column.values);
  const sample = drawSample(column.values.filter(Number.isFinite), maxValues, random).sort();
  return {
    kind: column.kind,
    name: column.name,
    type,
    rows: column.values.length,
    count,
    missing: shareOf(missing, column.values.length),
    mean: finiteOrNull(mean),
    sd: finiteOrNull(sd),
    quantiles: count === 0 ? [] : QUANTILE_LEVELS.map((level) => quantile(sample, level)),
    sample: Array.from(sample),
  };
}

/** Without replacement: the first steps of a Fisher–Yates shuffle of `values`, which is overwritten. */
function drawSample(values: Float64Array, size: number, random: Random): Float64Array {
  if (values.length <= size) return values;
  for (let i = 0; i < size; i++) {
    const j = i + random.int(values.length - i);
    const drawn = values[j] as number;
    values[j] = values[i] as number;
    values[i] = drawn;
  }
  return values.slice(0, size);
}

function describeCategories(column: StringColumn, type: ColumnType): CategoryBaseline {
  const counts = countLevels(column);
  const count = counts.reduce((sum, [, n]) => sum + n, 0);
  counts.sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const levels = counts.slice(0, MAX_LISTED_LEVELS);
  const listed = levels.reduce((sum, [, n]) => sum + n, 0);
  return {
    kind: 'string',
    name: column.name,
    type,
    rows: column.codes.length,
    count,
    missing: shareOf(column.codes.length - count, column.codes.length),
    levels,
    other: count - listed,
  };
}

/** Levels that occur, with their counts; missing cells are not counted. */
export function countLevels(column: StringColumn): [level: string, count: number][] {
  const counts = new Float64Array(column.levels.length);
  for (const code of column.codes) if (code >= 0) counts[code] = (counts[code] as number) + 1;
  return column.levels.flatMap((level, code) => {
    const count = counts[code] as number;
    return count > 0 ? [[level, count] as [string, number]] : [];
  });
}

function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
