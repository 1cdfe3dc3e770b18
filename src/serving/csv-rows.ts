import { CellError, type CellValue, decodeText } from '../data/cell.js';
import type { CellSink } from '../data/cell-sink.js';
import { CsvReader } from '../data/csv.js';
import { refuseEmpty } from '../data/pour.js';
import type { ColumnSchema } from '../data/schema.js';
import type { MlxError } from '../errors.js';
import { invalidField, type Row, type RowDecoder } from './decode.js';

/** Reads CSV as its bytes arrive, header first; columns in any order, others than the model's are passed over. */
export class CsvRows {
  readonly #decoder: RowDecoder;
  readonly #reader = new CsvReader({ name: 'The request body' });
  readonly #sinks: readonly DecodingSink[];
  #wanted: (DecodingSink | null)[] | undefined;
  #rows = 0;

  constructor(decoder: RowDecoder) {
    this.#decoder = decoder;
    this.#sinks = decoder.columns.map((column) => new DecodingSink(column));
  }

  /**
   * The rows that are whole with these bytes; one with a cell that its column cannot hold is the error instead.
   * @throws MlxError DATA_MALFORMED, HEADER_INVALID; REQUEST_INVALID for a column that is not there
   */
  push(bytes: Buffer): (Row | MlxError)[] {
    this.#reader.push(bytes);
    return this.#read();
  }

  /** The rows that are left. @throws MlxError DATA_EMPTY without any row; and as `push` does */
  end(): (Row | MlxError)[] {
    this.#reader.end();
    const rows = this.#read();
    refuseEmpty('The request body', this.#rows);
    return rows;
  }

  #read(): (Row | MlxError)[] {
    const { header } = this.#reader;
    if (header === undefined) return [];
    this.#wanted ??= this.#open(header);
    for (const sink of this.#sinks) sink.cells.length = 0;
    let rows = 0;
    for (let more = 1; more > 0; rows += more)
      more = this.#reader.read(this.#wanted, Number.POSITIVE_INFINITY);
    const first = this.#rows;
    this.#rows += rows;
    return Array.from({ length: rows }, (_, index) =>
      rowAt(this.#decoder.columns, this.#sinks, index, first + index),
    );
  }

  #open(header: readonly string[]): (DecodingSink | null)[] {
    const { columns } = this.#decoder;
    const missing = columns.filter(({ name }) => !header.includes(name)).map(({ name }) => name);
    if (missing.length > 0) throw this.#decoder.missing(missing, header, 'header');
    const byName = new Map(columns.map(({ name }, index) => [name, this.#sinks[index] ?? null]));
    return header.map((name) => byName.get(name) ?? null);
  }
}

function rowAt(
  columns: readonly ColumnSchema[],
  sinks: readonly DecodingSink[],
  index: number,
  row: number,
): Row | MlxError {
  const cells: CellValue[] = [];
  for (const [position, { cells: decoded }] of sinks.entries()) {
    const cell = decoded[index] ?? null;
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
