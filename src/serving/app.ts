import type { FastifyInstance } from 'fastify';
import { MlxError, toMlxError } from '../errors.js';
import type { TokenCheck } from './auth.js';
import { parseJsonBody, textOf } from './body.js';
import type { Core } from './core.js';
import { addBatchRoute } from './dialects/batch-predict.js';
import { addFeedbackRoute } from './dialects/feedback.js';
import { addOpenInferenceRoutes } from './dialects/open-inference.js';
import { addOperationRoutes } from './dialects/operations.js';
import { addPredictRoutes } from './dialects/predict.js';
import { addTensorFlowRoutes } from './dialects/tensorflow.js';
import { discardBody } from './discard-body.js';
import type { OriginCheck } from './origin.js';
import { errorBody, toPublicError } from './public-error.js';

export interface Gates {
  readonly tokens: TokenCheck;
  readonly origin: OriginCheck;
}

const RETRY_AFTER_SECONDS = 1;

/** All routes, the checks before them and the errors after them, as an application that needs no port. */
export async function createApp(core: Core, gates: Gates): Promise<FastifyInstance> {
  const { fastify } = await import('fastify');
  const { bodyLimit, requestMs, keepAliveMs } = core.limits;
  const app = fastify({
    bodyLimit,
    requestTimeout: requestMs,
    keepAliveTimeout: keepAliveMs,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 500 },
  });
  app.removeAllContentTypeParsers();
  app.addHook('onRequest', (request, _reply, next) => {
    gates.origin.check(request.method, request.headers.host, request.headers.origin);
    gates.tokens.check(pathOf(request.url), request.headers.authorization);
    next();
  });
  app.addHook('onSend', (_request, reply, payload, next) => {
    if (core.isDraining) reply.header('connection', 'close');
    next(null, payload);
  });
  app.addHook('onResponse', (request, reply, next) => {
    core.metrics.answeredHttp(request.method, request.routeOptions.url ?? 'unknown', reply.statusCode);
    next();
  });
  app.setErrorHandler(async (thrown, request, reply) => {
    const error = toPublicError(thrown);
    if (error.status === 413) await discardBody(request.raw);
    if (error.status >= 500 && error !== thrown) logFault(core, thrown, request.url);
    if (error.status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
    if (error.status === 401) reply.header('www-authenticate', 'Bearer');
    return reply.code(error.status).send(errorBody(error, request.url));
  });
  app.setNotFoundHandler(({ method, url }, reply) => {
    const what = `There is no route ${method} ${pathOf(url).slice(0, 200)}.`;
    const error = new MlxError('ROUTE_NOT_FOUND', what, { hint: 'GET /docs lists them.' });
    return reply.code(error.status).send(errorBody(error, url));
  });
  await app.register(async (scope) => {
    takeJson(scope, 'application/json');
    scope.addContentTypeParser('text/csv', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) =>
      textOf(body),
    );
    addOperationRoutes(scope, core);
    addPredictRoutes(scope, core);
    addBatchRoute(scope, core);
    addFeedbackRoute(scope, core);
  });
  await app.register(async (scope) => {
    // Clients of these dialects often send JSON under curl's default content type.
    takeJson(scope, '*');
    addTensorFlowRoutes(scope, core);
    addOpenInferenceRoutes(scope, core);
  });
  await app.ready();
  return app;
}

function takeJson(scope: FastifyInstance, type: string): void {
  scope.addContentTypeParser(type, { parseAs: 'buffer' }, (_request, body, done) => {
    try {
      done(null, parseJsonBody(body as Buffer));
    } catch (error) {
      done(error as Error, undefined);
    }
  });
}

function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}

function logFault(core: Core, thrown: unknown, url: string): void {
  const error = toMlxError(thrown);
  core.log('error', error.message, { code: error.code, path: pathOf(url) });
}
