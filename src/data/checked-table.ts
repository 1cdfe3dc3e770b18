import type { Anomaly } from './anomaly.js';
import { findDuplicateColumns } from './duplicate-columns.js';
import { reasonToIgnore } from './infer.js';
import { type Input, inputName } from './input-name.js';
import { findLeaks, withoutLeaks } from './leakage.js';
import { readTable } from './read.js';
import { readByRules } from './read-by-rules.js';
import type { ReadResult, SourceOptions } from './reading.js';
import { type RoleOptions, withRoles } from './roles.js';
import type { Schema, Task, TimeFormat } from './schema.js';
import type { SchemaRules } from './schema-rules.js';
import { validateAlone, validateTable } from './validate.js';
import { requireNames } from './wanted.js';
import { validateWeights } from './weights.js';

export interface TableRequest extends RoleOptions {
  readonly input: Input;
  readonly source?: SourceOptions | undefined;
  /** What a schema file says; without it the schema is inferred. */
  readonly rules?: SchemaRules | undefined;
  /** Goes before what a schema file says. */
  readonly timeFormats?: Readonly<Record<string, TimeFormat>> | undefined;
  readonly task?: Task | undefined;
}

/** A table that was read, with what it is for and all that is wrong with it. */
export interface CheckedTable {
  readonly read: ReadResult;
  readonly schema: Schema;
  /** The schema file's rules with the roles that hold in the end. */
  readonly rules: SchemaRules | undefined;
  /** Of all columns but those that a person left out. */
  readonly anomalies: readonly Anomaly[];
}

/**
 * Reads a table, gives its columns their roles, and says what is wrong with it: by its own look, and by the schema
 * file where there is one. Columns that are as good as the target are left out, unless a person named them features,
 * with `keep` or in the schema file.
 * @throws MlxError as `readTable` and `withRoles` do
 */
export async function readChecked(request: TableRequest): Promise<CheckedTable> {
  const { input, source, timeFormats } = request;
  const rules = withTimeFormats(request);
  const read = await (rules === undefined
    ? readTable(input, { ...source, timeFormats, drop: request.drop })
    : readByRules(input, rules, source));
  const said = withRoles(read.schema, { ...request, ...rolesIn(request) });
  const byRules = rules === undefined ? undefined : rulesFor(rules, said);
  const left = new Set(byRules === undefined ? request.drop : ignoredColumns(byRules));
  const found = [
    ...read.anomalies.filter(({ column }) => !left.has(column)),
    ...(byRules === undefined ? validateAlone(said, left) : validateTable(read.table, byRules, said)),
    ...validateWeights(read.table, said),
  ];
  const kept = rules === undefined ? (request.keep ?? []) : said.columns.map(({ name }) => name);
  const leaks = withoutLeaks(said, findLeaks(read.table, said, request.task), kept);
  const anomalies = [...found, ...leaks.anomalies, ...findDuplicateColumns(read.table, leaks.schema)];
  return { read, schema: withoutEmpty(leaks.schema), rules: byRules, anomalies };
}

/**
 * Reads a second table as the first one was read. With a schema file all that is wrong is in the anomalies; without
 * one a cell that does not fit the first table's schema is an error at once.
 * @throws MlxError as `readTable` does
 */
export async function readSecond(
  input: Input,
  { rules, schema }: Pick<CheckedTable, 'rules' | 'schema'>,
  source: SourceOptions = {},
): Promise<ReadResult> {
  if (rules === undefined) return readTable(input, { ...source, schema });
  const read = await readByRules(input, rules, source);
  const found = [
    ...validateTable(read.table, rules, read.schema),
    ...validateWeights(read.table, read.schema),
  ];
  return { ...read, anomalies: [...read.anomalies, ...found] };
}

function withTimeFormats({ rules, timeFormats = {}, input }: TableRequest): SchemaRules | undefined {
  if (rules === undefined) return undefined;
  const names = rules.columns.map(({ name }) => name);
  requireNames(Object.keys(timeFormats), names, `The schema file for ${inputName(input)}`);
  const formatOf = new Map(Object.entries(timeFormats));
  const columns = rules.columns.map((rule) => {
    const timeFormat = formatOf.get(rule.name);
    return timeFormat === undefined ? rule : { ...rule, type: 'time' as const, timeFormat };
  });
  return { ...rules, columns };
}

/** Nothing can be learned from a column without values, whatever a schema file says. */
function withoutEmpty(schema: Schema): Schema {
  const columns = schema.columns.map((column) => {
    if (column.role !== 'feature' || column.unique > 0) return column;
    return { ...column, role: 'ignore' as const, reason: reasonToIgnore(column) ?? '' };
  });
  return { ...schema, columns };
}

/** A schema file that calls the column which rows are held out by a feature is followed. */
function rolesIn({ rules, keep = [], timeColumn, groupColumn }: TableRequest): Pick<RoleOptions, 'keep'> {
  const isFeature = (name: string | undefined): name is string =>
    rules?.columns.some((rule) => rule.name === name && rule.role === 'feature') ?? false;
  return { keep: [...keep, ...[timeColumn, groupColumn].filter(isFeature)] };
}

/** The rules with the roles that hold in the end. */
function rulesFor(rules: SchemaRules, schema: Schema): SchemaRules {
  const roleOf = new Map(schema.columns.map(({ name, role }) => [name, role]));
  const columns = rules.columns.map((rule) => ({ ...rule, role: roleOf.get(rule.name) ?? rule.role }));
  return { ...rules, columns };
}

function ignoredColumns({ columns }: SchemaRules): readonly string[] {
  return columns.filter(({ role }) => role === 'ignore').map(({ name }) => name);
}
