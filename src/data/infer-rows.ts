import type { ColumnSink, RowEstimate } from './column-sink.js';
import { type Crew, withCrew } from './crew.js';
import { countDistinct } from './distinct.js';
import { inferColumn } from './infer.js';
import { NumberSink } from './number-sink.js';
import { type NumberSummary, summarise } from './number-summary.js';
import { type Poured, pourFiles, type SourceFile } from './pour-files.js';
import type { ReadOptions, ReadResult } from './reading.js';
import { locateOddCells } from './row-place.js';
import type { ColumnSchema } from './schema.js';
import { isTolerable, UndecidedSink } from './undecided.js';
import { requireNames } from './wanted.js';

/**
 * Reads files as one table and infers its schema from all rows: one pass, and a second one over those columns alone
 * that looked like numbers or times at first and then were not.
 * @param name how messages call the files
 * @throws MlxError as `readTable` does; LateKey
 */
export async function inferRows(
  name: string,
  files: readonly SourceFile[],
  options: ReadOptions,
  areKeysKnown: boolean,
): Promise<ReadResult> {
  const [first] = files;
  const infer = (crew: Crew | undefined) => inferWith(crew, name, files, { ...options, areKeysKnown });
  const isCsv = first?.format === 'csv';
  return isCsv ? withCrew(first.path, options.workers, infer) : infer(undefined);
}

type InferOptions = ReadOptions & { readonly areKeysKnown: boolean };

async function inferWith(
  crew: Crew | undefined,
  name: string,
  files: readonly SourceFile[],
  options: InferOptions,
): Promise<ReadResult> {
  const dropped = new Set(options.drop);
  const formats = new Map(Object.entries(options.timeFormats ?? {}));
  let listed: readonly string[] = [];
  const choose = (header: readonly string[]): readonly string[] => {
    requireNames([...formats.keys()], header, name);
    requireNames(options.columns ?? [], header, name);
    listed = options.columns ?? header;
    return listed.filter((column) => !dropped.has(column));
  };
  const start = (column: string, estimate: RowEstimate): ColumnSink => {
    const timeFormat = formats.get(column);
    return timeFormat === undefined
      ? new UndecidedSink(column, estimate)
      : new NumberSink(column, { type: 'time', timeFormat }, estimate);
  };
  const { poured, sinks } = await pass(files, options, { choose, start, settlesEarly: true, crew });
  const wrong = [...sinks.keys()].filter((column) => !formats.has(column) && !holds(sinks.get(column)));
  if (wrong.length > 0) {
    const again = await pass(files, options, {
      choose: () => wrong,
      start,
      settlesEarly: false,
      crew,
      isDigested: true,
    });
    for (const [column, sink] of again.sinks) sinks.set(column, sink);
  }
  locateOddCells(sinks.values(), poured.files);
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
  const { rows, digest, bytes, anomalies } = poured;
  const described = new Map(inferred.map(({ schema }) => [schema.name, schema]));
  return {
    table: { rows, columns: inferred.map(({ column }) => column) },
    schema: { version: 1, rows, columns: listed.map((column) => described.get(column) ?? unread(column)) },
    digest,
    bytes,
    anomalies: [...inferred.flatMap((column) => column.anomalies), ...anomalies],
  };
}

/** A column that was dropped before anything was known of it. */
function unread(name: string): ColumnSchema {
  return { name, type: 'text', role: 'ignore', missing: 0, unique: 0, reason: 'dropped by the user' };
}

/** Shorter columns are summarised faster than they are passed to a thread. */
const MIN_CREW_ROWS = 10_000;

async function summariesOf(
  columns: readonly Float64Array[],
  crew: Crew | undefined,
): Promise<ReadonlyMap<Float64Array, NumberSummary>> {
  const room = { memory: new Float64Array(0) };
  const isShort = (columns[0]?.length ?? 0) < MIN_CREW_ROWS;
  const summaries =
    crew === undefined || isShort
      ? columns.map((values) => summarise(values, room))
      : await crew.summarise(columns);
  return new Map(columns.map((values, index) => [values, summaries[index] as NumberSummary]));
}

interface PassOptions {
  readonly choose: (header: readonly string[]) => readonly string[];
  readonly start: (name: string, estimate: RowEstimate) => ColumnSink;
  /** Whether columns settle on a type on the way, or when all rows are known. */
  readonly settlesEarly: boolean;
  readonly crew: Crew | undefined;
  readonly isDigested?: boolean;
}

/** Pours the chosen columns into sinks, which settle on a type; in the order of `choose`. */
async function pass(
  files: readonly SourceFile[],
  options: InferOptions,
  { choose, start, settlesEarly, ...pass }: PassOptions,
): Promise<{ poured: Poured; sinks: Map<string, ColumnSink> }> {
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
  const poured = await pourFiles(files, open, { ...options, ...pass, estimate, onRows });
  settle();
  const byName = new Map(names.map((name, index) => [name, columns[index] ?? null]));
  const sinks = new Map<string, ColumnSink>();
  for (const name of chosen) {
    const sink = byName.get(name) ?? null;
    if (sink !== null) sinks.set(name, sink);
  }
  return { poured, sinks };
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
