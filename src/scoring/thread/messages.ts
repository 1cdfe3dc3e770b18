import type { EngineModel } from '../../engine/model.js';
import { type ErrorCode, MlxError } from '../../errors.js';
import type { Manifest } from '../manifest.js';
import { NotFiniteScore } from '../scores.js';
import type { LaneShape } from './lane.js';

/** The model file. */
export interface ModelFile {
  readonly path: string;
  /** What its bytes must add up to: SHA-256 in hex. */
  readonly sha256: string;
  /** Folder in which is kept what the engine needs of model files; not there: nothing is kept. */
  readonly cacheFolder?: string;
}

/** The first message to a scoring thread. */
export interface ThreadTask extends ModelFile {
  /** Rung, by adding one, when there is something to do. */
  readonly bell: Int32Array;
  /** Memory of a model that was released, for this one's. */
  readonly free?: SharedArrayBuffer | undefined;
}

export interface ThreadFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | undefined;
  /** It is a NotFiniteScore. */
  readonly isNotFinite: boolean;
}

/** To the thread; packs go through lanes. */
export type ThreadRequest =
  | {
      readonly kind: 'lane';
      readonly index: number;
      readonly shape: LaneShape;
      readonly buffer: SharedArrayBuffer;
    }
  | { readonly kind: 'close' }
  /** To let go of the model and wait for another one: of threads that have no native memory. */
  | { readonly kind: 'rest' };

/** A row on which the model failed. */
export interface FailedRow {
  readonly row: number;
  readonly error: ThreadFailure;
}

/** The scores of a pack: those that the task has, one entry (or one per class) a row. */
export interface PackScores {
  readonly labels: Int32Array | null;
  readonly probabilities: Float32Array | null;
  readonly values: Float32Array | null;
  /** Rows on which the model failed; their scores mean nothing. */
  readonly failures: readonly FailedRow[];
  /** Milliseconds that the model took. */
  readonly runMs: number;
}

/** From the thread. A number is the lane whose pack is scored without a failure. */
export type ThreadReply =
  | number
  | {
      readonly kind: 'ready';
      readonly manifest: Manifest;
      readonly engine: EngineModel | null;
      /** Where all of its trees lie; null where they do not lie together. */
      readonly memory: SharedArrayBuffer | null;
    }
  | { readonly kind: 'broken'; readonly error: ThreadFailure }
  | { readonly kind: 'alive' }
  | { readonly kind: 'failed'; readonly lane: number; readonly failures: readonly FailedRow[] };

/** A failure in a thread as the error that it was. */
export function errorOf({ code, message, hint, isNotFinite }: ThreadFailure): MlxError {
  if (isNotFinite) return new NotFiniteScore(message);
  return new MlxError(code, message, hint === undefined ? {} : { hint });
}
