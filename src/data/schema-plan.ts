import type { ColumnSink, RowEstimate } from './column-sink.js';
import { failOnOddCells } from './odd-cells.js';
import { locateOddCells } from './row-place.js';
import type { Schema } from './schema.js';
import { columnSink } from './sinks.js';
import type { Table } from './table.js';
import { wantedColumns } from './wanted.js';

/** Columns of a schema on their way from cells to a table. */
export class SchemaPlan {
  readonly #schema: Schema;
  readonly #name: string;
  readonly #columns: readonly string[] | undefined;
  readonly #estimate: RowEstimate;
  #sinks: readonly { readonly name: string; readonly isIgnored: boolean; readonly sink: ColumnSink }[] = [];

  constructor(schema: Schema, name: string, columns: readonly string[] | undefined, estimate: RowEstimate) {
    this.#schema = schema;
    this.#name = name;
    this.#columns = columns;
    this.#estimate = estimate;
  }

  /** New sinks in the order of the header. @throws MlxError DATA_INVALID, COLUMN_NOT_FOUND */
  open(header: readonly string[]): (ColumnSink | null)[] {
    const wanted = wantedColumns(this.#schema, header, this.#name, this.#columns);
    this.#sinks = wanted.map((column) => ({
      name: column.name,
      isIgnored: column.role === 'ignore' && this.#columns === undefined,
      sink: columnSink(column, this.#estimate),
    }));
    const byName = new Map(this.#sinks.map(({ name, sink }) => [name, sink]));
    return header.map((name) => byName.get(name) ?? null);
  }

  /** Names the file of each cell that did not decode, where several were read. */
  locate(files: readonly { readonly path: string; readonly rows: number }[]): void {
    locateOddCells(
      this.#sinks.map(({ sink }) => sink),
      files,
    );
  }

  /** The table of `rows` rows. @throws MlxError DATA_INVALID for cells that did not decode */
  finish(rows: number, firstRow = 0): Table {
    const checked = this.#sinks.filter(({ isIgnored }) => !isIgnored);
    failOnOddCells(
      this.#name,
      checked.map(({ name, sink }) => ({ column: name, odd: sink.odd })),
      firstRow,
    );
    return { rows, columns: this.#sinks.map(({ sink }) => sink.finish()) };
  }
}
