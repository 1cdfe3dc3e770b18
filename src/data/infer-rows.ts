import { countDistinct } from './distinct.js';
import { inferColumn } from './infer.js';
import { type Poured, pourFiles, type SourceFile } from './pour-files.js';
import type { ReadOptions, ReadResult } from './reading.js';
import { locateOddCells } from './row-place.js';
import { type ColumnSink, NumberSink, type RowEstimate, TextSink } from './sinks.js';
import { isTolerable, UndecidedSink } from './undecided.js';
import { requireNames } from './wanted.js';

/**
 * Reads files of any format as one table and infers its schema from all rows, as `inferFile` does for a CSV file: one
 * pass, and a second one over those columns alone that looked like numbers or times at first and then were not.
 * @param name how messages call the files
 * @throws MlxError as `readTable` does; LateKey
 */
export async function inferRows(
  name: string,
  files: readonly SourceFile[],
  options: ReadOptions,
  areKeysKnown: boolean,
): Promise<ReadResult> {
  const formats = new Map(Object.entries(options.timeFormats ?? {}));
  const choose = (header: readonly string[]): readonly string[] => {
    requireNames([...formats.keys()], header, name);
    requireNames(options.columns ?? [], header, name);
    return options.columns ?? header;
  };
  const start = (column: string, estimate: RowEstimate): ColumnSink => {
    const timeFormat = formats.get(column);
    return timeFormat === undefined
      ? new UndecidedSink(column, estimate)
      : new NumberSink(column, { type: 'time', timeFormat }, estimate);
  };
  const { poured, sinks } = await pass(files, options, areKeysKnown, choose, start);
  const wrong = [...sinks.keys()].filter((column) => !formats.has(column) && !holds(sinks.get(column)));
  if (wrong.length > 0) {
    const asText = (column: string, estimate: RowEstimate) =>
      new TextSink(column, { type: 'text' }, estimate);
    const again = await pass(files, options, areKeysKnown, () => wrong, asText);
    for (const [column, sink] of again.sinks) sinks.set(column, sink);
  }
  locateOddCells(sinks.values(), poured.files);
  const inferred = [];
  for (const [column, sink] of sinks)
    inferred.push(inferColumn(sink.finish(), sink.odd, formats.get(column)));
  const { rows, digest, bytes, anomalies } = poured;
  return {
    table: { rows, columns: inferred.map(({ column }) => column) },
    schema: { version: 1, rows, columns: inferred.map(({ schema }) => schema) },
    digest,
    bytes,
    anomalies: [...inferred.flatMap((column) => column.anomalies), ...anomalies],
  };
}

/** Pours the chosen columns into sinks, which settle on a type on the way; in the order of `choose`. */
async function pass(
  files: readonly SourceFile[],
  { delimiter, chunkBytes }: ReadOptions,
  areKeysKnown: boolean,
  choose: (header: readonly string[]) => readonly string[],
  start: (name: string, estimate: RowEstimate) => ColumnSink,
): Promise<{ poured: Poured; sinks: Map<string, ColumnSink> }> {
  const estimate: RowEstimate = { rows: 0 };
  const columns: (ColumnSink | null)[] = [];
  let names: readonly string[] = [];
  let chosen: readonly string[] = [];
  const settle = (isLast: boolean): void => {
    columns.forEach((sink, index) => {
      if (sink instanceof UndecidedSink) columns[index] = sink.settle(isLast);
    });
  };
  const open = (header: readonly string[]): (ColumnSink | null)[] => {
    names = header;
    chosen = choose(header);
    const kept = new Set(chosen);
    for (const name of header) columns.push(kept.has(name) ? start(name, estimate) : null);
    return columns;
  };
  const onPiece = (): void => settle(false);
  const poured = await pourFiles(files, open, { delimiter, chunkBytes, estimate, onPiece, areKeysKnown });
  settle(true);
  const byName = new Map(names.map((name, index) => [name, columns[index] ?? null]));
  const sinks = new Map<string, ColumnSink>();
  for (const name of chosen) {
    const sink = byName.get(name) ?? null;
    if (sink !== null) sinks.set(name, sink);
  }
  return { poured, sinks };
}

/** Whether a column that settled on numbers or times holds so few other cells that it is one. */
function holds(sink: ColumnSink | undefined): boolean {
  if (sink === undefined || sink.odd.count === 0) return true;
  const column = sink.finish();
  if (column.kind === 'string') return true;
  const valid = column.values.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0);
  return isTolerable(sink.odd.count, valid, countDistinct(column.values));
}
