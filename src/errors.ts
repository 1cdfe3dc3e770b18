/**
 * The catalogue of error codes. One line per code; `docs/errors.md` is checked against it.
 * A retired code is never used again.
 *
 * `exit` is the process exit code (docs/cli.md), `status` the HTTP status where the same fault
 * reaches a client of `mlx serve`.
 */
export const ERRORS = {
  // 2: wrong usage or configuration, nothing done
  USAGE: { exit: 2, status: 400, summary: 'the command line is not understood' },
  CONFIG_INVALID: { exit: 2, status: 500, summary: 'the configuration file has a wrong or unknown setting' },
  SCHEMA_INVALID: { exit: 2, status: 500, summary: 'the schema file has a wrong or unknown entry' },
  INPUT_REQUIRED: { exit: 2, status: 400, summary: 'an answer is needed and nobody can be asked' },
  NAME_INVALID: { exit: 2, status: 400, summary: 'a name has characters that are not allowed' },
  EXPRESSION_INVALID: { exit: 2, status: 400, summary: 'a filter expression is not understood' },
  PARAM_INVALID: { exit: 2, status: 400, summary: 'a parameter of the algorithm is unknown or out of range' },
  FILE_EXISTS: { exit: 2, status: 409, summary: 'a file is there already and was not overwritten' },
  // 3: a negative verdict
  DATA_INVALID: { exit: 3, status: 422, summary: 'the table does not fit its schema' },
  GATE_FAILED: { exit: 3, status: 409, summary: 'the promotion gate was not passed' },
  DRIFT_FOUND: { exit: 3, status: 200, summary: 'drift was found' },
  CANDIDATE_NOT_BETTER: {
    exit: 3,
    status: 409,
    summary: 'the retrained model is not better than production',
  },
  CHECK_FAILED: { exit: 3, status: 500, summary: 'a self-check found something wrong' },
  // 4: no such thing
  FILE_NOT_FOUND: { exit: 4, status: 404, summary: 'no such file' },
  STORE_NOT_FOUND: { exit: 4, status: 500, summary: 'no store here or above' },
  RUN_NOT_FOUND: { exit: 4, status: 404, summary: 'no such run' },
  MODEL_NOT_FOUND: { exit: 4, status: 404, summary: 'no such model or version' },
  ABTEST_NOT_FOUND: { exit: 4, status: 404, summary: 'no such A/B test' },
  COLUMN_NOT_FOUND: { exit: 4, status: 400, summary: 'no such column' },
  ROUTE_NOT_FOUND: { exit: 4, status: 404, summary: 'no such route' },
  // 5: busy, safe to retry
  BUSY: { exit: 5, status: 503, summary: 'another process is at it; try again' },
  // 1: failed
  FILE_UNREADABLE: { exit: 1, status: 500, summary: 'a file could not be read' },
  FILE_UNWRITABLE: { exit: 1, status: 500, summary: 'a file could not be written' },
  DISK_FULL: { exit: 1, status: 507, summary: 'no space is left on the device' },
  DATA_EMPTY: { exit: 1, status: 400, summary: 'the table has no rows' },
  DATA_MALFORMED: { exit: 1, status: 400, summary: 'the text is not a table: row and column are named' },
  HEADER_INVALID: { exit: 1, status: 400, summary: 'the header has an empty or repeated column name' },
  TARGET_MISSING: { exit: 1, status: 400, summary: 'the target column is not in the table' },
  TARGET_UNUSABLE: { exit: 1, status: 400, summary: 'the target cannot be learned: one class, or no values' },
  FEATURES_MISSING: { exit: 1, status: 400, summary: 'no usable feature column is left' },
  TRAINING_FAILED: { exit: 1, status: 500, summary: 'training did not finish' },
  MODEL_INVALID: { exit: 1, status: 422, summary: 'the file is not a usable ONNX model' },
  MODEL_UNCERTIFIED: {
    exit: 1,
    status: 422,
    summary: 'scores depend on batch size, threads or the order of rows, or were not certified',
  },
  EXPLANATION_UNAVAILABLE: {
    exit: 1,
    status: 422,
    summary: 'the model file does not hold what explaining its predictions needs',
  },
  SCORING_FAILED: { exit: 1, status: 500, summary: 'the model failed on a row' },
  ARTIFACT_CORRUPT: { exit: 1, status: 500, summary: 'an artifact does not match its SHA-256' },
  STORE_CORRUPT: { exit: 1, status: 500, summary: 'the store or its hash chain is damaged' },
  STORE_TOO_NEW: { exit: 1, status: 500, summary: 'the store was written by a newer mlx' },
  STATE_CONFLICT: { exit: 1, status: 409, summary: 'that is not possible in the present state' },
  PORT_UNAVAILABLE: { exit: 1, status: 500, summary: 'the address is in use or not allowed' },
  WORKER_FAILED: { exit: 1, status: 500, summary: 'no worker process of the server could start' },
  INTERNAL: { exit: 1, status: 500, summary: 'a defect in mlx' },
  // over HTTP only
  REQUEST_INVALID: { exit: 1, status: 400, summary: 'the request is not understood; the field is named' },
  REQUEST_TOO_LARGE: { exit: 1, status: 413, summary: 'the request body or its rows are over the limit' },
  MEDIA_TYPE_UNSUPPORTED: { exit: 1, status: 415, summary: 'the content type is not supported' },
  OVERLOADED: { exit: 5, status: 429, summary: 'too many requests are waiting' },
  RATE_LIMITED: { exit: 5, status: 429, summary: 'this caller sends more requests than it may' },
  UNAVAILABLE: { exit: 5, status: 503, summary: 'the version keeps failing and is left alone for a while' },
  DEADLINE_EXCEEDED: { exit: 5, status: 504, summary: 'the time that the request allowed is over' },
  REQUEST_TIMEOUT: { exit: 5, status: 408, summary: 'the request took too long to arrive' },
  UNAUTHORIZED: { exit: 1, status: 401, summary: 'a valid token is needed' },
  FORBIDDEN: {
    exit: 1,
    status: 403,
    summary: 'the token is for something else, or the host or origin is not allowed',
  },
  // signals
  INTERRUPTED: { exit: 130, status: 503, summary: 'stopped by Ctrl-C' },
  TERMINATED: { exit: 143, status: 503, summary: 'stopped by SIGTERM' },
} as const satisfies Record<string, { exit: number; status: number; summary: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** What a caller may add to an error: what to do next, and machine-readable particulars. */
export interface ErrorContext {
  readonly hint?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** Every expected failure. The message says what happened and why; the hint what to do next. */
export class MlxError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, context: ErrorContext = {}) {
    super(message, context.cause === undefined ? undefined : { cause: context.cause });
    this.name = 'MlxError';
    this.code = code;
    this.hint = context.hint;
    this.details = context.details;
  }

  get exitCode(): number {
    return ERRORS[this.code].exit;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }
}

/** The one JSON shape of a failure on stdout and in plain HTTP answers. */
export interface ErrorDocument {
  readonly error: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly hint?: string;
    readonly details?: Readonly<Record<string, unknown>>;
  };
}

export function toErrorDocument(error: MlxError): ErrorDocument {
  return {
    error: {
      code: error.code,
      message: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      ...(error.details === undefined ? {} : { details: error.details }),
    },
  };
}

const SYSTEM_CODES: Readonly<Record<string, ErrorCode>> = {
  ENOENT: 'FILE_NOT_FOUND',
  EACCES: 'FILE_UNREADABLE',
  EPERM: 'FILE_UNREADABLE',
  EISDIR: 'FILE_UNREADABLE',
  ENOTDIR: 'FILE_NOT_FOUND',
  ENOSPC: 'DISK_FULL',
  EDQUOT: 'DISK_FULL',
  EROFS: 'FILE_UNWRITABLE',
  EADDRINUSE: 'PORT_UNAVAILABLE',
  SQLITE_FULL: 'DISK_FULL',
  SQLITE_BUSY: 'BUSY',
  SQLITE_CORRUPT: 'STORE_CORRUPT',
  SQLITE_NOTADB: 'STORE_CORRUPT',
  SQLITE_READONLY: 'FILE_UNWRITABLE',
  SQLITE_CANTOPEN: 'FILE_UNREADABLE',
};

const SYSTEM_HINTS: Partial<Record<ErrorCode, string>> = {
  FILE_NOT_FOUND: 'Check the path.',
  FILE_UNREADABLE: 'Check that it is a file and that you may read it.',
  DISK_FULL: 'Free some space and run the command again; nothing half-written was kept.',
  BUSY: 'Run the command again in a moment.',
  STORE_CORRUPT: 'Run `mlx doctor` for particulars; restore the store from a copy.',
};

/** Turns anything thrown into an MlxError: system errors by their code, the rest as INTERNAL. */
export function toMlxError(thrown: unknown): MlxError {
  if (thrown instanceof MlxError) return thrown;
  if (thrown instanceof Error) {
    const system = (thrown as NodeJS.ErrnoException).code;
    const code = typeof system === 'string' ? SYSTEM_CODES[system] : undefined;
    if (code !== undefined) {
      const hint = SYSTEM_HINTS[code];
      return new MlxError(code, thrown.message, { cause: thrown, ...(hint === undefined ? {} : { hint }) });
    }
    return new MlxError('INTERNAL', thrown.message, {
      cause: thrown,
      hint: 'This is a defect in mlx. Run again with --debug for the stack.',
    });
  }
  return new MlxError('INTERNAL', String(thrown));
}
