import { ERRORS, type ErrorCode, MlxError, toErrorDocument, toMlxError } from '../errors.js';
import { errorText } from './dialects/tensorflow-errors.js';
import { type Dialect, type HttpReply, json } from './http/message.js';

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

/** An error in a dialect's form: the full document in the plain one, `{"error":"…"}` in the others. */
export function errorReply(
  error: MlxError,
  dialect: Dialect,
  headers: Readonly<Record<string, string>>,
): HttpReply {
  const { status } = error;
  if (dialect === 'plain') return json(toErrorDocument(error), status, headers);
  const text = error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
  return dialect === 'open-inference'
    ? json({ error: text }, status, headers)
    : { status, type: 'application/json', headers, body: errorText(text) };
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
