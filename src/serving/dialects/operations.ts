import { ERRORS } from '../../errors.js';
import type { Core } from '../core.js';
import { docsPage } from '../docs-page.js';
import { json, type Role, type Route } from '../http/message.js';
import { openApiDocument } from '../openapi.js';

/** What whoever runs the server asks: is it alive, is it ready, how is it doing, what does it take. */
export function operationRoutes(core: Core): readonly Route[] {
  const get = (path: string, role: Role, handle: Route['handle']): Route => ({
    method: 'GET',
    path,
    role,
    dialect: 'plain',
    handle,
  });
  return [
    get('/health', 'open', () => json({ status: 'ok' })),
    get('/ready', 'open', ({ caller }) => {
      const { isReady, models } = core.catalog;
      const ready = isReady && !core.isDraining;
      const status = core.isDraining ? 'draining' : ready ? 'ready' : 'not ready';
      // Probes have no token; what is served here is not everybody's business.
      const details = caller.may('predict') ? { models, prediction_log: logStatus(core) } : {};
      return json({ status, ...details }, ready ? 200 : 503);
    }),
    get('/metrics', 'metrics', async () => {
      const { text, contentType } = await core.metrics.expose(core);
      return { status: 200, type: contentType, body: text };
    }),
    get('/metrics/summary', 'metrics', () =>
      json({
        started_at: core.startedAt.toISOString(),
        models: core.summary.summaries(),
        prediction_log: logStatus(core),
      }),
    ),
    get('/openapi.json', 'predict', () => json(openApiDocument(core))),
    get('/docs', 'predict', () => ({ status: 200, type: 'text/html; charset=utf-8', body: docsPage(core) })),
  ];
}

function logStatus({ writer }: Core): object {
  const { problem, pending, written, dropped } = writer.state;
  return {
    status: problem === null ? 'ok' : 'failing',
    problem: problem === null ? null : ERRORS[problem].summary,
    pending,
    written,
    dropped,
  };
}
