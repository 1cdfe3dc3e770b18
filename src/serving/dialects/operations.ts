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
    get('/ready', 'predict', () => {
      const { isReady, models } = core.catalog;
      const ready = isReady && !core.isDraining;
      const status = core.isDraining ? 'draining' : ready ? 'ready' : 'not ready';
      return json({ status, models, prediction_log: logStatus(core) }, ready ? 200 : 503);
    }),
    get('/metrics', 'predict', async () => {
      const { text, contentType } = await core.metrics.expose([await core.metrics.snapshot(core)]);
      return { status: 200, type: contentType, body: text };
    }),
    get('/metrics/summary', 'predict', () =>
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
