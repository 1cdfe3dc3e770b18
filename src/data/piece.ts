import { isUtf8 } from 'node:buffer';
import { MlxError } from '../errors.js';
import type { CellSink } from './cell-sink.js';
import { type Layout, notText } from './layout.js';
import { countBytes, MAX_RECORD_BYTES, type Piece } from './records.js';
import { type ScanPosition, scanRows, UnclosedQuote } from './scan.js';

/** A text of which pieces are read. */
export interface CsvSource {
  /** How messages call the text: a path, or 'the request body'. */
  readonly name: string;
  readonly layout: Layout;
  /** Its first bytes, to say what it is where it is no text. */
  readonly first: Buffer;
}

/** A reader of rows into sinks: {@link scanRows}, or another of the same behaviour. */
export type RowReader = typeof scanRows;

/**
 * Reads one piece. Of several faults the one on the first line is told, so that it makes no difference where the
 * pieces were cut: bytes that are no text count as a fault of their line.
 */
export class PieceReader {
  readonly #source: CsvSource;
  readonly #piece: Piece;
  readonly #readRows: RowReader;
  /** The bytes before the first line that is no text. */
  readonly #bytes: Buffer;
  readonly #firstLine: number;
  readonly #at: ScanPosition;

  /** @param line line of the file that the piece begins on */
  constructor(piece: Piece, source: CsvSource, line: number, readRows: RowReader = scanRows) {
    this.#source = source;
    this.#piece = piece;
    this.#readRows = readRows;
    this.#bytes = piece.bytes.subarray(0, textEnd(piece.bytes, source.layout.newline));
    this.#firstLine = line;
    this.#at = { offset: 0, line };
  }

  /** Line of the file that the next record begins on. */
  get line(): number {
    return this.#at.line;
  }

  get isDone(): boolean {
    return this.#at.offset >= this.#piece.bytes.length;
  }

  /**
   * Moves at most `limit` rows into the sinks, one per column of the header (null: not wanted).
   * @returns how many; fewer than `limit` only at the end of the piece
   * @throws MlxError DATA_MALFORMED
   */
  read(sinks: readonly (CellSink | null)[], limit: number): number {
    if (limit === 0 || this.isDone) return 0;
    if (this.#piece.isEndless) throw this.#endless();
    const { name, layout } = this.#source;
    try {
      const rows = this.#readRows(this.#bytes, this.#at, layout, name, sinks, limit);
      if (rows < limit && !this.isDone) throw this.#noText();
      return rows;
    } catch (thrown) {
      if (!(thrown instanceof UnclosedQuote)) throw thrown;
      if (this.#bytes.length < this.#piece.bytes.length) throw this.#noText();
      throw unclosed(name, thrown.line);
    }
  }

  /** The error for the line that the text ends before. */
  #noText(): MlxError {
    const { name, layout, first } = this.#source;
    const { bytes } = this.#piece;
    const start = this.#bytes.length;
    const line = this.#firstLine + countBytes(bytes.subarray(0, start), layout.newline);
    const rest = bytes.subarray(start, bytes.indexOf(layout.newline, start) + 1 || bytes.length);
    const what = rest.includes(0) ? 'holds NUL bytes (binary, or UTF-16)' : 'has other bytes';
    return notText(name, first, `line ${line} ${what}`);
  }

  #endless(): MlxError {
    const { name, layout } = this.#source;
    const { line } = this.#at;
    let why = `the record on line ${line} does not end`;
    try {
      const bytes = Buffer.concat([this.#piece.bytes, Buffer.from([layout.newline])]);
      scanRows(bytes, { offset: 0, line }, layout, name, [], 1);
    } catch (thrown) {
      if (thrown instanceof UnclosedQuote) why = thrown.message;
    }
    return new MlxError('DATA_MALFORMED', `${name}: ${why} within ${MAX_RECORD_BYTES >> 20} MiB.`, {
      hint: 'Check the quotes and the line ends of the file.',
      details: { line },
    });
  }
}

function unclosed(name: string, line: number): MlxError {
  return new MlxError('DATA_MALFORMED', `${name}, line ${line}: a quote is opened and never closed.`, {
    hint: 'Close the quote, or write a quote inside a quoted cell twice.',
    details: { line },
  });
}

/** Start of the first line that is no text in UTF-8; the length when all are. A line end is never inside a character. */
function textEnd(bytes: Buffer, newline: number): number {
  const isText = (line: Buffer): boolean => isUtf8(line) && !line.includes(0);
  if (isText(bytes)) return bytes.length;
  let start = 0;
  for (;;) {
    const end = bytes.indexOf(newline, start) + 1 || bytes.length;
    if (!isText(bytes.subarray(start, end))) return start;
    start = end;
  }
}
