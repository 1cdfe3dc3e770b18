/** Takes the cells of one column in row order, as raw bytes or as text, neither trimmed nor decoded. */
export interface CellSink {
  /** @param line line of the file, from 1, that the record starts on */
  bytes(source: Buffer, start: number, end: number, line: number): void;
  text(cell: string, line: number): void;
}
