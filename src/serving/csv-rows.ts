import { CellError, type CellValue, decodeText } from '../data/cell.js';
import type { CellSink } from '../data/cell-sink.js';
import { pourText } from '../data/pour.js';
import type { ColumnSchema } from '../data/schema.js';
import type { MlxError } from '../errors.js';
import { invalidField, type Row, type RowDecoder } from './decode.js';

/**
 * Rows of CSV text, header first; columns in any order, others than the model's are passed over. A row with a cell
 * that its column cannot hold is the error instead.
 * @throws MlxError DATA_EMPTY, DATA_MALFORMED, HEADER_INVALID; REQUEST_INVALID for a column that is not there
 */
export function rowsOfCsv(text: string, decoder: RowDecoder): (Row | MlxError)[] {
  const sinks = decoder.columns.map((column) => new DecodingSink(column));
  const rows = pourText(text, 'The request body', (header) => {
    const missing = decoder.columns.filter(({ name }) => !header.includes(name)).map(({ name }) => name);
    if (missing.length > 0) throw decoder.missing(missing, header, 'header');
    const byName = new Map(decoder.columns.map(({ name }, index) => [name, sinks[index] ?? null]));
    return header.map((name) => byName.get(name) ?? null);
  });
  return Array.from({ length: rows }, (_, row) => rowAt(decoder.columns, sinks, row));
}

function rowAt(
  columns: readonly ColumnSchema[],
  sinks: readonly DecodingSink[],
  row: number,
): Row | MlxError {
  const cells: CellValue[] = [];
  for (const [position, { cells: decoded }] of sinks.entries()) {
    const cell = decoded[row] ?? null;
    if (!(cell instanceof CellError)) {
      cells.push(cell);
      continue;
    }
    const name = columns[position]?.name ?? '';
    return invalidField(name, `rows[${row}], column ${name}: ${cell.message}.`);
  }
  return cells;
}

/** One column's cells, decoded; those that cannot be are their errors. */
class DecodingSink implements CellSink {
  readonly cells: (CellValue | CellError)[] = [];
  readonly #column: ColumnSchema;

  constructor(column: ColumnSchema) {
    this.#column = column;
  }

  bytes(source: Buffer, start: number, end: number): void {
    this.text(source.toString('utf8', start, end));
  }

  text(cell: string): void {
    try {
      this.cells.push(decodeText(this.#column, cell));
    } catch (error) {
      if (!(error instanceof CellError)) throw error;
      this.cells.push(error);
    }
  }
}
