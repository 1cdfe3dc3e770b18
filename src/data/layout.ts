import { MlxError } from '../errors.js';

export const QUOTE = 34;
export const LF = 10;
export const CR = 13;
const TAB = 9;

/** How the text of a table is cut: the bytes of delimiter, line end (CR LF counts as LF) and quote. */
export interface Layout {
  readonly delimiter: number;
  readonly newline: number;
  readonly quote: number;
}

/** What is known of the layout before the header is seen. */
export interface LayoutHints {
  /** Byte of the delimiter; found from the header when not given. */
  readonly delimiter?: number | undefined;
  readonly quote: number;
  /** Taken rather than another that the header has more often. */
  readonly preferred?: number | undefined;
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
];

/** How a tab is written where one cannot be typed. */
const TAB_NAMES: readonly string[] = ['\\t', 'tab'];

/**
 * The layout as somebody asked for it, or as the name of the file says: one that ends in `.tsv` or `.tab`
 * (`.gz` after it or not) is tab-separated where its header has a tab.
 * @throws MlxError USAGE
 */
export function layoutHints(
  name: string,
  {
    delimiter,
    quote = '"',
  }: { readonly delimiter?: string | undefined; readonly quote?: string | undefined },
): LayoutHints {
  const quoteByte = plainByte('quote', quote, 'Use " or \'.');
  const preferred = /\.(?:tsv|tab)(?:\.gz)?$/i.test(name) ? TAB : undefined;
  if (delimiter === undefined) return { quote: quoteByte, preferred };
  const text = TAB_NAMES.includes(delimiter) ? '\t' : delimiter;
  const byte = plainByte('delimiter', text, 'Use , ; | or a tab (which can be written \\t).');
  if (byte === quoteByte) {
    throw new MlxError(
      'USAGE',
      `The character ${JSON.stringify(text)} cannot be delimiter and quote at once.`,
      {
        hint: 'Name another quote with it.',
      },
    );
  }
  return { delimiter: byte, quote: quoteByte };
}

function plainByte(what: string, text: string, hint: string): number {
  const code = text.charCodeAt(0);
  if (text.length !== 1 || code === 0 || code > 126 || code === LF || code === CR) {
    throw new MlxError('USAGE', `The ${what} ${JSON.stringify(text)} is not one plain character.`, { hint });
  }
  return code;
}

/** The error for bytes that are no text in UTF-8, with what they seem to be by the file's first ones. */
export function notText(name: string, first: Buffer, where: string): MlxError {
  const known = SIGNATURES.find(([signature]) => first.subarray(0, signature.length).equals(signature));
  const why = known === undefined ? where : `it is ${known[1]}`;
  return new MlxError('DATA_MALFORMED', `${name} is not text in UTF-8: ${why}.`, {
    hint:
      known === undefined
        ? 'If it has another encoding, say which: --encoding latin1 (or windows-1252, utf-16le, utf-16be).'
        : 'Save it as CSV in UTF-8 and try again.',
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
  hints: LayoutHints,
): HeaderPosition | 'empty' | undefined {
  const { delimiter, quote } = hints;
  let start = bytes.subarray(0, 3).equals(BOM) ? 3 : 0;
  let line = 1;
  for (let i = start; i < bytes.length && isBlank(bytes[i] as number, delimiter); i++) {
    const byte = bytes[i] as number;
    if (byte !== LF && (byte !== CR || bytes[i + 1] === LF)) continue;
    start = i + 1;
    line++;
  }
  const candidates = delimiter === undefined ? DELIMITERS.filter((byte) => byte !== quote) : [delimiter];
  const { end, counts } = scanHeader(bytes, start, candidates, quote);
  if (end === bytes.length) {
    if (!isWhole) return undefined;
    const hasNoDelimiter = delimiter === undefined || counts[0] === 0;
    if (hasNoDelimiter && bytes.toString('utf8', start).trim() === '') return 'empty';
  }
  if (bytes[end] === CR && end + 1 === bytes.length && !isWhole) return undefined;
  const newline = bytes[end] === CR && bytes[end + 1] !== LF && end + 1 < bytes.length ? CR : LF;
  const length = bytes[end] === CR && bytes[end + 1] === LF ? 2 : 1;
  const found = mostFrequent(candidates, counts, hints.preferred);
  return { delimiter: found, newline, quote, start, end: Math.min(end + length, bytes.length), line };
}

function mostFrequent(
  candidates: readonly number[],
  counts: readonly number[],
  preferred: number | undefined,
): number {
  if (preferred !== undefined && (counts[candidates.indexOf(preferred)] ?? 0) > 0) return preferred;
  return candidates[counts.indexOf(Math.max(...counts))] as number;
}

/** Counts each candidate outside quotes up to the end of the record. */
function scanHeader(bytes: Buffer, start: number, candidates: readonly number[], quote: number) {
  const counts = candidates.map(() => 0);
  let isQuoted = false;
  let isFieldStart = true;
  let end = start;
  for (; end < bytes.length; end++) {
    const byte = bytes[end] as number;
    if (isQuoted) {
      if (byte === quote && bytes[end + 1] === quote) end++;
      else if (byte === quote) isQuoted = false;
      continue;
    }
    if (byte === LF || byte === CR) break;
    const candidate = candidates.indexOf(byte);
    if (candidate !== -1) counts[candidate] = (counts[candidate] as number) + 1;
    isQuoted = byte === quote && isFieldStart;
    isFieldStart = candidate !== -1;
  }
  return { end: Math.min(end, bytes.length), counts };
}

function isBlank(byte: number, delimiter: number | undefined): boolean {
  return (byte === 32 || byte === TAB || byte === LF || byte === CR) && byte !== delimiter;
}
