import type { SqlValue } from './connection.js';

/** Fields of a run that every run has, and the column behind each. */
export const RUN_ATTRIBUTES = {
  id: 'r.id',
  name: 'r.name',
  experiment: '(SELECT e.name FROM experiments e WHERE e.id = r.experiment)',
  status: 'r.status',
  started_at: 'r.started_at',
  ended_at: 'r.ended_at',
  duration_ms: 'r.duration_ms',
  git_commit: 'r.git_commit',
  parent_id: 'r.parent_id',
  error: 'r.error',
  'dataset.path': 'r.dataset_path',
  'dataset.digest': 'r.dataset_digest',
  'dataset.rows': 'r.dataset_rows',
} as const;

export type RunAttribute = keyof typeof RUN_ATTRIBUTES;

/** The attributes that are numbers; the others are text. */
export const NUMERIC_ATTRIBUTES: ReadonlySet<RunAttribute> = new Set(['duration_ms', 'dataset.rows']);

export type RunField =
  | { readonly kind: 'metric' | 'param' | 'tag'; readonly key: string }
  | { readonly kind: 'attribute'; readonly name: RunAttribute };

export type RunOperator = '=' | '!=' | '<' | '<=' | '>' | '>=' | 'like';

/**
 * Which runs: a tree without text. A run that lacks the field meets no comparison with it, whatever
 * the operator. A param compares as a number with a number, and as text with text.
 */
export type RunFilter =
  | { readonly kind: 'all' | 'any'; readonly filters: readonly RunFilter[] }
  | { readonly kind: 'not'; readonly filter: RunFilter }
  | {
      readonly kind: 'compare';
      readonly field: RunField;
      readonly operator: RunOperator;
      readonly value: string | number;
    };

export interface RunSort {
  readonly field: RunField;
  readonly descending: boolean;
}

export interface RunQuery {
  readonly filter?: RunFilter;
  /** Newest first without it. Runs without the field come last either way. */
  readonly sort?: RunSort;
  readonly limit?: number;
  readonly experiment?: string;
  /** The runs inside that run, by its whole id; null: those that are inside none. Absent: both. */
  readonly parentId?: string | null;
  /** True: deleted runs alone. False or absent: all but them. */
  readonly deleted?: boolean;
}

export interface CompiledQuery {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

const TABLES = { metric: 'metrics', param: 'params', tag: 'tags' } as const;

/**
 * Statements that yield the `seq` of the runs asked for, in order: the runs of the first come before
 * those of the next, and each takes a limit as its last value. A sort by metric, param or tag walks the
 * index of its values and stops at the limit, so it needs a second statement for the runs without one.
 */
export function compileRunQuery(query: RunQuery): CompiledQuery[] {
  return sortParts(query.sort).map((part) => {
    const values: SqlValue[] = [...part.values];
    const conditions = [
      ...part.conditions,
      `r.deleted_at IS ${query.deleted === true ? 'NOT NULL' : 'NULL'}`,
    ];
    if (query.experiment !== undefined) {
      conditions.push('r.experiment = (SELECT id FROM experiments WHERE name = ?)');
      values.push(query.experiment);
    }
    if (query.parentId === null) conditions.push('r.parent_id IS NULL');
    else if (query.parentId !== undefined) {
      conditions.push('r.parent_id = ?');
      values.push(query.parentId);
    }
    if (query.filter !== undefined) conditions.push(compileFilter(query.filter, values));
    const where = conditions.join(' AND ');
    return { sql: `SELECT r.seq FROM ${part.from} WHERE ${where} ORDER BY ${part.order} LIMIT ?`, values };
  });
}

interface SortPart {
  readonly from: string;
  readonly conditions: readonly string[];
  readonly values: readonly SqlValue[];
  readonly order: string;
}

function sortParts(sort: RunSort | undefined): SortPart[] {
  const newest = { from: 'runs r', conditions: [], values: [], order: 'r.seq DESC' };
  if (sort === undefined) return [newest];
  const direction = sort.descending ? 'DESC' : 'ASC';
  const { field } = sort;
  if (field.kind === 'attribute') {
    return [{ ...newest, order: `${RUN_ATTRIBUTES[field.name]} ${direction} NULLS LAST, r.seq DESC` }];
  }
  const table = TABLES[field.kind];
  const values = [field.key];
  const by = (column: string, condition: string): SortPart => ({
    // CROSS JOIN: SQLite keeps this order, so the index of the values leads.
    from: `${table} s CROSS JOIN runs r ON r.seq = s.run`,
    conditions: ['s.key = ?', condition],
    values,
    order: `s.${column} ${direction}, s.run DESC`,
  });
  const without = `NOT EXISTS (SELECT 1 FROM ${table} s WHERE s.run = r.seq AND s.key = ? AND s.value IS NOT NULL)`;
  const last = { ...newest, conditions: [without], values };
  if (field.kind !== 'param') return [by('value', 's.value IS NOT NULL'), last];
  return [by('number', 's.number IS NOT NULL'), by('value', 's.number IS NULL'), last];
}

function compileFilter(filter: RunFilter, values: SqlValue[]): string {
  switch (filter.kind) {
    case 'all':
    case 'any': {
      if (filter.filters.length === 0) return filter.kind === 'all' ? '1' : '0';
      const parts = filter.filters.map((part) => compileFilter(part, values));
      return `(${parts.join(filter.kind === 'all' ? ' AND ' : ' OR ')})`;
    }
    case 'not':
      return `(NOT ${compileFilter(filter.filter, values)})`;
    case 'compare':
      return compileComparison(filter.field, filter.operator, filter.value, values);
  }
}

/** Two-valued: true or false, never NULL, so that `not` means what it says. */
function compileComparison(
  field: RunField,
  operator: RunOperator,
  value: string | number,
  values: SqlValue[],
): string {
  if (field.kind === 'attribute') {
    values.push(value);
    return `coalesce(${RUN_ATTRIBUTES[field.name]} ${operator} ?, 0)`;
  }
  const column = field.kind === 'param' && typeof value === 'number' ? 'number' : 'value';
  values.push(field.key, value);
  return `EXISTS (SELECT 1 FROM ${TABLES[field.kind]} f WHERE f.run = r.seq AND f.key = ? AND f.${column} ${operator} ?)`;
}
