import { type ErrorCode, MlxError } from '../../errors.js';
import type { Manifest } from '../manifest.js';
import type { PackedRows } from '../packed-rows.js';
import { NotFiniteScore } from '../scores.js';

/** What a scoring thread is started with. */
export interface ThreadTask {
  /** The model file. */
  readonly path: string;
  /** What its bytes must add up to: SHA-256 in hex. */
  readonly sha256: string;
}

export interface ThreadFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string | undefined;
  /** It is a NotFiniteScore. */
  readonly isNotFinite: boolean;
}

/** To the thread. */
export type ThreadRequest =
  | {
      readonly kind: 'score';
      readonly id: number;
      readonly packed: PackedRows;
      /** Each row in a run of its own. */
      readonly isAlone: boolean;
    }
  | { readonly kind: 'close' };

/** The scores of a pack: those that the task has, one entry (or one per class) a row. */
export interface PackScores {
  readonly labels: Int32Array | null;
  readonly probabilities: Float32Array | null;
  readonly values: Float32Array | null;
  /** Rows on which the model failed, with the reason; their scores mean nothing. */
  readonly failures: readonly { readonly row: number; readonly error: ThreadFailure }[];
  /** Milliseconds that the model took. */
  readonly runMs: number;
}

/** From the thread. */
export type ThreadReply =
  | { readonly kind: 'ready'; readonly manifest: Manifest }
  | { readonly kind: 'broken'; readonly error: ThreadFailure }
  | { readonly kind: 'alive' }
  | ({ readonly kind: 'scored'; readonly id: number } & PackScores);

/** A failure in a thread as the error that it was. */
export function errorOf({ code, message, hint, isNotFinite }: ThreadFailure): MlxError {
  if (isNotFinite) return new NotFiniteScore(message);
  return new MlxError(code, message, hint === undefined ? {} : { hint });
}
