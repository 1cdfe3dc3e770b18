import { shortest } from '../../stats/shortest-float.js';
import type { SqlValue } from '../connection.js';
import { FRAME, FRAME_HEAD, LENGTH_BYTES, TAG } from './frame.js';
import type { JournalVersion } from './row.js';

/** A file whose bytes are no frames, which a killed process does not leave behind: after a power loss, or damaged later. */
export class DamagedJournal extends Error {}

/** A version as its rows need it: the beginnings of the members of their JSON texts. */
interface VersionText {
  readonly model: string;
  readonly version: number;
  readonly columnKeys: readonly string[];
  readonly classKeys: readonly string[];
}

/**
 * Reads frames. Rows become the values of INSERT_PREDICTION; versions are remembered by their numbers, so that a file's
 * frames are to be given in their order.
 */
export class FrameDecoder {
  readonly #versions = new Map<number, VersionText>();
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;

  /**
   * The end of the frame at a position, or null where the bytes end before it does.
   * @throws DamagedJournal
   */
  static endOf(bytes: Buffer, at: number): number | null {
    if (at + LENGTH_BYTES > bytes.length) return null;
    const length = bytes.readUInt32LE(at);
    if (length <= FRAME_HEAD - LENGTH_BYTES) throw new DamagedJournal('a frame without content');
    const end = at + LENGTH_BYTES + length;
    return end > bytes.length ? null : end;
  }

  /**
   * Reads the whole frame from `at` to `end`: a row's values, or null for a version.
   * @throws DamagedJournal
   */
  read(bytes: Buffer, at: number, end: number): SqlValue[] | null {
    this.#start(bytes, at, end);
    const kind = bytes[at + LENGTH_BYTES];
    if (kind === FRAME.row) return this.#row();
    if (kind !== FRAME.version) throw new DamagedJournal(`a frame of kind ${kind}`);
    this.#version();
    return null;
  }

  /** Reads the frame if it is a version; rows are passed over. */
  skip(bytes: Buffer, at: number, end: number): void {
    this.#start(bytes, at, end);
    if (bytes[at + LENGTH_BYTES] === FRAME.version) this.#version();
  }

  /** Whether the frame at a position is a row. */
  static isRow(bytes: Buffer, at: number): boolean {
    return bytes[at + LENGTH_BYTES] === FRAME.row;
  }

  #start(bytes: Buffer, at: number, end: number): void {
    this.#bytes = bytes;
    this.#at = at + FRAME_HEAD;
    this.#end = end;
  }

  #version(): void {
    const number = this.#uint32();
    const text = this.#bytes.toString('utf8', this.#at, this.#end);
    let found: JournalVersion;
    try {
      found = JSON.parse(text) as JournalVersion;
    } catch {
      throw new DamagedJournal('a version that is no JSON');
    }
    this.#versions.set(number, {
      model: found.model,
      version: found.version,
      columnKeys: keysOf(found.columns),
      classKeys: keysOf(found.classes),
    });
  }

  #row(): SqlValue[] {
    const version = this.#versions.get(this.#uint32());
    if (version === undefined) throw new DamagedJournal('a row of an unknown version');
    const id = this.#value();
    const time = this.#value();
    const arm = this.#value();
    const unit = this.#value();
    const prediction = this.#value();
    const confidence = this.#value();
    const latencyMs = this.#value();
    const requestId = this.#value();
    const probabilities = this.#probabilities(version.classKeys);
    const inputs = this.#inputs(version.columnKeys);
    if (this.#at !== this.#end) throw new DamagedJournal('a row with more values than columns');
    return [
      id,
      Math.round(time as number),
      version.model,
      version.version,
      arm,
      unit,
      inputs,
      // SQLite has no NaN: it would be null, which a prediction is not
      Number.isNaN(prediction) ? 'NaN' : prediction,
      confidence,
      probabilities,
      latencyMs,
      requestId,
    ];
  }

  #inputs(keys: readonly string[]): string {
    let text = '{';
    for (const key of keys) {
      const value = this.#value();
      text += key;
      text += typeof value === 'number' ? numberText(value) : JSON.stringify(value);
    }
    return `${text}}`;
  }

  #probabilities(keys: readonly string[]): string | null {
    const tag = this.#byte();
    if (tag === TAG.none) return null;
    if (tag !== TAG.numbers && tag !== TAG.floats) throw new DamagedJournal(`probabilities with tag ${tag}`);
    if (this.#uint32() !== keys.length) throw new DamagedJournal('not as many probabilities as classes');
    let text = '{';
    for (const key of keys) {
      const value = tag === TAG.floats ? shortest(this.#float()) : this.#double();
      text += key + numberText(value);
    }
    return `${text}}`;
  }

  #value(): SqlValue {
    const tag = this.#byte();
    if (tag === TAG.number) return this.#double();
    if (tag === TAG.none) return null;
    if (tag !== TAG.text) throw new DamagedJournal(`a value with tag ${tag}`);
    const length = this.#uint32();
    const from = this.#take(length);
    return this.#bytes.toString('utf8', from, from + length);
  }

  #byte(): number {
    return this.#bytes[this.#take(1)] as number;
  }

  #uint32(): number {
    return this.#bytes.readUInt32LE(this.#take(4));
  }

  #float(): number {
    return this.#bytes.readFloatLE(this.#take(4));
  }

  #double(): number {
    return this.#bytes.readDoubleLE(this.#take(8));
  }

  #take(length: number): number {
    const at = this.#at;
    if (at + length > this.#end) throw new DamagedJournal('a frame that ends within a value');
    this.#at = at + length;
    return at;
  }
}

/** `"name":` of each, with the comma that parts it from the one before. */
function keysOf(names: readonly string[]): string[] {
  return names.map((name, index) => `${index === 0 ? '' : ','}${JSON.stringify(name)}:`);
}

/** As JSON.stringify writes it. */
function numberText(value: number): string {
  return Number.isFinite(value) ? String(value) : 'null';
}
