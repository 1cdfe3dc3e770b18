import type { CellSink } from './cell-sink.js';
import type { Layout } from './layout.js';
import { papaparse } from './papaparse.js';
import { ragged } from './ragged.js';
import { type ScanPosition, scanRows } from './scan.js';

/** As {@link scanRows}, by Papa Parse: another reader of the same grammar, for text that is in memory anyway. */
export function parseRows(
  bytes: Buffer,
  at: ScanPosition,
  layout: Layout,
  name: string,
  sinks: readonly (CellSink | null)[],
  limit: number,
): number {
  const newline = String.fromCharCode(layout.newline);
  const { data, errors } = papaparse().parse<string[]>(bytes.toString('utf8', at.offset), {
    delimiter: String.fromCharCode(layout.delimiter),
    quoteChar: String.fromCharCode(layout.quote),
    newline: newline === '\n' ? '\n' : '\r',
  });
  // where a fault stands is for the scanner to say; and a part of the rows is its business too
  if (errors.length > 0 || data.length > limit) return scanRows(bytes, at, layout, name, sinks, limit);
  data.pop(); // what stands after the last line end
  let rows = 0;
  for (const record of data) {
    if (record.length === sinks.length) {
      record.forEach((cell, column) => {
        sinks[column]?.text(cell, at.line);
      });
      rows++;
    } else if (record.length !== 1 || record[0]?.trim() !== '') {
      throw ragged(name, at.line, record.length, sinks.length);
    }
    at.line += record.reduce((lines, cell) => lines + cell.split(newline).length - 1, 1);
  }
  at.offset = bytes.length;
  return rows;
}
