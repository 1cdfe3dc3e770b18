import { MlxError } from '../errors.js';
import type { CellError } from './cell.js';
import type { OddPart, PartPosition } from './column-sink.js';

/** A cell that its column cannot hold. */
export interface OddCell {
  /** Row of the table, from 1: the first below the header. */
  readonly row: number;
  /** Line of the file, from 1, that the row starts on. */
  readonly line: number;
  /** The file, where several were read as one table: row and line are its own. */
  readonly file?: string;
  readonly expected: string;
  readonly received: string;
}

/** The odd cells of one column: how many there are, and the first few. */
export class OddCells {
  static readonly KEPT = 5;
  #first: OddCell[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get first(): readonly OddCell[] {
    return this.#first;
  }

  /** @param times how often the same text is there; the row is the first */
  add(error: CellError, row: number, line: number, times = 1): void {
    this.#count += times;
    if (this.#first.length < OddCells.KEPT) {
      this.#first.push({ row, line, expected: error.expected, received: error.received });
    }
  }

  /** Says of each cell which file it is in, and which row of that. */
  locate(placeOf: (row: number) => { readonly file: string; readonly row: number }): void {
    this.#first = this.#first.map((cell) => ({ ...cell, ...placeOf(cell.row) }));
  }

  /** What is here, leaving nothing. */
  take(): OddPart {
    const part = { count: this.#count, first: this.#first };
    this.#count = 0;
    this.#first = [];
    return part;
  }

  append({ count, first }: OddPart, { rows, lines }: PartPosition): void {
    this.#count += count;
    for (const cell of first.slice(0, OddCells.KEPT - this.#first.length)) {
      this.#first.push({ ...cell, row: cell.row + rows, line: cell.line + lines });
    }
  }
}

/** One odd cell as part of a sentence. */
export function oddCellWords({ file, row, line, expected, received }: OddCell): string {
  const place = `row ${row} (line ${line})`;
  return `${file === undefined ? place : `${file}, ${place}`}: expected ${expected}, got ${received}`;
}

/**
 * Refuses columns with odd cells, naming the first few in row order.
 * @param firstRow row of the file, from 0, that the columns begin with
 * @throws MlxError DATA_INVALID
 */
export function failOnOddCells(
  name: string,
  columns: readonly { readonly column: string; readonly odd: OddCells }[],
  firstRow: number,
): void {
  const count = columns.reduce((sum, { odd }) => sum + odd.count, 0);
  if (count === 0) return;
  const cells = columns
    .flatMap(({ column, odd }) => odd.first.map((cell) => ({ column, ...cell, row: cell.row + firstRow })))
    .sort((a, b) => a.row - b.row)
    .slice(0, OddCells.KEPT);
  const shown = cells.map((cell) => `column "${cell.column}", ${oddCellWords(cell)}`);
  const more = count > cells.length ? `; and ${count - cells.length} more` : '';
  const what = count === 1 ? 'a cell does' : `${count} cells do`;
  throw new MlxError('DATA_INVALID', `${name}: ${what} not fit the schema: ${shown.join('; ')}${more}.`, {
    hint: 'Correct the cells, or leave them empty where the value is not known.',
    details: { count, cells },
  });
}
