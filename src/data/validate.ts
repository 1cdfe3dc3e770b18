import { MlxError } from '../errors.js';
import type { Anomaly, AnomalyKind } from './anomaly.js';
import type { ColumnSchema, Schema } from './schema.js';
import {
  type Column,
  findColumn,
  type NumberColumn,
  type StringColumn,
  type Table,
  type TimeColumn,
} from './table.js';
import { timeFromText } from './time.js';

export type { Anomaly, AnomalyKind } from './anomaly.js';

/** Beyond this share of missing cells a column is called mostly missing. */
const MOSTLY_MISSING = 0.5;
const SHOWN_LEVELS = 5;

/**
 * What is wrong with a table, measured by the schema that it should have.
 * Errors: a feature or target column is missing, or holds another type. Warnings: all, or more than half, of
 * a column missing where the schema had fewer; one value in every row; levels or values that the schema has not seen.
 * Columns that the schema ignores are passed over. To check a table by itself, give its own schema twice.
 * @param seen the schema inferred from the table itself
 */
export function validateTable(table: Table, schema: Schema, seen: Schema): readonly Anomaly[] {
  const seenByName = new Map(seen.columns.map((column) => [column.name, column]));
  return schema.columns
    .filter((expected) => expected.role !== 'ignore' || expected === seenByName.get(expected.name))
    .flatMap((expected) => {
      const column = findColumn(table, expected.name);
      const found = seenByName.get(expected.name);
      if (column === undefined || found === undefined) return [missingColumn(expected)];
      return [...checkPresence(found), ...checkFit(column, expected, found)];
    });
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

function missingColumn({ name, type }: ColumnSchema): Anomaly {
  return anomaly(name, 'missing-column', 'error', `the column "${name}" (${type}) is missing`);
}

function checkPresence({ name, missing, unique }: ColumnSchema): Anomaly[] {
  if (unique === 0) return [anomaly(name, 'all-missing', 'warning', `every value of "${name}" is missing`)];
  if (missing > MOSTLY_MISSING) {
    const share = `${(missing * 100).toFixed(1)} %`;
    return [anomaly(name, 'mostly-missing', 'warning', `${share} of "${name}" is missing`)];
  }
  if (unique > 1 || missing > 0) return [];
  return [anomaly(name, 'constant', 'warning', `"${name}" has one value in every row`)];
}

function checkFit(column: Column, expected: ColumnSchema, found: ColumnSchema): Anomaly[] {
  const { name } = expected;
  if (found.unique === 0) return [];
  if (!isCompatible(column, expected)) {
    const message = `"${name}" should be of type ${expected.type} and is of type ${found.type}`;
    return [anomaly(name, 'wrong-type', 'error', message)];
  }
  if (column.kind === 'string') return checkLevels(column, expected);
  return expected.levels === undefined ? checkRange(column, expected) : checkLevels(asText(column), expected);
}

/** Whether the cells of a column could be read as the type it should have. */
function isCompatible(column: Column, expected: ColumnSchema): boolean {
  switch (expected.type) {
    case 'number':
    case 'integer':
      return column.kind === 'number' || (column.kind === 'string' && isNumericIdentifier(column.levels));
    case 'time':
      return (
        column.kind === 'time' ||
        (column.kind === 'number' && expected.timeFormat === 'epoch') ||
        (column.kind === 'string' && column.levels.every((level) => isTime(level, expected)))
      );
    case 'boolean':
      return (
        column.kind === 'string' && column.levels.every((level) => level === 'true' || level === 'false')
      );
    case 'category':
    case 'text':
    case 'identifier':
      return column.kind !== 'time';
  }
}

/** Numbers that inference took for row numbers are text in the table. */
function isNumericIdentifier(levels: readonly string[]): boolean {
  return levels.every((level) => /^-?\d+$/.test(level));
}

function isTime(level: string, { timeFormat = 'iso' }: ColumnSchema): boolean {
  return !Number.isNaN(timeFromText(level, timeFormat));
}

/** Numbers as the category that they are in the schema. */
function asText({ name, values }: NumberColumn | TimeColumn): StringColumn {
  const codeOf = new Map<number, number>();
  const codes = Int32Array.from(values, (value) => {
    if (Number.isNaN(value)) return -1;
    const code = codeOf.get(value) ?? codeOf.size;
    codeOf.set(value, code);
    return code;
  });
  return { kind: 'string', name, codes, levels: Array.from(codeOf.keys(), String) };
}

function checkLevels(column: StringColumn, expected: ColumnSchema): Anomaly[] {
  if (expected.levels === undefined) return [];
  const known = new Set(expected.levels);
  const isUnseen = column.levels.map((level) => !known.has(level));
  const count = column.codes.reduce((sum, code) => sum + (code >= 0 && isUnseen[code] ? 1 : 0), 0);
  if (count === 0) return [];
  const unseen = new Set<string>();
  for (const code of column.codes) if (code >= 0 && isUnseen[code]) unseen.add(column.levels[code] as string);
  const names = [...unseen].slice(0, SHOWN_LEVELS).map((level) => `"${level}"`);
  const more = unseen.size > names.length ? ` and ${unseen.size - names.length} more` : '';
  const message = `"${expected.name}" has levels that were not seen before: ${names.join(', ')}${more}`;
  return [{ ...anomaly(expected.name, 'unseen-levels', 'warning', message), count }];
}

function checkRange(column: NumberColumn | TimeColumn, expected: ColumnSchema): Anomaly[] {
  const { name, min, max } = expected;
  if (min === undefined || max === undefined) return [];
  let count = 0;
  for (let row = 0; row < column.values.length; row++) {
    const value = column.values[row] as number;
    if (value < min || value > max) count++;
  }
  if (count === 0) return [];
  const shown = (value: number) =>
    column.kind === 'time' ? new Date(value * 1000).toISOString() : String(value);
  const values = count === 1 ? '1 value' : `${count} values`;
  const message = `"${name}" has ${values} outside ${shown(min)} to ${shown(max)}`;
  return [{ ...anomaly(name, 'out-of-range', 'warning', message), count }];
}

function anomaly(column: string, kind: AnomalyKind, severity: Anomaly['severity'], message: string): Anomaly {
  return { column, kind, severity, message };
}
