import { createHash, type Hash } from 'node:crypto';
import { countDistinct } from './distinct.js';
import { inferColumn } from './infer.js';
import { pourFile } from './pour.js';
import type { ReadOptions, ReadResult } from './reading.js';
import { type ColumnSink, NumberSink, type RowEstimate, TextSink } from './sinks.js';
import { isTolerable, UndecidedSink } from './undecided.js';
import { requireNames } from './wanted.js';

/**
 * Reads a CSV file and infers its schema from all rows: one pass, and a second one over those columns alone
 * that looked like numbers or times at first and then were not.
 * @throws MlxError as `readTable` does
 */
export async function inferFile(path: string, options: ReadOptions): Promise<ReadResult> {
  const hash = createHash('sha256');
  const formats = new Map(Object.entries(options.timeFormats ?? {}));
  const choose = (header: readonly string[]): readonly string[] => {
    requireNames([...formats.keys()], header, path);
    requireNames(options.columns ?? [], header, path);
    return options.columns ?? header;
  };
  const start = (name: string, estimate: RowEstimate): ColumnSink => {
    const timeFormat = formats.get(name);
    return timeFormat === undefined
      ? new UndecidedSink(name, estimate)
      : new NumberSink(name, { type: 'time', timeFormat }, estimate);
  };
  const { rows, bytes, sinks } = await pass(path, options, choose, start, hash);
  const wrong = [...sinks.keys()].filter((name) => !formats.has(name) && !holds(sinks.get(name)));
  if (wrong.length > 0) {
    const asText = (name: string, estimate: RowEstimate) => new TextSink(name, { type: 'text' }, estimate);
    const again = await pass(path, options, () => wrong, asText);
    for (const [name, sink] of again.sinks) sinks.set(name, sink);
  }
  const inferred = [];
  for (const [name, sink] of sinks) inferred.push(inferColumn(sink.finish(), sink.odd, formats.get(name)));
  return {
    table: { rows, columns: inferred.map(({ column }) => column) },
    schema: { version: 1, rows, columns: inferred.map(({ schema }) => schema) },
    digest: hash.digest('hex'),
    bytes,
    anomalies: inferred.flatMap(({ anomalies }) => anomalies),
  };
}

/** Pours the chosen columns into sinks, which settle on a type on the way; in the order of `choose`. */
async function pass(
  path: string,
  { delimiter, chunkBytes }: ReadOptions,
  choose: (header: readonly string[]) => readonly string[],
  start: (name: string, estimate: RowEstimate) => ColumnSink,
  hash?: Hash,
): Promise<{ rows: number; bytes: number; sinks: Map<string, ColumnSink> }> {
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
  const { rows, bytes } = await pourFile(path, open, {
    delimiter,
    chunkBytes,
    estimate,
    onPiece,
    ...(hash === undefined ? {} : { hash }),
  });
  settle(true);
  const byName = new Map(names.map((name, index) => [name, columns[index] ?? null]));
  const sinks = new Map<string, ColumnSink>();
  for (const name of chosen) {
    const sink = byName.get(name) ?? null;
    if (sink !== null) sinks.set(name, sink);
  }
  return { rows, bytes, sinks };
}

/** Whether a column that settled on numbers or times holds so few other cells that it is one. */
function holds(sink: ColumnSink | undefined): boolean {
  if (sink === undefined || sink.odd.count === 0) return true;
  const column = sink.finish();
  if (column.kind === 'string') return true;
  const valid = column.values.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0);
  return isTolerable(sink.odd.count, valid, countDistinct(column.values));
}
