import type { ColumnSchema } from '../data/schema.js';
import type { MlxError } from '../errors.js';
import { NotFiniteScore } from '../scoring/scores.js';
import { invalidField, type Row } from './decode.js';

/** Beyond this a number counts as out of range where the model does not say what it was trained on. */
const PLAUSIBLE = 1e9;

/**
 * Whose fault a row's failure is. A score that is not finite, for a row with a number outside of what the model was trained
 * on, is the request's: otherwise whoever sends huge numbers could make a release look broken and have it rolled back.
 */
export function rowFault(error: MlxError, row: Row, columns: readonly ColumnSchema[]): MlxError {
  if (!(error instanceof NotFiniteScore)) return error;
  const position = row.findIndex((value, index) => isOutside(value, columns[index]));
  const column = columns[position];
  if (column === undefined) return error;
  const { name, min, max } = column;
  const range = min === undefined || max === undefined ? '' : `; it was trained on ${min} to ${max}`;
  return invalidField(name, `The model has no score for a row with ${name} = ${row[position]}${range}.`);
}

function isOutside(value: Row[number] | undefined, column: ColumnSchema | undefined): boolean {
  if (typeof value !== 'number' || column === undefined) return false;
  const { min = -PLAUSIBLE, max = PLAUSIBLE } = column;
  return value < min || value > max;
}
