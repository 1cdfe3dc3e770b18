import { resolve } from 'node:path';
import type { DuckDBConnection, DuckDBDataChunk, DuckDBInstance, DuckDBResult } from '@duckdb/node-api';
import { MlxError } from '../errors.js';
import type { Anomaly } from './anomaly.js';
import type { CellSink } from './cell-sink.js';
import { fileSize, readChunks } from './file.js';
import { NumberSink } from './number-sink.js';
import type { RowStream, StreamOptions } from './row-stream.js';
import { cellText } from './table.js';

/** From here on doubles do not hold every integer. */
const FIRST_INEXACT = 2 ** 53;

/** How values of a column come out of DuckDB. */
type Kind = 'number' | 'time' | 'text' | 'nested';

interface ParquetColumn {
  readonly name: string;
  readonly kind: Kind;
  readonly type: string;
  /** The column as an SQL expression. */
  readonly sql: string;
}

const NUMBERS = /^(?:U?(?:TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\))$/;
const TIMES = /^(?:DATE|TIMESTAMP.*)$/;
const TEXTS = /^(?:VARCHAR|BOOLEAN|UUID|TIME.*|ENUM\(.*\)|BIGNUM)$/;

/**
 * The rows of a Parquet file, read by DuckDB a few thousand at a time: columns that are not wanted are not read.
 * Integers, decimals and floats are numbers (integers of 2^53 or more and long decimals are rounded to doubles), dates
 * and timestamps are times (whole seconds; those without a zone are UTC), booleans `true` or `false`; NaN is missing.
 * Nested columns are refused if they are wanted.
 */
export class ParquetStream implements RowStream {
  readonly progress: { read: number; readonly size: number };
  readonly header: readonly string[];
  readonly #name: string;
  readonly #source: string;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #columns: readonly ParquetColumn[];
  /** Positions in the header of the columns that the result has. */
  #wanted: readonly number[] = [];
  #result: DuckDBResult | undefined;
  #chunk: DuckDBDataChunk | undefined;
  #at = 0;
  #rows = 0;
  readonly #rounded = new Map<string, number>();

  private constructor(
    path: string,
    size: number,
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    columns: readonly ParquetColumn[],
  ) {
    this.#name = path;
    this.#source = sourceOf(path);
    this.#instance = instance;
    this.#connection = connection;
    this.#columns = columns;
    this.header = columns.map(({ name }) => name);
    this.progress = { read: 0, size };
  }

  /** @throws MlxError FILE_*, DATA_EMPTY, DATA_MALFORMED, HEADER_INVALID */
  static async open(path: string, { hash, chunkBytes }: StreamOptions): Promise<ParquetStream> {
    const size = await fileSize(path);
    if (hash !== undefined) for await (const chunk of readChunks(path, chunkBytes)) hash.update(chunk);
    const { DuckDBInstance } = await import('@duckdb/node-api');
    // Nothing is fetched from anywhere, and no file beside the one named is touched.
    const instance = await DuckDBInstance.create(':memory:', {
      threads: '2',
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    const connection = await instance.connect();
    try {
      const columns = await columnsOf(connection, path);
      return new ParquetStream(path, size, instance, connection, columns);
    } catch (thrown) {
      connection.closeSync();
      instance.closeSync();
      throw broken(path, thrown);
    }
  }

  async next(): Promise<boolean> {
    try {
      this.#result ??= await this.#query();
      const chunk = await this.#result.fetchChunk();
      this.#chunk = chunk ?? undefined;
      this.#at = 0;
      return chunk !== null && chunk.rowCount > 0;
    } catch (thrown) {
      throw broken(this.#name, thrown);
    }
  }

  read(sinks: readonly (CellSink | null)[], limit: number): number {
    // Which columns are wanted is known from the first call on, which comes before there are any rows.
    if (this.#result === undefined) this.#choose(sinks);
    const chunk = this.#chunk;
    if (chunk === undefined) return 0;
    const count = Math.min(limit, chunk.rowCount - this.#at);
    this.#wanted.forEach((position, index) => {
      const sink = sinks[position];
      if (sink === null || sink === undefined) return;
      const vector = chunk.getColumnVector(index);
      const { kind, name, type } = this.#columns[position] as ParquetColumn;
      const isWide = type.endsWith('BIGINT') || type.endsWith('HUGEINT');
      for (let i = 0; i < count; i++) {
        const value = vector.getItem(this.#at + i);
        putCell(sink, kind, value, this.#rows + i + 1);
        if (isWide && Math.abs(value as number) >= FIRST_INEXACT) this.#countRounded(name);
      }
    });
    this.#at += count;
    this.#rows += count;
    return count;
  }

  /** Warnings about integers that a double does not hold. */
  get anomalies(): readonly Anomaly[] {
    return [...this.#rounded].map(([column, count]) => {
      const message =
        `"${column}" has ${count === 1 ? '1 integer' : `${count} integers`} of 2^53 or more, rounded to the nearest ` +
        'double; if they are identifiers, write them as text';
      return { column, kind: 'odd-cells', severity: 'warning', message, count };
    });
  }

  #countRounded(column: string): void {
    this.#rounded.set(column, (this.#rounded.get(column) ?? 0) + 1);
  }

  async close(): Promise<void> {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  #choose(sinks: readonly (CellSink | null)[]): void {
    this.#wanted = sinks.flatMap((sink, position) => (sink === null ? [] : [position]));
    for (const position of this.#wanted) {
      const { kind, name, type } = this.#columns[position] as ParquetColumn;
      if (kind !== 'nested') continue;
      const message = `${this.#name}: the column "${name}" holds ${type} values, not one value a row.`;
      throw new MlxError('DATA_MALFORMED', message, {
        hint: 'Flatten the column before, or leave it out.',
        details: { column: name, type },
      });
    }
  }

  async #query(): Promise<DuckDBResult> {
    const columns = this.#wanted.map((position) => (this.#columns[position] as ParquetColumn).sql);
    return this.#connection.stream(`SELECT ${columns.join(', ') || 'NULL'} FROM ${this.#source}`);
  }
}

/** @param line a row has no line: its number stands for it */
function putCell(sink: CellSink, kind: Kind, value: unknown, line: number): void {
  if (value === null || Number.isNaN(value)) {
    if (sink instanceof NumberSink) sink.push(Number.NaN);
    else sink.text('', line);
  } else if (typeof value !== 'number') {
    sink.text(String(value), line);
  } else if (
    sink instanceof NumberSink &&
    sink.takesDecimals === (kind === 'number') &&
    Number.isFinite(value)
  ) {
    sink.push(value);
  } else {
    sink.text(kind === 'number' ? String(value) : timeText(value), line);
  }
}

function timeText(seconds: number): string {
  return cellText({ kind: 'time', name: '', values: Float64Array.of(seconds) }, 0);
}

/** The top level of the schema, with the names as they stand in the file: DuckDB renames those that differ in case alone. */
async function columnsOf(connection: DuckDBConnection, path: string): Promise<readonly ParquetColumn[]> {
  const described = await (await connection.run(`DESCRIBE SELECT * FROM ${sourceOf(path)}`)).getRows();
  const tree = await (
    await connection.run(`SELECT name, num_children FROM parquet_schema(${literal(path)})`)
  ).getRows();
  const names = topNames(
    tree.map(([name, children]) => ({ name: String(name), children: Number(children ?? 0) })),
  );
  if (names.some((name) => name === '') || new Set(names).size < names.length) {
    throw new MlxError('HEADER_INVALID', `${path} has a column without a name, or a name twice.`, {
      hint: 'Give every column a name of its own.',
    });
  }
  return described.map((row, index) => {
    const type = String(row[1]);
    const column = `"${String(row[0]).replaceAll('"', '""')}"`;
    const name = names[index] as string;
    if (NUMBERS.test(type)) return { name, type, kind: 'number', sql: `CAST(${column} AS DOUBLE)` };
    if (TIMES.test(type)) return { name, type, kind: 'time', sql: `floor(epoch(${column}))` };
    if (TEXTS.test(type)) return { name, type, kind: 'text', sql: `CAST(${column} AS VARCHAR)` };
    return { name, type, kind: 'nested', sql: column };
  });
}

/** Names of the root's children in a schema that is written depth first. */
function topNames(tree: readonly { readonly name: string; readonly children: number }[]): string[] {
  const names: string[] = [];
  const open: number[] = [];
  tree.forEach(({ name, children }, index) => {
    if (open.length === 1) names.push(name.trim());
    if (index > 0) open[open.length - 1] = (open.at(-1) ?? 0) - 1;
    if (children > 0) open.push(children);
    while (open.length > 1 && open.at(-1) === 0) open.pop();
  });
  return names;
}

function sourceOf(path: string): string {
  return `read_parquet(${literal(path)}, binary_as_string = true, hive_partitioning = false)`;
}

/** The path as a text of SQL that is no pattern, no address and no other option. */
function literal(path: string): string {
  const plain = resolve(path).replaceAll(/[*?[]/g, (character) => `[${character}]`);
  return `'${plain.replaceAll("'", "''")}'`;
}

function broken(path: string, thrown: unknown): unknown {
  if (thrown instanceof MlxError) return thrown;
  const reason = thrown instanceof Error ? thrown.message.split('\n')[0] : String(thrown);
  return new MlxError('DATA_MALFORMED', `${path} cannot be read as Parquet: ${reason}`, {
    hint: 'Check that the file is whole and is a Parquet file.',
    cause: thrown,
    details: { path },
  });
}
