import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { HttpReply } from '../http/message.js';
import type { OriginCheck } from './origin.js';

/** Request headers that pages may set, beside those that they always may. */
const ALLOWED_HEADERS = [
  'authorization',
  'content-type',
  'content-encoding',
  'inference-header-content-length',
  'traceparent',
  'x-request-id',
  'x-request-timeout-ms',
];
/** Answer headers that pages may read. */
const EXPOSED_HEADERS = [
  'inference-header-content-length',
  'retry-after',
  'x-mlx-fallback',
  'x-mlx-model-version',
  'x-prediction-id',
  'x-request-id',
];
const PREFLIGHT_SECONDS = 600;

/** Says to browsers that pages of the named origins may call; without such origins it says nothing. */
export class Cors {
  readonly #origins: OriginCheck;

  constructor(origins: OriginCheck) {
    this.#origins = origins;
  }

  /** Puts the headers of any answer. */
  mark(response: ServerResponse, { origin }: IncomingHttpHeaders): void {
    if (!this.#origins.isOn) return;
    // Also where no page asked: a cache must not give that answer to one.
    response.setHeader('vary', 'Origin');
    if (origin === undefined || !this.#origins.isNamed(origin)) return;
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('access-control-expose-headers', EXPOSED_HEADERS.join(', '));
  }

  /** Whether it is a browser's question before a request. It never has a token. */
  isPreflight(method: string | undefined, headers: IncomingHttpHeaders): boolean {
    return (
      method === 'OPTIONS' &&
      headers.origin !== undefined &&
      headers['access-control-request-method'] !== undefined &&
      this.#origins.isNamed(headers.origin)
    );
  }

  /** The answer to it. @param methods what the path takes */
  preflight(methods: readonly string[]): HttpReply {
    const headers = {
      'access-control-allow-methods': methods.join(', '),
      'access-control-allow-headers': ALLOWED_HEADERS.join(', '),
      'access-control-max-age': String(PREFLIGHT_SECONDS),
      vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
    };
    return { status: 204, type: '', headers, body: '' };
  }
}
