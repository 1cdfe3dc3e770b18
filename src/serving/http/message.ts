import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

import type { Trace } from '../metrics/trace.js';

/** Whose manners a route has: how errors are said. */
export type Dialect = 'plain' | 'tensorflow' | 'open-inference';

/**
 * What a caller must be allowed to do: ask for predictions and read what models take, send labels, read counts and
 * latencies, everything. `open` routes need no token.
 */
export type Role = 'open' | 'predict' | 'feedback' | 'metrics' | 'admin';

/** Who asks. */
export interface Caller {
  /** Stands for the caller in limits and logs, and gives no token away: `token:1a2b3c4d`, `address:192.0.2.1`. */
  readonly id: string;
  /** Whether a token of this server came with the request. */
  readonly isKnown: boolean;
  may(role: Role): boolean;
}

/** One request, its body read. */
export interface HttpRequest {
  readonly method: string;
  /** Without the query string. */
  readonly path: string;
  /** What stands for the `*` of the route, percent-decoded; empty without one. */
  readonly rest: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** Decompressed; empty where the route reads `raw` itself. */
  readonly body: Buffer;
  readonly raw: IncomingMessage;
  /** The caller's own id of the request; null when there is none. */
  readonly requestId: string | null;
  readonly trace: Trace;
  readonly caller: Caller;
  /** `performance.now()` after which the client has been told that it took too long; null = never. */
  readonly deadline: number | null;
  /** Says that the client allows no more than so many milliseconds from the first header on; a longer time changes nothing. */
  limitTime(timeoutMs: number): void;
}

/** One answer. */
export interface HttpReply {
  readonly status: number;
  readonly type: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Pieces are sent as they come. */
  readonly body: string | Uint8Array | AsyncIterable<string | Uint8Array>;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  /** Exact, or a prefix that ends in `/*`. */
  readonly path: string;
  readonly role: Role;
  readonly dialect: Dialect;
  /** `whole` (default): the body is read, within the limit, before `handle`. `stream`: `handle` reads `raw`. */
  readonly reads?: 'whole' | 'stream';
  handle(request: HttpRequest): Promise<HttpReply> | HttpReply;
}

const JSON_TYPE = 'application/json; charset=utf-8';

/** An answer in JSON. */
export function json(value: unknown, status = 200, headers?: Readonly<Record<string, string>>): HttpReply {
  const body = JSON.stringify(value);
  return headers === undefined
    ? { status, type: JSON_TYPE, body }
    : { status, type: JSON_TYPE, headers, body };
}

/** The media type of a request in lower case, without parameters; empty when there is none. */
export function mediaType({ 'content-type': type = '' }: IncomingHttpHeaders): string {
  const end = type.indexOf(';');
  return (end === -1 ? type : type.slice(0, end)).trim().toLowerCase();
}
