import { createHash, type Hash } from 'node:crypto';
import type { ColumnSink, RowEstimate } from './column-sink.js';
import { type Crew, withCrew } from './crew.js';
import { countDistinct } from './distinct.js';
import { inferColumn } from './infer.js';
import { NumberSink } from './number-sink.js';
import { type NumberSummary, summarise } from './number-summary.js';
import { pourFile } from './pour.js';
import type { ReadOptions, ReadResult } from './reading.js';
import { isTolerable, UndecidedSink } from './undecided.js';
import { requireNames } from './wanted.js';

/**
 * Reads a CSV file and infers its schema from all rows: one pass, and a second one over those columns alone
 * that looked like numbers or times at first and then were not.
 * @throws MlxError as `readTable` does
 */
export function inferFile(path: string, options: ReadOptions): Promise<ReadResult> {
  return withCrew(path, options.workers, (crew) => inferWith(crew, path, options));
}

async function inferWith(crew: Crew | undefined, path: string, options: ReadOptions): Promise<ReadResult> {
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
  const { rows, bytes, sinks } = await pass(path, options, { choose, start, settlesEarly: true, crew, hash });
  const wrong = [...sinks.keys()].filter((name) => !formats.has(name) && !holds(sinks.get(name)));
  if (wrong.length > 0) {
    const again = await pass(path, options, { choose: () => wrong, start, settlesEarly: false, crew });
    for (const [name, sink] of again.sinks) sinks.set(name, sink);
  }
  const columns = [...sinks].map(([name, sink]) => ({ name, sink, column: sink.finish() }));
  const summaries = await summariesOf(
    columns.flatMap(({ column }) => (column.kind === 'string' ? [] : [column.values])),
    crew,
  );
  const inferred = columns.map(({ name, sink, column }) =>
    inferColumn(column, sink.odd, {
      offsets: sink instanceof NumberSink ? sink.notes.offsets : undefined,
      timeFormat: formats.get(name),
      summary: column.kind === 'string' ? undefined : summaries.get(column.values),
    }),
  );
  return {
    table: { rows, columns: inferred.map(({ column }) => column) },
    schema: { version: 1, rows, columns: inferred.map(({ schema }) => schema) },
    digest: hash.digest('hex'),
    bytes,
    anomalies: inferred.flatMap(({ anomalies }) => anomalies),
  };
}

async function summariesOf(
  columns: readonly Float64Array[],
  crew: Crew | undefined,
): Promise<ReadonlyMap<Float64Array, NumberSummary>> {
  const room = { memory: new Float64Array(0) };
  const summaries =
    crew === undefined ? columns.map((values) => summarise(values, room)) : await crew.summarise(columns);
  return new Map(columns.map((values, index) => [values, summaries[index] as NumberSummary]));
}

interface PassOptions {
  readonly choose: (header: readonly string[]) => readonly string[];
  readonly start: (name: string, estimate: RowEstimate) => ColumnSink;
  /** Whether columns settle on a type on the way, or when all rows are known. */
  readonly settlesEarly: boolean;
  readonly crew: Crew | undefined;
  readonly hash?: Hash;
}

/** Pours the chosen columns into sinks, which settle on a type; in the order of `choose`. */
async function pass(
  path: string,
  { delimiter, quote, encoding, chunkBytes }: ReadOptions,
  { choose, start, settlesEarly, crew, hash }: PassOptions,
): Promise<{ rows: number; bytes: number; sinks: Map<string, ColumnSink> }> {
  const estimate: RowEstimate = { rows: 0 };
  const columns: (ColumnSink | null)[] = [];
  let names: readonly string[] = [];
  let chosen: readonly string[] = [];
  const settle = (): void => {
    columns.forEach((sink, index) => {
      if (sink instanceof UndecidedSink) columns[index] = sink.settle();
    });
  };
  const open = (header: readonly string[]): (ColumnSink | null)[] => {
    names = header;
    chosen = choose(header);
    const kept = new Set(chosen);
    for (const name of header) columns.push(kept.has(name) ? start(name, estimate) : null);
    return columns;
  };
  const onRows = settlesEarly ? settle : () => {};
  const csv = { delimiter, quote, encoding, chunkBytes };
  const { rows, bytes } = await pourFile(path, open, { ...csv, estimate, onRows, crew, hash });
  settle();
  const byName = new Map(names.map((name, index) => [name, columns[index] ?? null]));
  const sinks = new Map<string, ColumnSink>();
  for (const name of chosen) {
    const sink = byName.get(name) ?? null;
    if (sink !== null) sinks.set(name, sink);
  }
  return { rows, bytes, sinks };
}

/** Whether a column that settled on numbers or times is one: it has few other cells, and none may be a code. */
function holds(sink: ColumnSink | undefined): boolean {
  if (sink instanceof NumberSink && sink.notes.hasLeadingZeros) return false;
  if (sink === undefined || sink.odd.count === 0) return true;
  const column = sink.finish();
  if (column.kind === 'string') return true;
  const valid = column.values.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0);
  return isTolerable(sink.odd.count, valid, () => countDistinct(column.values));
}
