import { MlxError } from '../errors.js';
import { type Anomaly, type AnomalyKind, counted, NAMED_ROWS, type TfdvReason } from './anomaly.js';
import type { ColumnSchema, ColumnType, Schema } from './schema.js';
import type { ColumnRule, SchemaRules } from './schema-rules.js';
import {
  type Column,
  cellText,
  type NumberColumn,
  type StringColumn,
  type Table,
  type TimeColumn,
} from './table.js';

export type { Anomaly, AnomalyKind } from './anomaly.js';

/** Beyond this share of missing cells a column is called mostly missing. */
const MOSTLY_MISSING = 0.5;
const SHOWN_LEVELS = 5;

/**
 * What strikes in the columns of a table by themselves: no values, few, or one alone. Warnings all.
 * @param left columns to pass over
 */
export function validateAlone(schema: Schema, left: ReadonlySet<string> = new Set()): readonly Anomaly[] {
  return schema.columns.filter(({ name }) => !left.has(name)).flatMap(checkPresence);
}

/**
 * Everything in which a table departs from the rules that it should follow, each with the rows where it does. Errors:
 * a required column is missing, too much of it is missing, a whole number is none, a value is there twice that may
 * not be, a value lies outside its range or levels; the last is a warning where the rule allows it. Warnings too:
 * a column that no rule names, and what {@link validateAlone} finds. Ignored columns are passed over.
 * @param seen the schema of the table itself, read by the same rules
 */
export function validateTable(table: Table, rules: SchemaRules, seen: Schema): readonly Anomaly[] {
  const columnOf = new Map(table.columns.map((column) => [column.name, column]));
  const seenOf = new Map(seen.columns.map((column) => [column.name, column]));
  const checked = rules.columns.flatMap((rule) => {
    const [column, found] = [columnOf.get(rule.name), seenOf.get(rule.name)];
    if (column === undefined || found === undefined) return missingColumn(rule);
    if (rule.role === 'ignore') return [];
    return [...checkMissing(rule, found), ...checkValues(column, rule, found)];
  });
  const ruled = new Set(rules.columns.map(({ name }) => name));
  const extra = table.columns.filter(({ name }) => !ruled.has(name)).map(({ name }) => newColumn(name));
  return [...checked, ...extra];
}

/** Throws when there is an error among the anomalies; the first few are in the message, all in the details. */
export function failOnErrors(anomalies: readonly Anomaly[], name: string): void {
  const errors = anomalies.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  const shown = errors.slice(0, 3).map(({ message }) => message);
  const more = errors.length > shown.length ? `; and ${errors.length - shown.length} more` : '';
  throw new MlxError('DATA_INVALID', `${name} is not usable: ${shown.join('; ')}${more}.`, {
    hint: 'Correct the cells, or leave them empty where the value is not known.',
    details: { anomalies: errors },
  });
}

function missingColumn({ name, type, role, required }: ColumnRule): Anomaly[] {
  if (!required && role === 'ignore') return [];
  const severity = required ? 'error' : 'warning';
  return [
    anomaly(
      name,
      'missing-column',
      severity,
      `the column "${name}" (${type}) is missing`,
      'SCHEMA_MISSING_COLUMN',
    ),
  ];
}

function newColumn(name: string): Anomaly {
  return anomaly(
    name,
    'new-column',
    'warning',
    `the schema has no column "${name}"; it is ignored`,
    'SCHEMA_NEW_COLUMN',
  );
}

function checkMissing(rule: ColumnRule, found: ColumnSchema): Anomaly[] {
  const { name, maxMissing } = rule;
  if (maxMissing === undefined || found.missing <= maxMissing) return checkPresence(found);
  const message = `${percent(found.missing)} of "${name}" is missing; ${percent(maxMissing)} may be`;
  const tfdv = found.unique === 0 ? 'FEATURE_TYPE_NOT_PRESENT' : 'FEATURE_TYPE_LOW_FRACTION_PRESENT';
  return [anomaly(name, 'too-many-missing', 'error', message, tfdv)];
}

function checkPresence({ name, missing, unique }: ColumnSchema): Anomaly[] {
  if (unique === 0) {
    const message = `every value of "${name}" is missing`;
    return [anomaly(name, 'all-missing', 'warning', message, 'FEATURE_TYPE_NOT_PRESENT')];
  }
  if (missing > MOSTLY_MISSING) {
    const message = `${percent(missing)} of "${name}" is missing`;
    return [anomaly(name, 'mostly-missing', 'warning', message, 'FEATURE_TYPE_LOW_FRACTION_PRESENT')];
  }
  if (unique > 1 || missing > 0) return [];
  return [
    anomaly(name, 'constant', 'warning', `"${name}" has one value in every row`, 'FEATURE_TYPE_LOW_UNIQUE'),
  ];
}

function checkValues(column: Column, rule: ColumnRule, found: ColumnSchema): Anomaly[] {
  if (found.unique === 0) return [];
  const unique = rule.unique ? checkUnique(column, found) : [];
  if (column.kind === 'string') return [...checkLevels(column, rule), ...unique];
  const whole = rule.type === 'integer' ? checkWhole(column) : [];
  return [...whole, ...checkRange(column, rule, found), ...unique];
}

function checkLevels(column: StringColumn, { name, levels, allowUnseen }: ColumnRule): Anomaly[] {
  if (levels === undefined) return [];
  const known = new Set(levels);
  const isUnseen = column.levels.map((level) => !known.has(level));
  const places = placesWhere(column.codes.length, (row) => isUnseen[column.codes[row] as number] === true);
  if (places.count === 0) return [];
  const unseen = new Set<string>();
  for (const code of column.codes) if (isUnseen[code] === true) unseen.add(column.levels[code] as string);
  const names = [...unseen].slice(0, SHOWN_LEVELS).map((level) => `"${level}"`);
  const more = unseen.size > names.length ? ` and ${unseen.size - names.length} more` : '';
  const message = `"${name}" has levels that the schema does not know: ${names.join(', ')}${more}${placeWords(places)}`;
  const severity = allowUnseen ? 'warning' : 'error';
  const tfdv = 'ENUM_TYPE_UNEXPECTED_STRING_VALUES';
  return [{ ...anomaly(name, 'unseen-levels', severity, message, tfdv), ...places }];
}

function checkWhole(column: NumberColumn | TimeColumn): Anomaly[] {
  const { name, values } = column;
  const places = placesWhere(values.length, (row) => isFractional(values[row] as number));
  if (places.count === 0) return [];
  const message = `"${name}" should hold whole numbers and ${counted(places.count, 'value')} are none: ${firstCell(column, places)}`;
  return [{ ...anomaly(name, 'wrong-type', 'error', message, 'INT_TYPE_INT_EXPECTED'), ...places }];
}

function isFractional(value: number): boolean {
  return !Number.isNaN(value) && !Number.isInteger(value);
}

/** Below and above; TFDV knows no range of times. */
const RANGE_REASONS: Partial<Record<ColumnType, readonly [TfdvReason, TfdvReason]>> = {
  number: ['FLOAT_TYPE_SMALL_FLOAT', 'FLOAT_TYPE_BIG_FLOAT'],
  integer: ['INT_TYPE_SMALL_INT', 'INT_TYPE_BIG_INT'],
};

function checkRange(column: NumberColumn | TimeColumn, rule: ColumnRule, found: ColumnSchema): Anomaly[] {
  const { name, min = -Infinity, max = Infinity, allowUnseen, type } = rule;
  const severity = allowUnseen ? 'warning' : 'error';
  const sides = [
    {
      isPassed: (found.min as number) < min,
      isOutside: (value: number) => value < min,
      words: `below ${boundText(column, min)}`,
      tfdv: RANGE_REASONS[type]?.[0],
    },
    {
      isPassed: (found.max as number) > max,
      isOutside: (value: number) => value > max,
      words: `above ${boundText(column, max)}`,
      tfdv: RANGE_REASONS[type]?.[1],
    },
  ] as const;
  return sides
    .filter(({ isPassed }) => isPassed)
    .map(({ isOutside, words, tfdv }) => {
      const places = placesWhere(column.values.length, (row) => isOutside(column.values[row] as number));
      const message = `"${name}" has ${counted(places.count, 'value')} ${words}: ${firstCell(column, places)}`;
      return { ...anomaly(name, 'out-of-range', severity, message, tfdv), ...places };
    });
}

function checkUnique(column: Column, found: ColumnSchema): Anomaly[] {
  const rows = column.kind === 'string' ? column.codes.length : column.values.length;
  const present = Math.round(rows * (1 - found.missing));
  if (found.unique === present) return [];
  const values = column.kind === 'string' ? column.codes : column.values;
  const seen = new Set<number>();
  const places = placesWhere(rows, (row) => {
    const value = values[row] as number;
    const isThere = column.kind === 'string' ? value >= 0 : !Number.isNaN(value);
    return isThere && seen.size === seen.add(value).size;
  });
  const message = `"${column.name}" should be unique and ${counted(places.count, 'value')} were there before: ${firstCell(column, places)}`;
  return [{ ...anomaly(column.name, 'not-unique', 'error', message, 'FEATURE_TYPE_LOW_UNIQUE'), ...places }];
}

/** How many cells, and the first few of their rows, from 1. */
interface Places {
  readonly count: number;
  readonly rows: readonly number[];
}

function placesWhere(length: number, isOne: (row: number) => boolean): Places {
  const rows: number[] = [];
  let count = 0;
  for (let row = 0; row < length; row++) {
    if (!isOne(row)) continue;
    count++;
    if (rows.length < NAMED_ROWS) rows.push(row + 1);
  }
  return { count, rows };
}

function placeWords({ count, rows }: Places): string {
  const more = count > rows.length ? ` and ${count - rows.length} more` : '';
  return ` (${rows.length === 1 ? 'row' : 'rows'} ${rows.join(', ')}${more})`;
}

function firstCell(column: Column, { rows }: Places): string {
  const row = rows[0] as number;
  return `row ${row} has ${cellText(column, row - 1)}`;
}

function boundText({ kind }: Column, bound: number): string {
  return kind === 'time' && Number.isFinite(bound)
    ? new Date(bound * 1000).toISOString().replace('.000Z', 'Z')
    : String(bound);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function anomaly(
  column: string,
  kind: AnomalyKind,
  severity: Anomaly['severity'],
  message: string,
  tfdv?: TfdvReason,
): Anomaly {
  return { column, kind, severity, message, ...(tfdv === undefined ? {} : { tfdv }) };
}
