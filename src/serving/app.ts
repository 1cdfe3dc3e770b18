import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import { type MlxError, toMlxError } from '../errors.js';
import type { TokenCheck } from './auth.js';
import type { Core } from './core.js';
import { batchRoutes } from './dialects/batch-predict.js';
import { explainRoutes } from './dialects/explain.js';
import { feedbackRoutes } from './dialects/feedback.js';
import { openInferenceRoutes } from './dialects/open-inference.js';
import { operationRoutes } from './dialects/operations.js';
import { predictRoutes } from './dialects/predict.js';
import { tensorFlowRoutes } from './dialects/tensorflow.js';
import { discardBody } from './http/discard-body.js';
import type { HttpReply, Route } from './http/message.js';
import { ClientGone, readBody } from './http/read-body.js';
import { dialectOf, type Match, MethodNotAllowed, Router } from './http/router.js';
import { send } from './http/send.js';
import type { OriginCheck } from './origin.js';
import { errorReply, toPublicError } from './public-error.js';

export interface Gates {
  readonly tokens: TokenCheck;
  readonly origin: OriginCheck;
}

const RETRY_AFTER_SECONDS = 1;
const EMPTY = Buffer.alloc(0);

/** All routes, the checks before them and the errors after them, for a server of `node:http`. */
export class App {
  readonly router: Router;
  readonly #core: Core;
  readonly #gates: Gates;

  constructor(core: Core, gates: Gates) {
    this.#core = core;
    this.#gates = gates;
    this.router = new Router([
      ...operationRoutes(core),
      ...predictRoutes(core),
      ...batchRoutes(core),
      ...explainRoutes(core),
      ...feedbackRoutes(core),
      ...tensorFlowRoutes(core),
      ...openInferenceRoutes(core),
    ]);
  }

  /** Answers one request; to be given to `createServer`. Never throws. */
  readonly handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const startedAt = performance.now();
    const { url = '/', method = 'GET' } = request;
    const mark = url.indexOf('?');
    const path = mark === -1 ? url : url.slice(0, mark);
    let match: Match | undefined;
    let reply: HttpReply;
    try {
      this.#gates.origin.check(method, request.headers.host, request.headers.origin);
      match = this.router.find(method, path);
      this.#gates.tokens.check(match.route.role, request.headers.authorization);
      const { route, rest } = match;
      const { bodyLimit, requestMs } = this.#core.limits;
      const isRead = route.method === 'POST' && route.reads !== 'stream';
      const body = isRead ? await readBody(request, bodyLimit, requestMs) : EMPTY;
      reply = await route.handle({
        method,
        path,
        rest,
        body,
        startedAt,
        headers: request.headers,
        raw: request,
        get query() {
          return new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1));
        },
      });
    } catch (thrown) {
      if (thrown instanceof ClientGone) return;
      reply = await this.#failed(thrown, request, path, match?.route);
    }
    // What has not arrived of a request that is answered already is not waited for.
    if (this.#core.isDraining || (reply.status >= 400 && !request.complete))
      response.setHeader('connection', 'close');
    this.#core.metrics.answeredHttp(method, match?.route.path ?? 'unknown', reply.status);
    await send(response, reply);
  };

  async #failed(
    thrown: unknown,
    request: IncomingMessage,
    path: string,
    route: Route | undefined,
  ): Promise<HttpReply> {
    const error = toPublicError(thrown);
    if (error.status === 413 || (route?.reads === 'stream' && !request.complete)) await discardBody(request);
    if (error.status >= 500 && error !== thrown) {
      const { message, code } = toMlxError(thrown);
      this.#core.log('error', message, { code, path: path.slice(0, 200) });
    }
    return errorReply(error, route?.dialect ?? dialectOf(path), headersOf(error));
  }
}

function headersOf(error: MlxError): Readonly<Record<string, string>> {
  if (error.status === 503 || error.status === 429) return { 'retry-after': String(RETRY_AFTER_SECONDS) };
  if (error.status === 401) return { 'www-authenticate': 'Bearer' };
  return error instanceof MethodNotAllowed ? { allow: error.allow } : {};
}
