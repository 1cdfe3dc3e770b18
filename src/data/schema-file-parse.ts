import { MlxError } from '../errors.js';
import { suggest } from '../suggest.js';
import type { ColumnRole, ColumnType, TimeFormat } from './schema.js';
import { SCHEMA_FILE_VERSION, SCHEMA_KEY_NAMES, SCHEMA_KEYS, type SchemaKey } from './schema-file-keys.js';
import type { ColumnRule, SchemaRules } from './schema-rules.js';
import { timeFromText } from './time.js';

type Entry = Readonly<Record<string, unknown>>;

/** Roles that one column at most has. */
const SINGLE_ROLES: readonly ColumnRole[] = ['target', 'weight', 'time', 'group'];
const TOP_KEYS = ['$schema', 'version', 'columns'];
const SHOWN_PROBLEMS = 3;

/** Something wrong in the file: where, and what to do. */
interface Problem {
  readonly path: string;
  readonly message: string;
}

/**
 * The rules out of the text of a schema file. Strict: what is not understood is an error, not passed over.
 * @throws MlxError SCHEMA_INVALID; the first few wrong places are in the message, all in the details
 */
export function parseSchemaText(text: string, name: string): SchemaRules {
  const problems: Problem[] = [];
  const columns = parseTop(parseJson(text, name), problems).map((entry, index) =>
    parseColumn(entry, `columns[${index}]`, problems),
  );
  checkTogether(columns, problems);
  if (problems.length > 0) throw invalid(name, problems);
  return { version: SCHEMA_FILE_VERSION, columns };
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new MlxError('SCHEMA_INVALID', `${name} is not JSON: ${(error as Error).message}.`, {
      hint: 'Write a new one with `mlx preprocess --data FILE --save-schema FILE`.',
    });
  }
}

function parseTop(parsed: unknown, problems: Problem[]): readonly unknown[] {
  if (!isObject(parsed)) {
    problems.push({ path: 'the file', message: 'must be an object with "version" and "columns"' });
    return [];
  }
  const { version, columns } = parsed;
  if (typeof version === 'number' && version > SCHEMA_FILE_VERSION) {
    const message = `is ${version}, and this mlx knows versions up to ${SCHEMA_FILE_VERSION}: update mlx`;
    problems.push({ path: 'version', message });
    return [];
  }
  if (version !== SCHEMA_FILE_VERSION)
    problems.push({ path: 'version', message: `must be ${SCHEMA_FILE_VERSION}, not ${shown(version)}` });
  for (const key of Object.keys(parsed)) {
    if (!TOP_KEYS.includes(key))
      problems.push({ path: key, message: `is no key${didYouMean(key, TOP_KEYS)}` });
  }
  if (Array.isArray(columns)) return columns;
  problems.push({ path: 'columns', message: `must be a list of columns, not ${shown(columns)}` });
  return [];
}

function parseColumn(entry: unknown, at: string, problems: Problem[]): ColumnRule {
  if (!isObject(entry)) {
    problems.push({ path: at, message: `must be an object, not ${shown(entry)}` });
    return { name: '', type: 'text', role: 'ignore', required: false, allowUnseen: false, unique: false };
  }
  const where = typeof entry.name === 'string' ? `${at} (${JSON.stringify(entry.name)})` : at;
  for (const [key, value] of Object.entries(entry)) {
    const spec = SCHEMA_KEY_NAMES.find((known) => known === key);
    const message =
      spec === undefined
        ? `is no key of a column${didYouMean(key, SCHEMA_KEY_NAMES)}`
        : problemOf(SCHEMA_KEYS[spec], value);
    if (message !== undefined) problems.push({ path: `${where}.${key}`, message });
  }
  for (const key of ['name', 'type'] as const) {
    if (!Object.hasOwn(entry, key)) problems.push({ path: `${where}.${key}`, message: 'is needed' });
  }
  const rule = ruleOf(entry);
  problems.push(...misfits(entry, rule).map(([key, message]) => ({ path: `${where}.${key}`, message })));
  return rule;
}

function problemOf({ kind, choices = [] }: SchemaKey, value: unknown): string | undefined {
  switch (kind) {
    case 'text':
      return typeof value === 'string' ? undefined : `must be a text, not ${shown(value)}`;
    case 'choice': {
      if (typeof value === 'string' && choices.includes(value)) return undefined;
      const near = typeof value === 'string' ? didYouMean(value, choices) : '';
      return `must be one of ${choices.join(', ')}, not ${shown(value)}${near}`;
    }
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `must be true or false, not ${shown(value)}`;
    case 'share':
      return typeof value === 'number' && value >= 0 && value <= 1
        ? undefined
        : `must be a number from 0 to 1, not ${shown(value)}`;
    case 'bound':
      return typeof value === 'number' || typeof value === 'string'
        ? undefined
        : `must be a number or, for a time, a text, not ${shown(value)}`;
    case 'levels':
      return levelsProblem(value);
  }
}

function levelsProblem(value: unknown): string | undefined {
  if (!Array.isArray(value)) return `must be a list of texts, not ${shown(value)}`;
  const odd = value.findIndex((level) => typeof level !== 'string' || level.trim() === '');
  if (odd !== -1) return `has ${shown(value[odd])} at place ${odd}, which is no text`;
  const seen = new Set<unknown>();
  const repeated = value.find((level) => seen.size === seen.add(level).size);
  return repeated === undefined ? undefined : `has ${shown(repeated)} more than once`;
}

/** The rule that an entry states, so far as its values are of the right kind; the others are problems already. */
function ruleOf(entry: Entry): ColumnRule {
  const text = (key: string): string | undefined => (typeof entry[key] === 'string' ? entry[key] : undefined);
  const type = (text('type') ?? 'text') as ColumnType;
  const role = (text('role') ?? 'feature') as ColumnRole;
  const min = boundOf(type, entry.min);
  const max = boundOf(type, entry.max);
  const timeFormat = text('time_format') as TimeFormat | undefined;
  const reason = text('reason');
  const description = text('description');
  return {
    name: text('name') ?? '',
    type,
    role,
    required: typeof entry.required === 'boolean' ? entry.required : role !== 'ignore',
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(Array.isArray(entry.levels) ? { levels: entry.levels.map((level) => String(level).trim()) } : {}),
    allowUnseen: entry.allow_unseen === true,
    ...(typeof entry.max_missing === 'number' ? { maxMissing: entry.max_missing } : {}),
    unique: entry.unique === true,
    ...(timeFormat === undefined ? {} : { timeFormat }),
    ...(reason === undefined ? {} : { reason }),
    ...(description === undefined ? {} : { description }),
  };
}

function boundOf(type: ColumnType, value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return type === 'time' && typeof value === 'string' ? timeFromText(value, 'iso') : undefined;
}

/** Keys whose values are right by themselves, but not with the column's type or role. */
function misfits(entry: Entry, { type, role, min, max }: ColumnRule): [key: string, message: string][] {
  const found: [string, string][] = [];
  const isNumeric = type === 'number' || type === 'integer';
  for (const [key, bound] of [
    ['min', min],
    ['max', max],
  ] as const) {
    if (entry[key] === undefined) continue;
    if (!isNumeric && type !== 'time')
      found.push([key, `goes with a number, integer or time column, not ${type}`]);
    else if (isNumeric && typeof entry[key] === 'string')
      found.push([key, `must be a number, not ${shown(entry[key])}`]);
    else if (Number.isNaN(bound)) found.push([key, `must be a time in ISO 8601, not ${shown(entry[key])}`]);
  }
  if (min !== undefined && max !== undefined && min > max) found.push(['min', 'is above max']);
  if (entry.levels !== undefined && type !== 'category')
    found.push(['levels', `goes with a category column, not ${type}`]);
  if (entry.time_format !== undefined && type !== 'time')
    found.push(['time_format', `goes with a time column, not ${type}`]);
  if (role === 'feature' && (type === 'text' || type === 'identifier'))
    found.push([
      'role',
      `cannot be feature for the type ${type}: make the type category, or the role ignore`,
    ]);
  if (role === 'weight' && !isNumeric)
    found.push(['role', `cannot be weight for the type ${type}: weights are numbers`]);
  if (role === 'time' && !isNumeric && type !== 'time')
    found.push(['role', `cannot be time for the type ${type}: rows are ordered by times or numbers`]);
  return found;
}

function checkTogether(columns: readonly ColumnRule[], problems: Problem[]): void {
  const placeOf = new Map<string, number>();
  const holderOf = new Map<ColumnRole, number>();
  columns.forEach(({ name, role }, index) => {
    const where = `columns[${index}]`;
    const first = placeOf.get(name);
    if (first !== undefined && name !== '')
      problems.push({ path: `${where}.name`, message: `is ${shown(name)} again, as in columns[${first}]` });
    placeOf.set(name, first ?? index);
    const holder = holderOf.get(role);
    if (holder !== undefined && SINGLE_ROLES.includes(role))
      problems.push({
        path: `${where}.role`,
        message: `is ${role}, as in columns[${holder}]; one column can be`,
      });
    holderOf.set(role, holder ?? index);
  });
}

function invalid(name: string, problems: readonly Problem[]): MlxError {
  const words = problems.slice(0, SHOWN_PROBLEMS).map(({ path, message }) => `${path} ${message}`);
  const more = problems.length > words.length ? `; and ${problems.length - words.length} more` : '';
  return new MlxError('SCHEMA_INVALID', `${name}: ${words.join('; ')}${more}.`, {
    hint: 'Mend the file; docs/configuration.md lists what a schema file takes.',
    details: { problems },
  });
}

function didYouMean(name: string, known: readonly string[]): string {
  const near = suggest(name, known);
  return near === undefined ? '' : `; did you mean "${near}"?`;
}

function isObject(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
