import { MlxError } from '../errors.js';
import { didYouMean } from '../suggest.js';
import type { ColumnSchema, Schema } from './schema.js';

/**
 * The columns of a schema to read from a file with this header, in the schema's order: those named, which
 * must be there; else all that are there, and each feature must be.
 * @throws MlxError DATA_INVALID naming what the file lacks; COLUMN_NOT_FOUND for a name that the schema lacks
 */
export function wantedColumns(
  schema: Schema,
  header: readonly string[],
  name: string,
  columns?: readonly string[],
): readonly ColumnSchema[] {
  if (columns !== undefined)
    requireNames(
      columns,
      schema.columns.map((column) => column.name),
      'The schema',
    );
  const chosen = columns === undefined ? undefined : new Set(columns);
  const present = new Set(header);
  const wanted = schema.columns.filter((column) => chosen?.has(column.name) ?? true);
  const missing = wanted.filter(
    (column) => !present.has(column.name) && (chosen !== undefined || column.role === 'feature'),
  );
  const [first] = missing;
  if (first !== undefined) {
    const names = missing.map((column) => column.name);
    throw new MlxError('DATA_INVALID', `${name} lacks ${listColumns(names)}.`, {
      hint: didYouMean(
        first.name,
        header.filter((column) => !schema.columns.some((known) => known.name === column)),
      ),
      details: { missing: names },
    });
  }
  return wanted.filter((column) => present.has(column.name));
}

/** @throws MlxError COLUMN_NOT_FOUND for the first name that is not among the known ones */
export function requireNames(names: readonly string[], known: readonly string[], owner: string): void {
  const all = new Set(known);
  const unknown = names.find((name) => !all.has(name));
  if (unknown === undefined) return;
  throw new MlxError('COLUMN_NOT_FOUND', `${owner} has no column "${unknown}".`, {
    hint: didYouMean(unknown, known),
    details: { column: unknown },
  });
}

function listColumns(names: readonly string[]): string {
  const shown = names.slice(0, 8).map((name) => `"${name}"`);
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : '';
  return `${names.length === 1 ? 'the column' : 'the columns'} ${shown.join(', ')}${more}`;
}
