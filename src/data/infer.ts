import { type Anomaly, counted, type TfdvReason } from './anomaly.js';
import { numberFormat } from './number-format.js';
import { type NumberSummary, summarise } from './number-summary.js';
import { type OddCells, oddCellWords } from './odd-cells.js';
import type { ColumnSchema, TimeFormat } from './schema.js';
import type { Column, NumberColumn, StringColumn, TimeColumn } from './table.js';
import { looksLikeTime, offsetOf, provenOrder, timeFromText } from './time.js';
import { mixedTypes } from './type-change.js';
import { isTolerable } from './undecided.js';

/** A category has no more levels, in the schema and in a model. */
export const MAX_LEVELS = 10_000;
/** So few levels are a category however few the rows are. */
const FEW_LEVELS = 20;
/** Up to so many levels are a category where each has two rows on average; more need {@link LEVEL_SHARE}. */
const SOME_LEVELS = 50;
const LEVEL_SHARE = 0.05;
/** Fewer rows prove nothing about identifiers: any short column may count up or be all distinct. */
const MIN_IDENTIFIER_ROWS = 21;
/** Without order or a telling name, 1…n in any order is a row number from so many rows on. */
const MIN_SHUFFLED_ROWS = 100;
const IDENTIFIER_NAME = /(?:^|[_\s.-])(?:id|uuid|guid)$|^(?:index|idx|key|row|rownum|row_number)$/i;
const CAMEL_IDENTIFIER = /[a-z](?:ID|Id|UUID|Key)$/;

/** A column with its inferred schema: the column may have changed its kind. */
export interface InferredColumn {
  readonly column: Column;
  readonly schema: ColumnSchema;
  readonly anomalies: readonly Anomaly[];
}

/** What is known of a column beside its cells. */
export interface ColumnHints {
  /** The format of a time column; ISO 8601 when not given. */
  readonly timeFormat?: TimeFormat | undefined;
  /** The summary of a column of numbers or times, where it was made before. */
  readonly summary?: NumberSummary | undefined;
  /** Offsets from UTC in seconds that times have, and the row of each one's first. */
  readonly offsets?: ReadonlyMap<number, number> | undefined;
}

/**
 * The type, role and summary of a column, from all of its rows.
 * @param column numbers and times as decoded; text of any kind as trimmed text
 * @param odd cells that were left out as missing
 */
export function inferColumn(column: Column, odd: OddCells, hints: ColumnHints = {}): InferredColumn {
  const tfdv = column.kind === 'time' ? 'UNEXPECTED_DATA_TYPE' : 'FLOAT_TYPE_STRING_NOT_FLOAT';
  const oddCells = odd.count === 0 ? [] : [oddCellsAnomaly(column.name, odd, tfdv)];
  switch (column.kind) {
    case 'number':
      return inferNumber(column, hints.summary ?? summarise(column.values), oddCells);
    case 'time':
      return describeTime(column, hints.timeFormat ?? 'iso', hints.summary ?? summarise(column.values), [
        ...oddCells,
        ...mixedTimeZones(column.name, hints.offsets ?? new Map()),
      ]);
    case 'string':
      return inferText(column);
  }
}

function inferNumber(
  column: NumberColumn,
  { min, max, present, unique, isInteger }: NumberSummary,
  anomalies: readonly Anomaly[],
): InferredColumn {
  const { values, name } = column;
  if (present === 0) return describeText(emptyText(column), 'category', anomalies);
  if (isInteger && present === values.length && unique === present && isRowNumber(name, values, min, max)) {
    return describeText(asText(column), 'identifier', anomalies);
  }
  const type = isInteger ? 'integer' : 'number';
  const base = { name, type, missing: shareMissing(present, values.length), unique, min, max } as const;
  return { column, schema: { ...base, ...roleOf(base) }, anomalies };
}

function describeTime(
  column: TimeColumn,
  timeFormat: TimeFormat,
  { min, max, present, unique }: NumberSummary,
  anomalies: readonly Anomaly[],
): InferredColumn {
  const missing = shareMissing(present, column.values.length);
  const range = present === 0 ? {} : { min, max };
  const base = { name: column.name, type: 'time', missing, unique, timeFormat } as const;
  return { column, schema: { ...base, ...range, ...roleOf(base) }, anomalies };
}

function inferText(column: StringColumn): InferredColumn {
  const counts = levelCounts(column);
  const present = counts.reduce((sum, count) => sum + count, 0);
  if (present === 0) return describeText(column, 'category', []);
  const booleans = asBooleans(column);
  if (booleans !== undefined) return describeText(booleans, 'boolean', []);
  const order = dateOrder(column.levels, counts);
  if (order === 'dmy' || order === 'mdy') return readTimes(column, counts, order);
  const type = textType(column, present);
  if (order !== undefined) {
    const kept = type === 'identifier' ? 'text' : type;
    return describeText(column, kept, [ambiguousTime(column.name, order)]);
  }
  const format = numberFormat(column, counts);
  if (format !== undefined) return describeText(column, type === 'identifier' ? 'text' : type, [format]);
  return describeText(column, type, mixedTypes(column, type));
}

function readTimes(column: StringColumn, counts: Float64Array, format: 'dmy' | 'mdy'): InferredColumn {
  const byLevel = column.levels.map((level) => timeFromText(level, format));
  const values = Float64Array.from(column.codes, (code) => byLevel[code] ?? Number.NaN);
  const odd = byLevel.findIndex((value) => Number.isNaN(value));
  const anomalies: Anomaly[] = [];
  if (odd !== -1) {
    const count = byLevel.reduce(
      (sum, value, level) => sum + (Number.isNaN(value) ? (counts[level] ?? 0) : 0),
      0,
    );
    const row = column.codes.indexOf(odd) + 1;
    const message = `"${column.name}" holds dates, but for ${cells(count)}: row ${row} has "${column.levels[odd]}"`;
    const tfdv = 'UNEXPECTED_DATA_TYPE';
    anomalies.push({
      column: column.name,
      kind: 'odd-cells',
      severity: 'error',
      message,
      tfdv,
      count,
      rows: [row],
    });
  }
  const offsets = new Map<number, number>();
  byLevel.forEach((value, level) => {
    const offset = offsetOf(column.levels[level] as string);
    if (!Number.isNaN(value) && !offsets.has(offset)) offsets.set(offset, column.codes.indexOf(level) + 1);
  });
  anomalies.push(...mixedTimeZones(column.name, offsets));
  return describeTime({ kind: 'time', name: column.name, values }, format, summarise(values), anomalies);
}

/** day-first, month-first, or why neither can be told; undefined where the text is no date of this kind. */
function dateOrder(
  levels: readonly string[],
  counts: Float64Array,
): 'dmy' | 'mdy' | 'ambiguous' | 'contradictory' | undefined {
  if (!looksLikeTime(levels[0] ?? '') && !looksLikeTime(levels[1] ?? '')) return undefined;
  const rows = { dmy: 0, mdy: 0, either: 0, neither: 0 };
  let distinct = 0;
  levels.forEach((level, index) => {
    const order = provenOrder(level);
    rows[order] += counts[index] as number;
    if (order !== 'neither') distinct++;
  });
  const valid = rows.dmy + rows.mdy + rows.either;
  if (valid === 0 || !isTolerable(rows.neither, valid, () => distinct)) return undefined;
  const order = rows.dmy >= rows.mdy ? 'dmy' : 'mdy';
  if (rows[order] === 0) return 'ambiguous';
  const against = rows.dmy + rows.mdy - rows[order];
  return isTolerable(against + rows.neither, valid - against, () => distinct) ? order : 'contradictory';
}

function textType(column: StringColumn, present: number): 'category' | 'identifier' | 'text' {
  const unique = column.levels.length;
  if (unique === present && present >= MIN_IDENTIFIER_ROWS) {
    return column.levels.some((level) => /\s/.test(level)) ? 'text' : 'identifier';
  }
  const isFew = unique <= Math.max(SOME_LEVELS, LEVEL_SHARE * present) && unique <= present / 2;
  return unique <= FEW_LEVELS || (isFew && unique <= MAX_LEVELS) ? 'category' : 'text';
}

function describeText(
  column: StringColumn,
  type: 'category' | 'boolean' | 'identifier' | 'text',
  anomalies: readonly Anomaly[],
): InferredColumn {
  const rows = column.codes.length;
  const present = column.codes.reduce((count, code) => count + (code < 0 ? 0 : 1), 0);
  const unique = column.levels.length;
  const base = { name: column.name, type, missing: shareMissing(present, rows), unique } as const;
  const levels = type === 'category' || type === 'boolean' ? { levels: [...column.levels].sort() } : {};
  return { column, schema: { ...base, ...levels, ...roleOf(base) }, anomalies };
}

/** What a column is for until somebody says otherwise. */
function roleOf(
  column: Pick<ColumnSchema, 'type' | 'missing' | 'unique'>,
): Pick<ColumnSchema, 'role' | 'reason'> {
  const reason = reasonToIgnore(column);
  return reason === undefined ? { role: 'feature' } : { role: 'ignore', reason };
}

/** Why nothing can be learned from a column, in words; undefined where something can. */
export function reasonToIgnore({
  type,
  missing,
  unique,
}: Pick<ColumnSchema, 'type' | 'missing' | 'unique'>): string | undefined {
  if (unique === 0) return 'every value is missing';
  if (unique === 1 && missing === 0) return 'constant: one value in every row';
  if (type === 'identifier') return 'identifier: another value in every row';
  if (type === 'text') return 'free text: too many different values for a category';
  return undefined;
}

function isRowNumber(name: string, values: Float64Array, min: number, max: number): boolean {
  if (values.length < MIN_IDENTIFIER_ROWS) return false;
  if (CAMEL_IDENTIFIER.test(name) || IDENTIFIER_NAME.test(name)) return true;
  const step = (values[1] as number) - (values[0] as number);
  if (
    Math.abs(step) === 1 &&
    values.every((value, i) => i === 0 || value - (values[i - 1] as number) === step)
  ) {
    return true;
  }
  const isDense = max - min + 1 === values.length;
  return isDense && (min === 0 || min === 1) && values.length >= MIN_SHUFFLED_ROWS;
}

export function shareMissing(present: number, rows: number): number {
  return rows === 0 ? 0 : (rows - present) / rows;
}

function levelCounts({ codes, levels }: StringColumn): Float64Array {
  const counts = new Float64Array(levels.length);
  for (const code of codes) if (code >= 0) counts[code] = (counts[code] as number) + 1;
  return counts;
}

function asText({ name, values }: NumberColumn): StringColumn {
  const levels = Array.from(values, String);
  return { kind: 'string', name, codes: Int32Array.from(levels.keys()), levels };
}

function emptyText({ name, values }: NumberColumn): StringColumn {
  return { kind: 'string', name, codes: new Int32Array(values.length).fill(-1), levels: [] };
}

/** The column with the levels 'true' and 'false' where each spells one of them. */
function asBooleans({ name, codes, levels }: StringColumn): StringColumn | undefined {
  if (levels.length > 8) return undefined;
  const lower = levels.map((level) => level.toLowerCase());
  if (!lower.every((level) => level === 'true' || level === 'false')) return undefined;
  const kept = [...new Set(lower)];
  const newCodes = lower.map((level) => kept.indexOf(level));
  return { kind: 'string', name, codes: codes.map((code) => newCodes[code] ?? -1), levels: kept };
}

function ambiguousTime(name: string, order: 'ambiguous' | 'contradictory'): Anomaly {
  const fix = `Say which with \`--time-format ${name}=dmy\` (or mdy), or "timeFormats" in the configuration`;
  const message =
    order === 'ambiguous'
      ? `"${name}" holds dates that can be read day first or month first; it is taken as text. ${fix}.`
      : `"${name}" holds dates that are day first in some rows and month first in others; it is taken as text. ${fix}.`;
  return { column: name, kind: 'ambiguous-time', severity: 'warning', message, tfdv: 'UNEXPECTED_DATA_TYPE' };
}

function mixedTimeZones(name: string, offsets: ReadonlyMap<number, number>): Anomaly[] {
  if (offsets.size < 2) return [];
  const shown = [...offsets]
    .sort(([, row], [, other]) => row - other)
    .slice(0, 3)
    .map(([offset, row]) => `row ${row} has ${offsetWords(offset)}`);
  const message = `"${name}" holds times of ${offsets.size} offsets from UTC (${shown.join(', ')}); all are taken as the moments that they are, in UTC`;
  return [{ column: name, kind: 'mixed-time-zones', severity: 'warning', message }];
}

function offsetWords(offset: number): string {
  const minutes = Math.abs(offset) / 60;
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((part) =>
    String(part).padStart(2, '0'),
  );
  return offset === 0 ? 'UTC or none' : `${offset < 0 ? '-' : '+'}${hour}:${minute}`;
}

function oddCellsAnomaly(column: string, odd: OddCells, tfdv: TfdvReason): Anomaly {
  const [first] = odd.first;
  const where = first === undefined ? '' : `; ${oddCellWords(first)}`;
  const message = `"${column}" has ${cells(odd.count)} that cannot be read like the others${where}`;
  const rows = odd.first.map(({ row }) => row);
  return { column, kind: 'odd-cells', severity: 'error', message, tfdv, count: odd.count, rows };
}

function cells(count: number): string {
  return counted(count, 'cell');
}
