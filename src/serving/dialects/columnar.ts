import { type Core, checkRows } from '../core.js';
import { invalidField, type Row, type RowDecoder } from '../decode.js';

/**
 * Rows of a request that gives its values column by column, in the order of the model's columns.
 * @param fieldOf how a column is called in messages
 * @throws MlxError REQUEST_INVALID for no rows, columns of different length or a wrong value; REQUEST_TOO_LARGE
 */
export function rowsOfColumns(
  core: Core,
  decoder: RowDecoder,
  columns: readonly (readonly unknown[])[],
  fieldOf: (name: string) => string,
): readonly Row[] {
  const count = columns[0]?.length ?? 0;
  if (count === 0) throw invalidField('inputs', 'inputs holds no rows.');
  checkRows(count, core.limits);
  const decoded = columns.map((values, position) => {
    const field = fieldOf(decoder.columns[position]?.name ?? '');
    if (values.length !== count) {
      throw invalidField(field, `${field} has ${values.length} rows, other columns have ${count}.`);
    }
    return values.map((value, row) => decoder.cell(position, value, `${field}[${row}]`));
  });
  return Array.from({ length: count }, (_, row) => decoded.map((cells) => cells[row] ?? null));
}
