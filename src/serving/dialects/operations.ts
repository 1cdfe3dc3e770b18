import { randomBytes } from 'node:crypto';
import { ERRORS } from '../../errors.js';
import type { Core } from '../core.js';
import { docsHeaders, docsPage } from '../docs/page.js';
import { formSchema } from '../docs/schema.js';
import { json, type Role, type Route } from '../http/message.js';
import { openApiDocument } from '../openapi/document.js';
import { optionalVersion } from './plain-request.js';

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
      const { text, contentType } = await core.metrics.expose(core);
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
    get('/docs', 'open', () => {
      const nonce = randomBytes(16).toString('base64');
      const headers = docsHeaders(nonce);
      return { status: 200, type: 'text/html; charset=utf-8', headers, body: docsPage(nonce) };
    }),
    get('/docs/schema', 'predict', async ({ query }) => {
      const version = optionalVersion(query.get('model_version'), 'model_version');
      return json(await formSchema(core, query.get('model'), version ?? null));
    }),
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
