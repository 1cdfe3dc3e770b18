import { MlxError } from '../errors.js';

/** The error for a record of another width than the header's. */
export function ragged(name: string, line: number, found: number, expected: number): MlxError {
  const cells = found === 1 ? '1 cell' : `${found} cells`;
  return new MlxError('DATA_MALFORMED', `${name}, line ${line}: ${cells} where the header has ${expected}.`, {
    hint: 'Check the delimiter, and put quotes around cells that hold one.',
    details: { line, found, expected },
  });
}
