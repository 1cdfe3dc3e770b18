import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { ENGINE_VERSION } from '../engine/engine.js';
import type { EngineModel } from '../engine/model.js';
import { packEngineModel, unpackEngineModel } from '../engine/model-file.js';
import type { Manifest } from './manifest.js';

/** Smaller model files are read as fast as what would be kept of them. */
const LEAST_MODEL_BYTES = 100_000;
/** So many are kept; those that were written first go first. */
const MOST_FILES = 32;
/** Memory is taken in pieces of so many bytes, so that the next version of a model fits where this one was. */
const PIECE_BYTES = 1 << 20;
/** Memory that is so many times as large as what goes into it is not used again. */
const MOST_WASTE = 4;

/** What is kept of a model file. */
export interface CachedModel {
  readonly engine: EngineModel;
  readonly manifest: Manifest;
}

/** It, and where its trees lie. */
export interface KeptModel extends CachedModel {
  readonly memory: SharedArrayBuffer;
}

/**
 * What the engine needs of model files that were read before, in a folder of the store. It is derived from the model files:
 * whoever removes it loses time alone, and where it cannot be written or is damaged, the model file is read again.
 */
export class EngineCache {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * What is kept of the model file with that SHA-256.
   * @param free memory that nobody uses any more; it is used again where it fits
   */
  read(sha256: string, free?: SharedArrayBuffer): KeptModel | null {
    try {
      const { memory, length } = readShared(this.#pathOf(sha256), free);
      const found = unpackEngineModel(memory, length);
      return found === null ? null : { engine: found.model, manifest: found.note as Manifest, memory };
    } catch {
      return null;
    }
  }

  /** Keeps it, where that is worth it. */
  write(sha256: string, modelBytes: number, { engine, manifest }: CachedModel): void {
    if (modelBytes < LEAST_MODEL_BYTES) return;
    const path = this.#pathOf(sha256);
    const unfinished = `${path}.${process.pid}.tmp`;
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      writeFileSync(unfinished, packEngineModel(engine, manifest), { mode: 0o600 });
      renameSync(unfinished, path);
      this.#prune();
    } catch {
      removeIfThere(unfinished);
    }
  }

  #prune(): void {
    const files = readdirSync(this.#folder).map((name) => join(this.#folder, name));
    if (files.length <= MOST_FILES) return;
    const writtenAt = new Map(files.map((file) => [file, statSync(file).mtimeMs]));
    const oldest = files.toSorted((a, b) => (writtenAt.get(a) as number) - (writtenAt.get(b) as number));
    for (const file of oldest.slice(0, -MOST_FILES)) rmSync(file, { force: true });
  }

  #pathOf(sha256: string): string {
    return join(this.#folder, `${sha256}.engine-${ENGINE_VERSION}`);
  }
}

function removeIfThere(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // Where its folder is none, or may not be written, it was not begun.
  }
}

function readShared(
  path: string,
  free: SharedArrayBuffer | undefined,
): { readonly memory: SharedArrayBuffer; readonly length: number } {
  const file = openSync(path, 'r');
  try {
    const { size: length } = fstatSync(file);
    const needed = PIECE_BYTES * Math.ceil(length / PIECE_BYTES);
    const isFit = free !== undefined && free.byteLength >= length && free.byteLength <= MOST_WASTE * needed;
    const memory = isFit ? free : new SharedArrayBuffer(needed);
    const bytes = new Uint8Array(memory, 0, length);
    for (let at = 0; at < length; ) {
      const read = readSync(file, bytes, at, length - at, at);
      if (read === 0) throw new RangeError('the file became shorter');
      at += read;
    }
    return { memory, length };
  } finally {
    closeSync(file);
  }
}
