import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { SqlValue } from '../connection.js';
import { DamagedJournal, FrameDecoder } from './decoder.js';

const READ_BYTES = 256 * 1024;

/** Rows that stand one after another in a file. */
export interface RowBatch {
  readonly rows: readonly SqlValue[][];
  /** Where they end. */
  readonly end: number;
}

/** Reads a journal file frame by frame, while somebody may still be writing to its end. */
export class JournalFile {
  readonly #file: number;
  readonly #decoder = new FrameDecoder();
  #position = 0;

  /** @throws what the file system throws: ENOENT where it is gone */
  constructor(path: string) {
    this.#file = openSync(path, 'r');
  }

  /** What `next` reads from. */
  get position(): number {
    return this.#position;
  }

  /** Its size at this moment. */
  size(): number {
    return fstatSync(this.#file).size;
  }

  /** The next rows, at most so many; none where nothing whole has been added. `accept` moves past them. @throws DamagedJournal */
  next(limit: number): RowBatch {
    const rows: SqlValue[][] = [];
    const end = this.#walk(this.size(), (bytes, at, frameEnd) => {
      if (rows.length === limit) return false;
      const row = this.#read(bytes, at, frameEnd, rows.length > 0);
      if (row === undefined) return false;
      if (row !== null) rows.push(row);
      return true;
    });
    return { rows, end };
  }

  accept({ end }: RowBatch): void {
    this.#position = end;
  }

  /** Moves on to a position without giving out the rows before it. */
  skipTo(position: number): void {
    while (this.#position < position) {
      const end = this.#walk(position, (bytes, at, frameEnd) => {
        this.#decoder.skip(bytes, at, frameEnd);
        return true;
      });
      if (end === this.#position) throw new DamagedJournal('shorter than what has been read of it');
      this.#position = end;
    }
  }

  close(): void {
    closeSync(this.#file);
  }

  /** Damage behind rows that can be read waits until these are in the log: then it comes first. */
  #read(bytes: Buffer, at: number, end: number, hasRows: boolean): SqlValue[] | null | undefined {
    try {
      return this.#decoder.read(bytes, at, end);
    } catch (error) {
      if (hasRows && error instanceof DamagedJournal) return undefined;
      throw error;
    }
  }

  /** Visits whole frames from the position on, within one read; returns where the last one that was taken ends. */
  #walk(limit: number, visit: (bytes: Buffer, at: number, end: number) => boolean): number {
    let bytes = this.#bytes(this.#position, Math.min(READ_BYTES, limit - this.#position));
    if (bytes.length < 4) return this.#position;
    const first = bytes.readUInt32LE(0) + 4;
    if (first > bytes.length && first <= limit - this.#position) bytes = this.#bytes(this.#position, first);
    let at = 0;
    for (;;) {
      const end = this.#endOf(bytes, at);
      if (end === null || !visit(bytes, at, end)) return this.#position + at;
      at = end;
    }
  }

  #endOf(bytes: Buffer, at: number): number | null {
    try {
      return FrameDecoder.endOf(bytes, at);
    } catch (error) {
      if (at > 0) return null;
      throw error;
    }
  }

  #bytes(from: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(Math.max(length, 0));
    let filled = 0;
    while (filled < bytes.length) {
      const count = readSync(this.#file, bytes, filled, bytes.length - filled, from + filled);
      if (count === 0) break;
      filled += count;
    }
    return bytes.subarray(0, filled);
  }
}
