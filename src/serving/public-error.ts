import { ERRORS, type ErrorCode, MlxError, toErrorDocument, toMlxError } from '../errors.js';

/** Server faults whose words are about the model, not about files or SQL. */
const SPEAKABLE: ReadonlySet<ErrorCode> = new Set([
  'SCORING_FAILED',
  'OVERLOADED',
  'MODEL_NOT_FOUND',
  'BUSY',
]);

/** Fastify's and Node's own errors that are the client's doing. */
const HTTP_CODES: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'REQUEST_TOO_LARGE',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'MEDIA_TYPE_UNSUPPORTED',
};

const HTTP_MESSAGES: Partial<Record<ErrorCode, { readonly message: string; readonly hint: string }>> = {
  REQUEST_TOO_LARGE: { message: 'The request body is over the limit.', hint: 'Send fewer rows at a time.' },
  MEDIA_TYPE_UNSUPPORTED: {
    message: 'The content type of the request is not supported.',
    hint: 'Send JSON with Content-Type: application/json (for /batch_predict also text/csv).',
  },
};

/**
 * What a client may be told of a failure. Faults of the server keep their code, but not their words, which can
 * hold paths or SQL; those go to the log.
 */
export function toPublicError(thrown: unknown): MlxError {
  const error = fromHttp(thrown) ?? toMlxError(thrown);
  if (error.status < 500 || SPEAKABLE.has(error.code)) return error;
  return new MlxError(error.code, `${capitalised(ERRORS[error.code].summary)}.`, {
    hint: 'The log of the server says more.',
  });
}

/** The body of an error in the dialect of the path: `{"error":"…"}` under /v1 and /v2, the full document elsewhere. */
export function errorBody(error: MlxError, path: string): unknown {
  if (!/^\/v[12](?:[/?]|$)/.test(path)) return toErrorDocument(error);
  return { error: error.hint === undefined ? error.message : `${error.message} ${error.hint}` };
}

function fromHttp(thrown: unknown): MlxError | undefined {
  if (thrown instanceof MlxError || !(thrown instanceof Error)) return undefined;
  const { code, statusCode } = thrown as Error & { code?: unknown; statusCode?: unknown };
  if (typeof statusCode !== 'number' || statusCode < 400 || statusCode >= 500) return undefined;
  const known = HTTP_CODES[String(code)];
  const words = known === undefined ? undefined : HTTP_MESSAGES[known];
  if (known !== undefined && words !== undefined)
    return new MlxError(known, words.message, { hint: words.hint });
  return new MlxError('REQUEST_INVALID', 'The request is not understood.', { hint: 'See /docs.' });
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
