import { MlxError } from '../errors.js';

export const QUOTE = 34;
export const LF = 10;
export const CR = 13;

/** How the text of a table is cut: the delimiter's and the line end's byte (CR LF counts as LF). */
export interface Layout {
  readonly delimiter: number;
  readonly newline: number;
}

/** Where the header lies in the first bytes of a file. */
export interface HeaderPosition extends Layout {
  readonly start: number;
  /** First byte after the header's line end. */
  readonly end: number;
  /** Line of the file, from 1, that the header starts on. */
  readonly line: number;
}

/** Delimiters that are looked for, in order of preference. */
const DELIMITERS = [...',;\t|'].map((character) => character.charCodeAt(0));

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** First bytes of what people hand over by mistake. */
const SIGNATURES: readonly (readonly [Buffer, string])[] = [
  [Buffer.from('PK\u0003\u0004', 'latin1'), 'a ZIP archive or an Excel workbook'],
  [Buffer.from([0x1f, 0x8b]), 'a gzip file'],
  [Buffer.from('PAR1'), 'a Parquet file'],
  [Buffer.from('SQLite format 3'), 'an SQLite database'],
  [Buffer.from([0xff, 0xfe]), 'UTF-16 text'],
  [Buffer.from([0xfe, 0xff]), 'UTF-16 text'],
];

/** The byte of a delimiter that somebody named. @throws MlxError USAGE */
export function delimiterByte(delimiter: string): number {
  const code = delimiter.charCodeAt(0);
  if (delimiter.length !== 1 || code > 126 || code === QUOTE || code === LF || code === CR) {
    throw new MlxError('USAGE', `The delimiter ${JSON.stringify(delimiter)} is not one plain character.`, {
      hint: 'Use , ; | or a tab.',
    });
  }
  return code;
}

/** The error for bytes that are no text in UTF-8, with what they seem to be by their first ones. */
export function notText(name: string, first: Buffer, where: string): MlxError {
  const known = SIGNATURES.find(([signature]) => first.subarray(0, signature.length).equals(signature));
  const why = known === undefined ? where : `it is ${known[1]}`;
  return new MlxError('DATA_MALFORMED', `${name} is not text in UTF-8: ${why}.`, {
    hint: 'Save it as CSV in UTF-8 and try again.',
  });
}

/**
 * Finds the header in the first bytes and sniffs from it which delimiter and line end the file has.
 * @param isWhole whether `bytes` is all there is
 * @returns undefined when more bytes are needed; 'empty' when there is nothing but blank lines
 */
export function findHeader(
  bytes: Buffer,
  isWhole: boolean,
  delimiter: number | undefined,
): HeaderPosition | 'empty' | undefined {
  let start = bytes.subarray(0, 3).equals(BOM) ? 3 : 0;
  let line = 1;
  for (let i = start; i < bytes.length && isBlank(bytes[i] as number, delimiter); i++) {
    const byte = bytes[i] as number;
    if (byte !== LF && (byte !== CR || bytes[i + 1] === LF)) continue;
    start = i + 1;
    line++;
  }
  const candidates = delimiter === undefined ? DELIMITERS : [delimiter];
  const { end, counts } = scanHeader(bytes, start, candidates);
  if (end === bytes.length) {
    if (!isWhole) return undefined;
    const hasNoDelimiter = delimiter === undefined || counts[0] === 0;
    if (hasNoDelimiter && bytes.toString('utf8', start).trim() === '') return 'empty';
  }
  if (bytes[end] === CR && end + 1 === bytes.length && !isWhole) return undefined;
  const newline = bytes[end] === CR && bytes[end + 1] !== LF && end + 1 < bytes.length ? CR : LF;
  const most = Math.max(...counts);
  const found = candidates[counts.indexOf(most)] as number;
  const length = bytes[end] === CR && bytes[end + 1] === LF ? 2 : 1;
  return { delimiter: found, newline, start, end: Math.min(end + length, bytes.length), line };
}

/** Counts each candidate outside quotes up to the end of the record. */
function scanHeader(bytes: Buffer, start: number, candidates: readonly number[]) {
  const counts = candidates.map(() => 0);
  let isQuoted = false;
  let isFieldStart = true;
  let end = start;
  for (; end < bytes.length; end++) {
    const byte = bytes[end] as number;
    if (isQuoted) {
      if (byte === QUOTE && bytes[end + 1] === QUOTE) end++;
      else if (byte === QUOTE) isQuoted = false;
      continue;
    }
    if (byte === LF || byte === CR) break;
    const candidate = candidates.indexOf(byte);
    if (candidate !== -1) counts[candidate] = (counts[candidate] as number) + 1;
    isQuoted = byte === QUOTE && isFieldStart;
    isFieldStart = candidate !== -1;
  }
  return { end: Math.min(end, bytes.length), counts };
}

function isBlank(byte: number, delimiter: number | undefined): boolean {
  return (byte === 32 || byte === 9 || byte === LF || byte === CR) && byte !== delimiter;
}
