import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import { MlxError, toMlxError } from '../errors.js';
import type { Access } from './access/access.js';
import { type Core, versionHeaders } from './core.js';
import { batchRoutes } from './dialects/batch-predict.js';
import { explainRoutes } from './dialects/explain.js';
import { feedbackRoutes } from './dialects/feedback.js';
import { openInferenceRoutes } from './dialects/open-inference.js';
import { operationRoutes } from './dialects/operations.js';
import { predictRoutes } from './dialects/predict.js';
import { tensorFlowRoutes } from './dialects/tensorflow.js';
import { Deadlines } from './http/deadlines.js';
import { discardBody } from './http/discard-body.js';
import { Exchange } from './http/exchange.js';
import type { HttpReply } from './http/message.js';
import { ClientGone, readBody } from './http/read-body.js';
import { dialectOf, type Match, Router } from './http/router.js';
import { send } from './http/send.js';
import { clientTimeoutMs, deadlineExceeded } from './http/time-limit.js';
import { finishTrace, type Trace } from './metrics/trace.js';
import { errorReply, toPublicError } from './public-error.js';
import { Refusal } from './refusal.js';

const RETRY_AFTER_SECONDS = 1;

/** All routes, the checks before them and the errors after them, for a server of `node:http`. */
export class App {
  readonly router: Router;
  readonly #core: Core;
  readonly #access: Access;
  readonly #deadlines = new Deadlines();

  constructor(core: Core, access: Access) {
    this.#core = core;
    this.#access = access;
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
    const exchange = new Exchange(request, response, performance.now(), this.#deadlines);
    let match: Match | undefined;
    exchange.onLate(() => {
      exchange.isAnswered = true;
      // What is still on its way of the request is not waited for.
      if (!request.complete) response.setHeader('connection', 'close');
      this.#send(exchange, match, this.#errorReply(deadlineExceeded(), exchange, match));
    });
    let reply: HttpReply;
    try {
      this.#access.cors.mark(response, request.headers);
      checkHost(request);
      this.#access.origin.check(request.headers.host, request.headers.origin);
      if (this.#access.cors.isPreflight(request.method, request.headers)) {
        reply = this.#access.cors.preflight(this.router.methodsOf(exchange.path));
      } else {
        match = this.#admit(exchange);
        exchange.rest = match.rest;
        const { route } = match;
        if (route.method === 'POST') {
          if (route.reads === 'stream') exchange.expectBody();
          else exchange.body = await this.#bodyOf(exchange);
          if (exchange.isAnswered) throw deadlineExceeded();
        }
        const handled = route.handle(exchange);
        reply = handled instanceof Promise ? await handled : handled;
      }
    } catch (thrown) {
      if (thrown instanceof ClientGone) {
        exchange.settle();
        return;
      }
      reply = await this.#failed(thrown, exchange, match);
    }
    if (exchange.isAnswered) return abandon(reply);
    exchange.settle();
    this.#send(exchange, match, reply);
  };

  /** Everything that can be said before the body is read. @throws MlxError */
  #admit(exchange: Exchange): Match {
    const { method, path, headers, raw } = exchange;
    const caller = this.#access.tokens.identify(headers.authorization, raw.socket.remoteAddress);
    exchange.caller = caller;
    let match: Match;
    try {
      match = this.router.find(method, path);
    } catch (missing) {
      // Who may nothing here is not told what there is.
      this.#access.admit(caller, 'predict', headers.authorization);
      throw missing;
    }
    const { role, reads } = match.route;
    this.#access.admit(caller, role, headers.authorization);
    if (role === 'open') return match;
    const timeoutMs = clientTimeoutMs(headers);
    // A stream may take as long as it likes, unless its client says otherwise.
    if (timeoutMs !== undefined) exchange.limitTime(timeoutMs);
    if (reads !== 'stream') exchange.limitTime(this.#core.limits.timeoutMs);
    if (role === 'predict' && match.route.method === 'POST') this.#core.predictor.checkRoom();
    return match;
  }

  #bodyOf(exchange: Exchange): Promise<Buffer> {
    const { bodyLimit, requestMs } = this.#core.limits;
    return readBody(exchange.raw, bodyLimit, requestMs, () => exchange.expectBody());
  }

  async #failed(thrown: unknown, exchange: Exchange, match: Match | undefined): Promise<HttpReply> {
    const error = toPublicError(thrown);
    if (exchange.isBodyHeldBack) exchange.response.setHeader('connection', 'close');
    else if (error.status === 413 || (match?.route.reads === 'stream' && !exchange.raw.complete))
      await discardBody(exchange.raw);
    if (error.status >= 500 && error !== thrown) {
      const { message, code } = toMlxError(thrown);
      this.#core.log('error', message, { code, path: exchange.path.slice(0, 200) });
    }
    return this.#errorReply(error, exchange, match);
  }

  #errorReply(error: MlxError, { path }: Exchange, match: Match | undefined): HttpReply {
    this.#core.metrics.refused(error.code);
    const dialect = match?.route.dialect ?? dialectOf(path);
    return errorReply(error, dialect, headersOf(error));
  }

  #send(exchange: Exchange, match: Match | undefined, reply: HttpReply): void {
    const { isDraining, metrics, limits, log } = this.#core;
    const { method, raw: request, response, trace } = exchange;
    let sent: Promise<void> | undefined;
    try {
      // What has not arrived of a request that is answered already is not waited for.
      if (isDraining || (reply.status >= 400 && !request.complete)) response.setHeader('connection', 'close');
      metrics.answeredHttp(method, routeOf(match), reply.status);
      sent = send(response, reply, limits.stallMs, missingHeaders(trace, reply));
    } catch (thrown) {
      // A header that cannot be written, say: one answer is lost, not the server.
      log('error', `an answer could not be sent: ${toMlxError(thrown).message}`);
      response.destroy();
    }
    if (sent === undefined) this.#sent(exchange, match);
    else void sent.then(() => this.#sent(exchange, match));
  }

  #sent({ raw: request, response, path, trace }: Exchange, match: Match | undefined): void {
    finishTrace(trace, performance.now());
    this.#core.accessLog?.add({ request, response, path, route: routeOf(match), trace });
  }
}

function routeOf(match: Match | undefined): string {
  return match?.route.path ?? 'unknown';
}

const NONE: readonly string[] = [];

/** What the reply does not say yet of the version that gave it, and of whether it stepped in: names and values in turn. */
function missingHeaders({ recorder, isFallback }: Trace, { headers = {} }: HttpReply): readonly string[] {
  if (recorder === null) return NONE;
  const missing: string[] = [];
  const needed = versionHeaders(recorder.labels.version, isFallback);
  for (const name in needed) if (!(name in headers)) missing.push(name, needed[name] as string);
  return missing;
}

/** @throws MlxError REQUEST_INVALID without the header that HTTP/1.1 demands */
function checkHost({ httpVersion, headers }: IncomingMessage): void {
  if (headers.host !== undefined || httpVersion === '1.0') return;
  throw new MlxError('REQUEST_INVALID', 'The request has no Host header.', {
    hint: 'Send the address of the server as Host.',
  });
}

/** Lets go of an answer that came too late; one in pieces may hold something. */
async function abandon({ body }: HttpReply): Promise<void> {
  if (typeof body === 'string' || body instanceof Uint8Array) return;
  await body[Symbol.asyncIterator]().return?.();
}

function headersOf(error: MlxError): Readonly<Record<string, string>> {
  const headers = error instanceof Refusal ? error.headers : {};
  if ((error.status !== 503 && error.status !== 429) || 'retry-after' in headers) return headers;
  return { ...headers, 'retry-after': String(RETRY_AFTER_SECONDS) };
}
