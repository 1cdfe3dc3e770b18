import { createHash } from 'node:crypto';
import { MlxError } from '../errors.js';
import type { Anomaly } from './anomaly.js';
import type { ColumnSink, RowEstimate } from './column-sink.js';
import { type Crew, withCrew } from './crew.js';
import type { FileFormat } from './file-format.js';
import { JsonStream, LateKey } from './json-stream.js';
import { ParquetStream } from './parquet-stream.js';
import { type OpenSinks, type PourOptions, pourFile, refuseEmpty } from './pour.js';
import type { ReadOptions } from './reading.js';

/** A file to read. */
export interface SourceFile {
  readonly path: string;
  readonly format: FileFormat;
}

/** What was poured, for the digest of the whole and for telling which file a row is of. */
export interface Poured {
  readonly rows: number;
  readonly bytes: number;
  /** SHA-256 of the file's bytes; of several, of their digests (the bytes, in order). */
  readonly digest: string;
  readonly files: readonly { readonly path: string; readonly rows: number }[];
  readonly anomalies: readonly Anomaly[];
}

export interface PourFilesOptions extends Omit<PourOptions, 'hash'>, Pick<ReadOptions, 'workers'> {
  /** Whether JSON files are gone through for all their keys first. */
  readonly areKeysKnown?: boolean;
  /** Whether the digest is known from an earlier time; it is empty then. */
  readonly isDigested?: boolean;
}

/**
 * Pours files of any format into the sinks of the first one's header, one after another: their columns are the same, in
 * any order.
 * @throws MlxError as {@link pourFile} does; DATA_INVALID for a file with other columns; LateKey, after which all is to
 *   be poured again with `areKeysKnown`
 */
export async function pourFiles(
  files: readonly SourceFile[],
  open: OpenSinks,
  options: PourFilesOptions,
): Promise<Poured> {
  const joint = new JointSinks(open);
  const done: { path: string; rows: number; bytes: number; digest: Buffer; anomalies: readonly Anomaly[] }[] =
    [];
  let rows = 0;
  for (const { path, format } of files) {
    const hash = options.isDigested === true ? undefined : createHash('sha256');
    const estimate = estimateAfter(rows, options.estimate);
    const onRows = (): void => {
      options.onRows?.();
      joint.refresh();
    };
    const openFile: OpenSinks = (header) => joint.open(header, path);
    const poured = await pourOne(path, format, openFile, { ...options, hash, estimate, onRows });
    rows += poured.rows;
    done.push({ path, ...poured, digest: hash?.digest() ?? Buffer.alloc(0) });
  }
  const [only] = done;
  const digest =
    only !== undefined && done.length === 1
      ? only.digest
      : done.reduce((hash, file) => hash.update(file.digest), createHash('sha256')).digest();
  return {
    rows,
    bytes: done.reduce((sum, { bytes }) => sum + bytes, 0),
    digest: digest.toString('hex'),
    files: done,
    anomalies: done.flatMap(({ anomalies }) => anomalies),
  };
}

async function pourOne(
  path: string,
  format: FileFormat,
  open: OpenSinks,
  options: PourFilesOptions & Pick<PourOptions, 'hash'>,
): Promise<{ rows: number; bytes: number; anomalies: readonly Anomaly[] }> {
  if (format === 'csv') {
    const pour = (crew: Crew | undefined) => pourFile(path, open, { ...options, crew });
    const poured = await (options.crew === undefined
      ? withCrew(path, options.workers, pour)
      : pour(options.crew));
    return { ...poured, anomalies: [] };
  }
  const stream = await (format === 'parquet'
    ? ParquetStream.open(path, options)
    : JsonStream.open(path, { ...options, needed: options.areKeysKnown === true ? 'all' : undefined }));
  try {
    const sinks = openKnowing(stream, open);
    let [rows, told] = [0, 0];
    do {
      for (let added = stream.read(sinks, PIECE_ROWS); added > 0; added = stream.read(sinks, PIECE_ROWS)) {
        rows += added;
        const { read, size } = stream.progress;
        if (read > 0) options.estimate.rows = Math.ceil((rows * Math.max(size, read) * 1.01) / read) + 16;
        if (rows < 2 * told) continue;
        told = rows;
        options.onRows?.();
      }
    } while (await stream.next());
    refuseEmpty(path, rows);
    return { rows, bytes: stream.progress.size, anomalies: stream.anomalies };
  } finally {
    await stream.close();
  }
}

/** Rows that are poured at once, so that types and the number of rows are guessed early. */
const PIECE_ROWS = 4096;

/** Columns that seem to be missing may be among the keys that have not been seen. */
function openKnowing(stream: JsonStream | ParquetStream, open: OpenSinks): (ColumnSink | null)[] {
  try {
    return open(stream.header);
  } catch (thrown) {
    if (stream instanceof JsonStream && !stream.isHeaderWhole) throw new LateKey();
    throw thrown;
  }
}

/** An estimate for the rows of one file, as one for all rows so far. */
function estimateAfter(rows: number, estimate: RowEstimate): RowEstimate {
  return {
    get rows() {
      return estimate.rows;
    },
    set rows(ofFile: number) {
      estimate.rows = rows + ofFile;
    },
  };
}

/** The sinks of the first header, in the order of each file's. */
class JointSinks {
  readonly #open: OpenSinks;
  #first:
    | { readonly header: readonly string[]; readonly path: string; sinks: (ColumnSink | null)[] }
    | undefined;
  #order: readonly number[] = [];
  #sinks: (ColumnSink | null)[] = [];

  constructor(open: OpenSinks) {
    this.#open = open;
  }

  /** @throws MlxError DATA_INVALID for other columns than the first file's */
  open(header: readonly string[], path: string): (ColumnSink | null)[] {
    if (this.#first === undefined) {
      const sinks = this.#open(header);
      this.#first = { header, path, sinks };
      return sinks;
    }
    const first = this.#first;
    const positions = new Map(first.header.map((name, index) => [name, index]));
    const added = header.filter((name) => !positions.has(name));
    const known = new Set(header);
    const lacking = first.header.filter((name) => !known.has(name));
    if (added.length > 0 || lacking.length > 0) throw otherColumns(path, first.path, added, lacking);
    this.#order = header.map((name) => positions.get(name) as number);
    this.#sinks = this.#order.map((index) => first.sinks[index] ?? null);
    return this.#sinks;
  }

  /** Takes over what was replaced among the first sinks. */
  refresh(): void {
    this.#order.forEach((index, at) => {
      this.#sinks[at] = this.#first?.sinks[index] ?? null;
    });
  }
}

function otherColumns(
  path: string,
  first: string,
  added: readonly string[],
  lacking: readonly string[],
): MlxError {
  const parts = [
    ...(lacking.length > 0 ? [`lacks ${quoted(lacking)}`] : []),
    ...(added.length > 0 ? [`has ${quoted(added)} besides`] : []),
  ];
  return new MlxError('DATA_INVALID', `${path} has other columns than ${first}: it ${parts.join(' and ')}.`, {
    hint: 'Files that are read as one table have the same columns, in any order.',
    details: { path, lacking, added },
  });
}

function quoted(names: readonly string[]): string {
  const shown = names.slice(0, 8).map((name) => `"${name}"`);
  return names.length > shown.length
    ? `${shown.join(', ')} and ${names.length - shown.length} more`
    : shown.join(', ');
}
