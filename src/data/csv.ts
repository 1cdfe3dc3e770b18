import type { CellSink } from './cell-sink.js';
import { type CsvOptions, CsvPieces } from './csv-pieces.js';
import { PieceReader, type RowReader } from './piece.js';
import type { Piece } from './records.js';

export type { CsvOptions } from './csv-pieces.js';

/**
 * Reads the text of a table as its bytes arrive: `push` a chunk of any size, then `read` rows into sinks
 * until it gives 0, and after the last chunk `end` and `read` once more. Chunk boundaries make no difference.
 *
 * Empty lines are passed over, but in a table of one column such a line is a row without a value.
 */
export class CsvReader {
  readonly #pieces: CsvPieces;
  #reader: PieceReader | undefined;
  #line = 0;

  readonly #readRows: RowReader | undefined;

  /**
   * @param readRows another way to read rows than the usual one
   * @throws MlxError USAGE
   */
  constructor(options: CsvOptions, readRows?: RowReader) {
    this.#readRows = readRows;
    this.#pieces = new CsvPieces(options);
  }

  /** Column names once enough bytes were pushed to know them. */
  get header(): readonly string[] | undefined {
    return this.#pieces.header?.names;
  }

  /** @throws MlxError DATA_MALFORMED, HEADER_INVALID */
  push(chunk: Buffer): void {
    this.#take(this.#pieces.push(chunk));
  }

  /** @throws MlxError DATA_EMPTY when there is no header, DATA_MALFORMED, HEADER_INVALID */
  end(): void {
    this.#take(this.#pieces.end());
  }

  /**
   * Moves at most `limit` rows of what was pushed into the sinks, one per column of the header (null: not
   * wanted). @returns how many rows; 0 when more must be pushed first
   * @throws MlxError DATA_MALFORMED for a row with more or fewer cells than the header, bytes that are no text,
   *   text after a closing quote, an unclosed one, and a record that does not end
   */
  read(sinks: readonly (CellSink | null)[], limit: number): number {
    if (this.#reader === undefined) return 0;
    const rows = this.#reader.read(sinks, limit);
    this.#line = this.#reader.line;
    if (this.#reader.isDone) this.#reader = undefined;
    return rows;
  }

  #take(piece: Piece | undefined): void {
    const { header } = this.#pieces;
    if (piece === undefined || header === undefined) return;
    this.#line ||= header.nextLine;
    this.#reader = new PieceReader(piece, this.#pieces.source, this.#line, this.#readRows);
  }
}
