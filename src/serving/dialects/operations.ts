import { randomBytes } from 'node:crypto';
import { ERRORS } from '../../errors.js';
import type { Core } from '../core.js';
import { docsHeaders, docsPage } from '../docs/page.js';
import { formSchema } from '../docs/schema.js';
import { type Condition, conditionOf, figuresOf } from '../figures.js';
import { json, type Role, type Route } from '../http/message.js';
import { summaryOf } from '../metrics/summary.js';
import { openApiDocument } from '../openapi/document.js';
import { type Gathered, ONE_WORKER, type WorkerCount } from '../peers.js';
import type { LogState } from '../prediction-log.js';
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
    get('/ready', 'open', async ({ caller }) => {
      const { log, readiness, workers } = await conditionOfAll(core);
      const isDraining = core.isDraining || readiness?.isDraining === true;
      const ready = !isDraining && readiness?.isReady === true;
      const status = isDraining ? 'draining' : ready ? 'ready' : 'not ready';
      const { models = [] } = readiness ?? {};
      // Probes have no token; what is served here is not everybody's business.
      const details = caller.may('predict') ? { models, workers, prediction_log: logStatus(log) } : {};
      return json({ status, ...details }, ready ? 200 : 503);
    }),
    get('/metrics', 'metrics', async () => {
      const { figures } = await gathered(core);
      const { text, contentType } = await core.metrics.expose([figures.metrics]);
      return { status: 200, type: contentType, body: text };
    }),
    get('/metrics/summary', 'metrics', async () => {
      const { figures } = await gathered(core);
      return json({
        started_at: core.startedAt.toISOString(),
        models: figures.tallies.map(summaryOf),
        prediction_log: logStatus(figures.log),
      });
    }),
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

/** What all processes of this server tell together. */
async function gathered(core: Core): Promise<Gathered> {
  return core.peers.gather(await figuresOf(core));
}

async function conditionOfAll(core: Core): Promise<Condition & { readonly workers: WorkerCount }> {
  if (core.peers.areNone) return { ...conditionOf(core), workers: ONE_WORKER };
  const { figures, workers } = await gathered(core);
  return { ...figures, workers };
}

function logStatus({ problem, pending, written, dropped, sampledOut }: LogState): object {
  return {
    status: problem === null ? 'ok' : 'failing',
    problem: problem === null ? null : ERRORS[problem].summary,
    pending,
    written,
    dropped,
    sampled_out: sampledOut,
  };
}
