import type { CellSink } from './cell-sink.js';
import type { ColumnSink, RowEstimate } from './column-sink.js';
import { NumberSink } from './number-sink.js';
import { type ColumnSchema, columnKind } from './schema.js';
import { TextSink } from './text-sink.js';

/** The sink for a column of known type. */
export function columnSink(
  column: Pick<ColumnSchema, 'name' | 'type' | 'timeFormat'>,
  estimate: RowEstimate,
): ColumnSink {
  return columnKind(column.type) === 'string'
    ? new TextSink(column.name, column, estimate)
    : new NumberSink(column.name, column, estimate);
}

/** Cells as they stand in the file, for columns that are only carried along. */
export class RawSink implements CellSink {
  #cells: string[] = [];

  bytes(source: Buffer, start: number, end: number): void {
    this.text(source.toString('utf8', start, end));
  }

  text(cell: string): void {
    this.#cells.push(cell.trim());
  }

  finish(): readonly string[] {
    return this.#cells;
  }
}
