import type { SqlValue } from './connection.js';

/** Joins the conditions that have a value (one placeholder each) with AND; empty when none has. */
export function where(parts: readonly (readonly [condition: string, value: SqlValue | undefined])[]): {
  clause: string;
  values: SqlValue[];
} {
  const conditions: string[] = [];
  const values: SqlValue[] = [];
  for (const [condition, value] of parts) {
    if (value === undefined) continue;
    conditions.push(condition);
    values.push(value);
  }
  return { clause: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`, values };
}
