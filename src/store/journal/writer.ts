import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { FrameEncoder } from './encoder.js';
import { type FileNames, namesForWriter } from './file-name.js';
import type { JournalRow, JournalVersion } from './row.js';

/**
 * Writes rows to files of this process alone. What `commit` has written is the operating system's: it survives the death
 * of this process at any instant. There is no sync to the disk, so a power loss may take the last moments.
 */
export class JournalWriter {
  readonly names: FileNames = namesForWriter();
  readonly #folder: string;
  readonly #fileBytes: number;
  readonly #encoder = new FrameEncoder();
  #versions = new WeakMap<JournalVersion, number>();
  #versionCount = 0;
  #lastVersion: JournalVersion | undefined;
  #lastNumber = 0;
  #file: number | undefined;
  #fileCount = 0;
  /** Where the next byte goes in the file. */
  #position = 0;
  /** Bytes of the encoder that are in the file: more than none after a write that was cut short. */
  #begun = 0;
  #pendingRows = 0;
  #committedBytes = 0;

  /** @param fileBytes size at which the next file is begun */
  constructor(folder: string, fileBytes: number) {
    this.#folder = folder;
    this.#fileBytes = fileBytes;
  }

  /** Rows added and not committed. */
  get pendingRows(): number {
    return this.#pendingRows;
  }

  /** Bytes added and not committed. */
  get pendingBytes(): number {
    return this.#encoder.length;
  }

  /** Bytes committed since the start. */
  get committedBytes(): number {
    return this.#committedBytes;
  }

  add(row: JournalRow): void {
    const { version } = row;
    if (version !== this.#lastVersion) {
      this.#lastNumber = this.#versions.get(version) ?? this.#introduce(version);
      this.#lastVersion = version;
    }
    this.#encoder.row(this.#lastNumber, row);
    this.#pendingRows++;
  }

  /**
   * Writes what was added, in one write. When that fails, everything is kept, and the next commit goes on where this one
   * stopped. @throws what the file system throws
   */
  commit(): void {
    if (this.#encoder.length === 0) return;
    this.#file ??= this.#openNext();
    const { memory, length } = this.#encoder;
    while (this.#begun < length) {
      const count = writeSync(this.#file, memory, this.#begun, length - this.#begun, this.#position);
      this.#begun += count;
      this.#position += count;
    }
    this.#committedBytes += length;
    this.#encoder.clear();
    this.#begun = 0;
    this.#pendingRows = 0;
    if (this.#position >= this.#fileBytes) this.#rotate();
  }

  /** Forgets what was not committed. @returns how many rows that were */
  close(): number {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    return this.#pendingRows;
  }

  /** Each file says by itself which versions its rows are of. */
  #introduce(version: JournalVersion): number {
    const number = this.#versionCount++;
    this.#versions.set(version, number);
    this.#encoder.version(number, version);
    return number;
  }

  /** A file is whole once the next one is there: so nothing is written to it after that. */
  #rotate(): void {
    const full = this.#file as number;
    try {
      this.#file = this.#openNext();
    } catch {
      // Where no file can be made, the full one takes more; the next commit tries again.
      return;
    }
    closeSync(full);
    this.#position = 0;
    this.#versions = new WeakMap();
    this.#versionCount = 0;
    this.#lastVersion = undefined;
  }

  #openNext(): number {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const file = openSync(join(this.#folder, this.names.name(this.#fileCount + 1)), 'wx', 0o600);
    this.#fileCount++;
    return file;
  }
}
