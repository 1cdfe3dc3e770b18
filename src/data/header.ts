import { isUtf8 } from 'node:buffer';
import { MlxError } from '../errors.js';
import { findHeader, type HeaderPosition, type LayoutHints, notText } from './layout.js';
import { papaparse } from './papaparse.js';
import { countBytes, MAX_RECORD_BYTES } from './records.js';

export const MAX_COLUMNS = 100_000;

/** The header of a text, and where it left off. */
export interface Header extends HeaderPosition {
  readonly names: readonly string[];
  /** Line of the file that the first record is on. */
  readonly nextLine: number;
}

/**
 * The header among the first bytes of a text; undefined when more are needed.
 * @param isWhole whether `bytes` is all there is
 * @throws MlxError DATA_EMPTY, DATA_MALFORMED, HEADER_INVALID
 */
export function readHeader(
  bytes: Buffer,
  isWhole: boolean,
  hints: LayoutHints,
  name: string,
): Header | undefined {
  const position = findHeader(bytes, isWhole, hints);
  if (position === 'empty') {
    throw new MlxError('DATA_EMPTY', `${name} is empty: there is no header and no row.`, {
      hint: 'A table begins with a line of column names.',
    });
  }
  if (position === undefined) {
    if (bytes.length > MAX_RECORD_BYTES) throw notText(name, bytes, 'its first line does not end');
    return undefined;
  }
  const text = bytes.subarray(position.start, position.end);
  if (text.includes(0))
    throw notText(name, bytes, `line ${position.line} holds NUL bytes (binary, or UTF-16)`);
  if (!isUtf8(text)) throw notText(name, bytes, `line ${position.line} has other bytes`);
  const nextLine = position.line + Math.max(1, countBytes(text, position.newline));
  return { ...position, names: namesOf(text.toString(), position, name), nextLine };
}

function namesOf(text: string, position: HeaderPosition, name: string): readonly string[] {
  const newline = position.newline === 10 ? '\n' : '\r';
  const { data, errors } = papaparse().parse<string[]>(`${text}${newline}`, {
    delimiter: String.fromCharCode(position.delimiter),
    quoteChar: String.fromCharCode(position.quote),
    newline,
  });
  const [error] = errors;
  if (error !== undefined) {
    const line = position.line + (error.row ?? 0);
    throw new MlxError('DATA_MALFORMED', `${name}, line ${line}: ${error.message}.`, {
      hint: 'Write a quote inside a quoted cell twice.',
    });
  }
  const record = data[0] ?? [];
  if (record.length > MAX_COLUMNS) {
    throw new MlxError('DATA_MALFORMED', `${name} has ${record.length} columns; ${MAX_COLUMNS} is the most.`);
  }
  const names = record.map((column) => column.trim());
  checkNames(name, names);
  return names;
}
function checkNames(name: string, names: readonly string[]): void {
  const empty = names.flatMap((column, index) => (column === '' ? [index + 1] : []));
  if (empty.length > 0) {
    throw new MlxError('HEADER_INVALID', `${name}: the header has no name for column ${list(empty)}.`, {
      hint: 'Give every column a name; a delimiter at the end of the line adds a column.',
      details: { columns: empty.slice(0, 20) },
    });
  }
  const seen = new Set<string>();
  const repeated = new Set(names.filter((column) => seen.size === seen.add(column).size));
  if (repeated.size > 0) {
    const shown = [...repeated].map((column) => `"${column}"`);
    throw new MlxError('HEADER_INVALID', `${name}: the header has ${list(shown)} more than once.`, {
      hint: 'Rename the columns so that each name is there once.',
      details: { columns: [...repeated].slice(0, 20) },
    });
  }
}

function list(items: readonly unknown[]): string {
  return items.length > 5 ? `${items.slice(0, 5).join(', ')} and ${items.length - 5} more` : items.join(', ');
}
