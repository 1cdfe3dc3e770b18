import type { FastifyInstance } from 'fastify';
import { ERRORS } from '../../errors.js';
import type { Core } from '../core.js';
import { docsPage } from '../docs-page.js';
import { openApiDocument } from '../openapi.js';

/** What whoever runs the server asks: is it alive, is it ready, how is it doing, what does it take. */
export function addOperationRoutes(app: FastifyInstance, core: Core): void {
  app.get('/health', async () => ({ status: 'ok' }));

  app.get('/ready', async (_request, reply) => {
    const { isReady, models } = core.catalog;
    const ready = isReady && !core.isDraining;
    return reply.code(ready ? 200 : 503).send({
      status: core.isDraining ? 'draining' : ready ? 'ready' : 'not ready',
      models,
      prediction_log: logStatus(core),
    });
  });

  app.get('/metrics', async (_request, reply) => {
    const { text, contentType } = await core.metrics.expose(core);
    return reply.type(contentType).send(text);
  });

  app.get('/metrics/summary', async () => ({
    started_at: core.startedAt.toISOString(),
    models: core.summary.summaries(),
    prediction_log: logStatus(core),
  }));

  app.get('/openapi.json', async () => openApiDocument(core));

  app.get('/docs', async (_request, reply) => reply.type('text/html; charset=utf-8').send(docsPage(core)));
}

function logStatus({ writer }: Core): object {
  const { problem, pending, written, dropped, sampledOut } = writer.state;
  return {
    status: problem === null ? 'ok' : 'failing',
    problem: problem === null ? null : ERRORS[problem].summary,
    pending,
    written,
    dropped,
    sampled_out: sampledOut,
  };
}
