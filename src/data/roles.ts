import { MlxError } from '../errors.js';
import { didYouMean } from '../suggest.js';
import { reasonToIgnore } from './infer.js';
import type { ColumnSchema, Schema } from './schema.js';

/**
 * The schema with a target and without the dropped columns as features. A column that was the target before
 * becomes what it would have been by itself.
 * @throws MlxError TARGET_MISSING, COLUMN_NOT_FOUND, both with the likely name; USAGE for a dropped target
 */
export function withRoles(
  schema: Schema,
  { target, drop = [] }: { readonly target?: string; readonly drop?: readonly string[] },
): Schema {
  const names = schema.columns.map((column) => column.name);
  const known = new Set(names);
  if (target !== undefined && !known.has(target)) {
    throw new MlxError('TARGET_MISSING', `The table has no column "${target}" to be the target.`, {
      hint: didYouMean(target, names),
      details: { target, columns: names.slice(0, 100) },
    });
  }
  for (const name of drop) {
    if (known.has(name)) continue;
    throw new MlxError('COLUMN_NOT_FOUND', `The table has no column "${name}" to drop.`, {
      hint: didYouMean(name, names),
      details: { column: name },
    });
  }
  const dropped = new Set(drop);
  if (target !== undefined && dropped.has(target)) {
    throw new MlxError('USAGE', `The column "${target}" is the target and cannot be dropped too.`);
  }
  const columns = schema.columns.map((column) => withRole(column, target, dropped));
  return { ...schema, columns };
}

function withRole(
  column: ColumnSchema,
  target: string | undefined,
  dropped: ReadonlySet<string>,
): ColumnSchema {
  const { reason, ...rest } = column;
  if (column.name === target) return { ...rest, role: 'target' };
  if (dropped.has(column.name)) return { ...rest, role: 'ignore', reason: 'dropped by the user' };
  if (column.role !== 'target' || target === undefined) return column;
  const ownReason = reasonToIgnore(column);
  return ownReason === undefined
    ? { ...rest, role: 'feature' }
    : { ...rest, role: 'ignore', reason: ownReason };
}
