import { ERRORS, type ErrorCode, MlxError, toErrorDocument, toMlxError } from '../errors.js';
import type { Dialect } from './http/message.js';

/** Server faults whose words are about the model, not about files or SQL. */
const SPEAKABLE: ReadonlySet<ErrorCode> = new Set([
  'SCORING_FAILED',
  'DEADLINE_EXCEEDED',
  'UNAVAILABLE',
  'MODEL_NOT_FOUND',
  'BUSY',
]);

/**
 * What a client may be told of a failure. Faults of the server keep their code, but not their words, which can
 * hold paths or SQL; those go to the log.
 */
export function toPublicError(thrown: unknown): MlxError {
  const error = toMlxError(thrown);
  if (error.status < 500 || SPEAKABLE.has(error.code)) return error;
  return new MlxError(error.code, `${capitalised(ERRORS[error.code].summary)}.`, {
    hint: 'The log of the server says more.',
  });
}

/** The body of an error in a dialect: the full document in the plain one, `{"error":"…"}` in the others. */
export function errorBody(error: MlxError, dialect: Dialect): unknown {
  if (dialect === 'plain') return toErrorDocument(error);
  return { error: error.hint === undefined ? error.message : `${error.message} ${error.hint}` };
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
