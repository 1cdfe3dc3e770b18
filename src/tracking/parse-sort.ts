import type { RunSort } from '../store/run-query.js';
import { parseField } from './parse-field.js';
import { expressionError, tokenize } from './tokens.js';

/**
 * Parses a sort order: `metrics.roc_auc desc`, `started_at asc`, `-metrics.roc_auc` (descending) or a
 * field alone (ascending). Errors: EXPRESSION_INVALID with the position.
 */
export function parseRunSort(expression: string): RunSort {
  const trimmed = expression.trim();
  const hasMinus = trimmed.startsWith('-');
  const [field, direction, rest] = tokenize(hasMinus ? trimmed.slice(1) : trimmed);
  const offset = hasMinus ? 1 : 0;
  const fail = (at: number, problem: string) =>
    expressionError(
      trimmed,
      at + offset,
      problem,
      'For example: "metrics.roc_auc desc" or "-metrics.roc_auc".',
    );
  if (field?.kind !== 'word') throw fail(field?.at ?? 0, 'Expected a field such as metrics.roc_auc');
  const sortField = parseField({ ...field, at: field.at + offset }, trimmed);
  if (direction === undefined || direction.kind === 'end') return { field: sortField, descending: hasMinus };
  const order = direction.kind === 'word' && !hasMinus ? direction.text.toLowerCase() : '';
  if (order !== 'asc' && order !== 'desc') throw fail(direction.at, 'Expected "asc" or "desc"');
  if (rest !== undefined && rest.kind !== 'end') throw fail(rest.at, 'Expected the end');
  return { field: sortField, descending: order === 'desc' };
}
