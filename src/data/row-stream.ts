import type { Hash } from 'node:crypto';
import type { Anomaly } from './anomaly.js';
import type { CellSink } from './cell-sink.js';
import type { TextEncoding } from './encoding.js';

/**
 * The rows of one file, piece by piece: `read` moves rows of a piece into sinks, `next` fetches the next piece; reading
 * comes first. What format the
 * file has makes no difference from here on. A cell is what a CSV file would hold at its place: a number as it is
 * written, `true` or `false`, a text as it is, an ISO 8601 time, or nothing where there is no value.
 */
export interface RowStream {
  /** Names of the columns, trimmed, each once; known once the stream is open. */
  readonly header: readonly string[];
  /** Bytes of the file that were read so far, of those it has; 0 of 0 where that is not known. */
  readonly progress: { readonly read: number; readonly size: number };
  /** What became of values that a cell cannot hold as they are, once they were read. */
  readonly anomalies: readonly Anomaly[];
  /** False when there is no more. @throws MlxError DATA_MALFORMED, FILE_UNREADABLE */
  next(): Promise<boolean>;
  /**
   * Moves at most `limit` rows of the piece into the sinks, one per column of the header (null: not wanted).
   * @returns how many rows; 0 when the next piece must be fetched @throws MlxError DATA_MALFORMED
   */
  read(sinks: readonly (CellSink | null)[], limit: number): number;
  /** Lets go of the file, wherever the reading stands. */
  close(): Promise<void>;
}

export interface StreamOptions {
  /** How the text is encoded, where it is text; `auto` when not given. */
  readonly encoding?: TextEncoding | undefined;
  readonly chunkBytes?: number | undefined;
  /** Fed every byte of the file. */
  readonly hash?: Hash | undefined;
  /** Column names that must be in the header if they are anywhere in the file. */
  readonly needed?: readonly string[] | 'all' | undefined;
}
