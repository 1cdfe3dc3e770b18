import type { ColumnRole, ColumnSchema, ColumnType, Schema, TimeFormat } from './schema.js';

/** What a person says of a column: how it is read, what it is for, and what its values may be. */
export interface ColumnRule {
  readonly name: string;
  readonly type: ColumnType;
  readonly role: ColumnRole;
  /** Whether a table without the column is invalid. */
  readonly required: boolean;
  /** Number, integer and time columns (epoch seconds): the allowed range, both ends in it. */
  readonly min?: number;
  readonly max?: number;
  /** Category columns: the allowed levels. */
  readonly levels?: readonly string[];
  /** Values outside the range or the levels are a warning; otherwise an error. */
  readonly allowUnseen: boolean;
  /** Largest share of rows without a value, 0..1. */
  readonly maxMissing?: number;
  /** No value may be there twice. */
  readonly unique: boolean;
  readonly timeFormat?: TimeFormat;
  /** Why the role is `ignore`, in words. */
  readonly reason?: string;
  readonly description?: string;
}

/** What a schema file says: how a table is to be read, and what it is held against. */
export interface SchemaRules {
  readonly version: 1;
  readonly columns: readonly ColumnRule[];
}

/** A column may lack this much more of its values than it did, before that is an error. */
const MISSING_ROOM = 0.05;

/**
 * The rules that a table's own schema suggests, for a person to tighten: its range and its levels, of which other
 * values are warned; five points more of missing values than there are, in whole percent; and identifiers are unique.
 */
export function rulesOf(schema: Schema): SchemaRules {
  return { version: 1, columns: schema.columns.map(ruleOf) };
}

function ruleOf(column: ColumnSchema): ColumnRule {
  const { name, type, role, min, max, levels, timeFormat, reason } = column;
  const isUsed = role !== 'ignore';
  const hasRange = min !== undefined && max !== undefined;
  const hasLevels = levels !== undefined && type === 'category';
  return {
    name,
    type,
    role,
    required: isUsed,
    ...(isUsed && hasRange ? { min, max } : {}),
    ...(isUsed && hasLevels ? { levels } : {}),
    allowUnseen: isUsed && (hasRange || hasLevels),
    ...(isUsed ? { maxMissing: withRoom(column.missing) } : {}),
    unique: type === 'identifier',
    ...(timeFormat === undefined ? {} : { timeFormat }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/**
 * A person's rules as they are, but with the roles that hold now, and with rules for the columns that they do not name.
 * @param schema of a table that was read by the rules
 */
export function extendedRules(rules: SchemaRules, schema: Schema): SchemaRules {
  const seenOf = new Map(rulesOf(schema).columns.map((rule) => [rule.name, rule]));
  const kept = rules.columns.map((rule): ColumnRule => {
    const seen = seenOf.get(rule.name);
    seenOf.delete(rule.name);
    if (seen === undefined || seen.role === rule.role) return rule;
    const { reason: _, ...rest } = rule;
    return { ...rest, role: seen.role, ...(seen.reason === undefined ? {} : { reason: seen.reason }) };
  });
  return { ...rules, columns: [...kept, ...seenOf.values()] };
}

function withRoom(missing: number): number {
  return Math.min(1, Math.ceil((missing + MISSING_ROOM) * 100 - 1e-9) / 100);
}
