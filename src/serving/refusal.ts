import { type ErrorCode, type ErrorContext, MlxError } from '../errors.js';

export interface RefusalContext extends ErrorContext {
  /** When it makes sense to ask again. */
  readonly retryAfterSeconds?: number;
  /** Headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that is turned away by the server's rules or state, not for what it holds. */
export class Refusal extends MlxError {
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ErrorCode, message: string, context: RefusalContext = {}) {
    super(code, message, context);
    const { retryAfterSeconds, headers = {} } = context;
    this.headers =
      retryAfterSeconds === undefined
        ? headers
        : { ...headers, 'retry-after': String(Math.max(1, Math.ceil(retryAfterSeconds))) };
  }
}
