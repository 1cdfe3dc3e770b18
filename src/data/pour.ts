import type { Hash } from 'node:crypto';
import { MlxError } from '../errors.js';
import type { CellSink } from './cell-sink.js';
import { CsvReader } from './csv.js';
import { fileSize, readChunks } from './file.js';
import type { RowEstimate } from './sinks.js';

/** Sinks for the columns of a header, in its order; null for a column that is not wanted. */
export type OpenSinks = (header: readonly string[]) => (CellSink | null)[];

export interface PourOptions {
  readonly delimiter?: string | undefined;
  readonly chunkBytes?: number | undefined;
  /** Fed every byte of the file. */
  readonly hash?: Hash;
  /** Updated once the first rows are known. */
  readonly estimate: RowEstimate;
  /** Called after each piece; may replace sinks in the array that `open` gave. */
  readonly onPiece?: () => void;
}

/** The first piece is small, so that types and the number of rows are guessed early. */
const SAMPLE_BYTES = 256 * 1024;

/**
 * Pours a CSV file into the sinks. @returns rows and bytes of the file
 * @throws MlxError FILE_*, DATA_EMPTY, DATA_MALFORMED, HEADER_INVALID
 */
export async function pourFile(
  path: string,
  open: OpenSinks,
  options: PourOptions,
): Promise<{ rows: number; bytes: number }> {
  const size = await fileSize(path);
  const pouring = new Pouring(path, open, options.delimiter);
  let [rows, bytes] = [0, 0];
  for await (const chunk of readChunks(path, options.chunkBytes)) {
    options.hash?.update(chunk);
    for (const part of bytes === 0
      ? [chunk.subarray(0, SAMPLE_BYTES), chunk.subarray(SAMPLE_BYTES)]
      : [chunk]) {
      bytes += part.length;
      const added = pouring.push(part);
      if (added === 0) continue;
      rows += added;
      options.estimate.rows = Math.ceil((rows * Math.max(size, bytes) * 1.01) / bytes) + 16;
      options.onPiece?.();
    }
  }
  rows += pouring.end();
  refuseEmpty(path, rows);
  return { rows, bytes };
}

/** Pours CSV text into the sinks. @returns its rows; throws as {@link pourFile} does */
export function pourText(text: string, name: string, open: OpenSinks): number {
  const pouring = new Pouring(name, open, undefined);
  const rows = pouring.push(Buffer.from(text)) + pouring.end();
  refuseEmpty(name, rows);
  return rows;
}

/** @throws MlxError DATA_EMPTY for no rows */
export function refuseEmpty(name: string, rows: number): void {
  if (rows > 0) return;
  throw new MlxError('DATA_EMPTY', `${name} has a header and no rows.`, {
    hint: 'At least one row below the header is needed.',
  });
}

class Pouring {
  readonly #reader: CsvReader;
  readonly #open: OpenSinks;
  #sinks: (CellSink | null)[] | undefined;

  constructor(name: string, open: OpenSinks, delimiter: string | undefined) {
    this.#reader = new CsvReader({ name, ...(delimiter === undefined ? {} : { delimiter }) });
    this.#open = open;
  }

  push(chunk: Buffer): number {
    this.#reader.push(chunk);
    return this.#read();
  }

  end(): number {
    this.#reader.end();
    return this.#read();
  }

  #read(): number {
    const { header } = this.#reader;
    if (header === undefined) return 0;
    this.#sinks ??= this.#open(header);
    return this.#reader.read(this.#sinks, Number.POSITIVE_INFINITY);
  }
}
