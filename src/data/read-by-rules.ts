import { type Anomaly, counted, NAMED_ROWS, type TfdvReason } from './anomaly.js';
import { CellError, decodeText } from './cell.js';
import { MAX_LEVELS, shareMissing } from './infer.js';
import { type Input, type OpenInput, withInput } from './input.js';
import { summarise } from './number-summary.js';
import { readOpen } from './read.js';
import type { ReadOptions, ReadResult, SourceOptions } from './reading.js';
import { type ColumnSchema, type ColumnType, columnKind, type Schema } from './schema.js';
import type { ColumnRule, SchemaRules } from './schema-rules.js';
import type { Column, StringColumn } from './table.js';
import { epoch } from './time.js';

type RuleOptions = SourceOptions & Pick<ReadOptions, 'chunkBytes'>;

/**
 * Reads a table as its schema file says: a column has the type that the file gives it, whatever its cells look
 * like, and cells that do not fit are missing in the table and said, all of them. The schema that comes back
 * describes the table as it is, with the file's types and roles; columns that the file does not name are ignored.
 * @returns as `readTable`; anomalies of the kinds `odd-cells` and `wrong-type`
 * @throws MlxError as `readTable` does without a schema
 */
export async function readByRules(
  input: Input,
  rules: SchemaRules,
  options: RuleOptions = {},
): Promise<ReadResult> {
  return withInput(input, options, (open) => readOpenByRules(open, rules, options));
}

async function readOpenByRules(
  open: OpenInput,
  rules: SchemaRules,
  options: RuleOptions,
): Promise<ReadResult> {
  const read = await readOpen(open, options);
  const ruleOf = new Map(rules.columns.map((rule) => [rule.name, rule]));
  const inferred = new Map(read.schema.columns.map((column) => [column.name, column]));
  const ruled = read.table.columns.filter(({ name }) => ruleOf.has(name));
  const lost = ruled.filter((column) => {
    const [rule, seen] = [ruleOf.get(column.name), inferred.get(column.name)];
    return rule !== undefined && seen !== undefined && hasLostText(column, seen, rule);
  });
  const texts = await readTexts(
    open,
    lost.map(({ name }) => name),
    options,
  );
  const anomalies: Anomaly[] = [];
  const columns: ColumnSchema[] = [];
  const typed = read.table.columns.map((column) => {
    const rule = ruleOf.get(column.name);
    const seen = inferred.get(column.name);
    if (rule === undefined || seen === undefined) {
      if (seen !== undefined) columns.push({ ...seen, role: 'ignore', reason: 'not in the schema file' });
      return column;
    }
    const text = texts.get(column.name);
    const made = typedColumn(text ?? column, rule);
    const odd = read.anomalies.find(({ column: name, kind }) => name === rule.name && kind === 'odd-cells');
    if (odd !== undefined && made.column === column) anomalies.push({ ...odd, tfdv: tfdvOf(rule.type) });
    anomalies.push(...made.anomalies);
    const described = describe(made.column, rule);
    if (rule.type === 'category' && described.unique > MAX_LEVELS) anomalies.push(...manyLevels(described));
    columns.push(described);
    return made.column;
  });
  const table = { rows: read.table.rows, columns: typed };
  return { ...read, table, schema: { version: 1, rows: table.rows, columns }, anomalies };
}

/** Whether the column as inferred does not hold what is needed to read it by the rule: the cells' own text. */
function hasLostText(column: Column, seen: ColumnSchema, rule: ColumnRule): boolean {
  const kind = columnKind(rule.type);
  if (column.kind === 'number')
    return !(kind === 'number' || (rule.type === 'time' && rule.timeFormat === 'epoch'));
  if (column.kind === 'time') return !(kind === 'time' && seen.timeFormat === (rule.timeFormat ?? 'iso'));
  if (kind !== 'string') return seen.type === 'boolean';
  if (seen.type === 'boolean') return rule.type !== 'boolean';
  return seen.type === 'identifier' && column.levels.every((level) => /^-?\d+$/.test(level));
}

/** The trimmed text of columns, which need a second pass over the file. */
async function readTexts(
  open: OpenInput,
  names: readonly string[],
  options: RuleOptions,
): Promise<ReadonlyMap<string, Column>> {
  if (names.length === 0) return new Map();
  const columns = names.map(
    (name): ColumnSchema => ({ name, type: 'text', role: 'ignore', missing: 0, unique: 0 }),
  );
  const schema: Schema = { version: 1, rows: 0, columns };
  const { table } = await readOpen(open, { ...options, schema, columns: names });
  return new Map(table.columns.map((column) => [column.name, column]));
}

interface Typed {
  readonly column: Column;
  readonly anomalies: readonly Anomaly[];
}

/** @param column of the rule's kind, numbers of an epoch, or text */
function typedColumn(column: Column, rule: ColumnRule): Typed {
  const kind = columnKind(rule.type);
  if (column.kind !== 'string') {
    if (column.kind === kind) return { column, anomalies: [] };
    return { column: { kind: 'time', name: rule.name, values: column.values.map(epoch) }, anomalies: [] };
  }
  const decoded = decodeLevels(column, rule);
  const anomalies = decoded.odd.size === 0 ? [] : [oddCells(column, rule, decoded.odd)];
  if (kind !== 'string') {
    const byLevel = Float64Array.from(decoded.values, (value) =>
      typeof value === 'number' ? value : Number.NaN,
    );
    const values = Float64Array.from(column.codes, (code) => byLevel[code] ?? Number.NaN);
    return { column: { kind, name: rule.name, values }, anomalies };
  }
  if (rule.type !== 'boolean') return { column, anomalies };
  const levels = ['false', 'true'];
  const codes = column.codes.map((code) => levels.indexOf(String(decoded.values[code])));
  return { column: { ...column, codes, levels }, anomalies };
}

interface Decoded {
  /** By level. */
  readonly values: readonly (number | string | null)[];
  readonly odd: ReadonlyMap<number, CellError>;
}

function decodeLevels({ levels }: StringColumn, rule: ColumnRule): Decoded {
  const odd = new Map<number, CellError>();
  const values = levels.map((level, code) => {
    try {
      return decodeText(rule, level);
    } catch (error) {
      if (!(error instanceof CellError)) throw error;
      odd.set(code, error);
      return null;
    }
  });
  return { values, odd };
}

function oddCells(column: StringColumn, rule: ColumnRule, odd: ReadonlyMap<number, CellError>): Anomaly {
  const rows: number[] = [];
  let [count, present] = [0, 0];
  let first: CellError | undefined;
  column.codes.forEach((code, row) => {
    if (code < 0) return;
    present++;
    const error = odd.get(code);
    if (error === undefined) return;
    first ??= error;
    count++;
    if (rows.length < NAMED_ROWS) rows.push(row + 1);
  });
  const { name, type } = rule;
  const where =
    first === undefined ? '' : `; row ${rows[0]}: expected ${first.expected}, got ${first.received}`;
  const isMost = count > present / 2;
  const message = isMost
    ? `"${name}" should be of type ${type}, and ${count} of its ${counted(present, 'value')} are not${where}`
    : `"${name}" has ${counted(count, 'cell')} that cannot be read as ${type}${where}`;
  const kind = isMost ? 'wrong-type' : 'odd-cells';
  return { column: name, kind, severity: 'error', message, tfdv: tfdvOf(type), count, rows };
}

/** Of so many classes no model is made; a feature is encoded by its hash, and its levels are not listed. */
function manyLevels({ name, role, unique }: ColumnSchema): Anomaly[] {
  if (role === 'target') {
    const message = `"${name}" has ${unique} levels; a target has ${MAX_LEVELS} at most`;
    return [{ column: name, kind: 'many-levels', severity: 'error', message, tfdv: 'UNEXPECTED_DATA_TYPE' }];
  }
  if (role !== 'feature') return [];
  const message = `"${name}" has ${unique} levels: more than ${MAX_LEVELS} are not listed, and it is hashed unless a recipe says otherwise`;
  return [{ column: name, kind: 'many-levels', severity: 'warning', message }];
}

/** What TFDV says of text where a type does not take it. */
function tfdvOf(type: ColumnType): TfdvReason {
  if (type === 'integer') return 'INT_TYPE_INT_EXPECTED';
  if (type === 'number') return 'FLOAT_TYPE_STRING_NOT_FLOAT';
  return type === 'boolean' ? 'BOOL_TYPE_UNEXPECTED_STRING' : 'UNEXPECTED_DATA_TYPE';
}

/** What the column holds, as inference would say it, under the rule's type and role. */
function describe(column: Column, rule: ColumnRule): ColumnSchema {
  const { name, type, role, reason, timeFormat } = rule;
  const said = { ...(reason === undefined ? {} : { reason }) };
  if (column.kind === 'string') {
    const used = new Uint8Array(column.levels.length);
    let present = 0;
    for (const code of column.codes) {
      if (code < 0) continue;
      used[code] = 1;
      present++;
    }
    const seen = column.levels.filter((_, code) => used[code] === 1);
    const isListed = (type === 'category' || type === 'boolean') && seen.length <= MAX_LEVELS;
    const levels = isListed ? { levels: seen.sort() } : {};
    return {
      name,
      type,
      role,
      missing: shareMissing(present, column.codes.length),
      unique: seen.length,
      ...levels,
      ...said,
    };
  }
  const { min, max, present, unique } = summarise(column.values);
  return {
    name,
    type,
    role,
    missing: shareMissing(present, column.values.length),
    unique,
    ...(present === 0 ? {} : { min, max }),
    ...(type === 'time' ? { timeFormat: timeFormat ?? 'iso' } : {}),
    ...said,
  };
}
