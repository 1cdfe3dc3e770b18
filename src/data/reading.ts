import type { Anomaly } from './anomaly.js';
import type { TextEncoding } from './encoding.js';
import type { InputOptions } from './input.js';
import type { Schema, TimeFormat } from './schema.js';
import type { Table } from './table.js';

/** How the bytes of a table are to be understood, and what `-` stands for: the same for all tables of a command. */
export interface SourceOptions extends InputOptions {
  /** One ASCII character (a tab may be written `\t`); sniffed from the header when not given. */
  readonly delimiter?: string | undefined;
  /** One ASCII character; " when not given. */
  readonly quote?: string | undefined;
  /** How the text is encoded; `auto` when not given. Bytes that are no text in it are an error, never replaced. */
  readonly encoding?: TextEncoding | undefined;
}

export interface ReadOptions extends SourceOptions {
  /** Read by this schema; inferred from all rows when not given. */
  readonly schema?: Schema | undefined;
  /** Formats of time columns that the data do not prove, by column name; only where the schema is inferred. */
  readonly timeFormats?: Readonly<Record<string, TimeFormat>> | undefined;
  /** Keep only these columns. */
  readonly columns?: readonly string[] | undefined;
  /** Columns that take no memory: not in the table, and in an inferred schema by name alone, ignored. */
  readonly drop?: readonly string[] | undefined;
  /** Bytes read at a time; makes no difference to the result. */
  readonly chunkBytes?: number | undefined;
  /** Threads to read with, 0 for none; decided by the file and the machine when not given. Makes no difference to the result. */
  readonly workers?: number | undefined;
}

export interface ReadResult {
  readonly table: Table;
  readonly schema: Schema;
  /** SHA-256 of the file's bytes, in hexadecimal; of several files, SHA-256 of their digests in order. */
  readonly digest: string;
  readonly bytes: number;
  /** What inference found: odd cells (errors), dates of unknown order (warnings). Empty with a given schema. */
  readonly anomalies: readonly Anomaly[];
}
