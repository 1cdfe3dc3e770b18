import { MlxError } from '../errors.js';
import { didYouMean } from '../suggest.js';
import { reasonToIgnore } from './infer.js';
import type { ColumnRole, ColumnSchema, Schema } from './schema.js';

/** What a person says of columns by name. */
export interface RoleOptions {
  readonly target?: string | undefined;
  readonly drop?: readonly string[] | undefined;
  /** Features all the same where they would be left out. */
  readonly keep?: readonly string[] | undefined;
  readonly timeColumn?: string | undefined;
  readonly groupColumn?: string | undefined;
}

/**
 * The schema with a target, without the dropped columns as features, with the kept ones, and with the column that
 * rows are held out by: no feature unless it is kept. A column that was the target before becomes what it would
 * have been by itself.
 * @throws MlxError TARGET_MISSING, COLUMN_NOT_FOUND, both with the likely name; USAGE for a column with two uses
 *   that exclude each other, or one to keep that no model can take
 */
export function withRoles(schema: Schema, options: RoleOptions): Schema {
  const { target, drop = [], keep = [], timeColumn, groupColumn } = options;
  const names = schema.columns.map((column) => column.name);
  if (target !== undefined && !names.includes(target)) {
    throw new MlxError('TARGET_MISSING', `The table has no column "${target}" to be the target.`, {
      hint: didYouMean(target, names),
      details: { target, columns: names.slice(0, 100) },
    });
  }
  requireColumns(names, drop, 'to drop');
  requireColumns(names, keep, 'to keep');
  requireColumns(
    names,
    [timeColumn, groupColumn].flatMap((name) => name ?? []),
    'to hold rows out by',
  );
  requireOneUse({ ...options, drop, keep });
  const columns = schema.columns.map((column) => withRole(column, { ...options, drop, keep }));
  return { ...schema, columns };
}

function requireColumns(names: readonly string[], wanted: readonly string[], purpose: string): void {
  const known = new Set(names);
  const name = wanted.find((column) => !known.has(column));
  if (name === undefined) return;
  throw new MlxError('COLUMN_NOT_FOUND', `The table has no column "${name}" ${purpose}.`, {
    hint: didYouMean(name, names),
    details: { column: name },
  });
}

type Uses = RoleOptions & { readonly drop: readonly string[]; readonly keep: readonly string[] };

function requireOneUse({ target, drop, keep, timeColumn, groupColumn }: Uses): void {
  if (target !== undefined && drop.includes(target))
    throw new MlxError('USAGE', `The column "${target}" is the target and cannot be dropped too.`);
  const both = keep.find((name) => drop.includes(name));
  if (both !== undefined)
    throw new MlxError('USAGE', `The column "${both}" cannot be both dropped and kept.`);
  if (target !== undefined && (target === timeColumn || target === groupColumn))
    throw new MlxError('USAGE', `Rows cannot be held out by the target "${target}" itself.`);
}

function withRole(column: ColumnSchema, { target, drop, keep, timeColumn, groupColumn }: Uses): ColumnSchema {
  const { reason: _, ...rest } = column;
  const { name } = column;
  if (name === target) return { ...rest, role: 'target' };
  if (keep.includes(name)) return { ...rest, role: keptRole(column) };
  if (name === timeColumn) return { ...rest, role: 'time' };
  if (name === groupColumn) return { ...rest, role: 'group' };
  if (drop.includes(name)) return { ...rest, role: 'ignore', reason: 'dropped by the user' };
  const isReplaced =
    (column.role === 'target' && target !== undefined) ||
    (column.role === 'time' && timeColumn !== undefined) ||
    (column.role === 'group' && groupColumn !== undefined);
  if (!isReplaced) return column;
  const ownReason = reasonToIgnore(column);
  return ownReason === undefined
    ? { ...rest, role: 'feature' }
    : { ...rest, role: 'ignore', reason: ownReason };
}

function keptRole({ name, type, unique }: ColumnSchema): ColumnRole {
  if (unique > 0 && type !== 'identifier' && type !== 'text') return 'feature';
  const why = unique === 0 ? 'every value of it is missing' : `it is taken for ${type}`;
  throw new MlxError('USAGE', `The column "${name}" cannot be kept: ${why}.`, {
    hint: 'Give it another type in a schema file (--save-schema FILE, edit, --schema FILE).',
  });
}
