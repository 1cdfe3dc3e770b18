import { MlxError } from '../../errors.js';
import { requireModel } from '../../registry/resolve.js';
import { parseJsonBody } from '../body.js';
import { type Core, contextOf, withLease } from '../core.js';
import { invalidField, isObject } from '../decode.js';
import type { Lease } from '../deployment.js';
import { compressed } from '../http/compress.js';
import { type HttpReply, type HttpRequest, json, type Role, type Route } from '../http/message.js';
import { infer } from '../open-inference/infer.js';
import { isServerReady, modelMetadata, serverMetadata } from '../open-inference/metadata.js';
import { inferenceReply } from '../open-inference/rest-answer.js';
import { readInferenceRequest } from '../open-inference/rest-request.js';
import { deploymentOf, noSuchRoute, parseModelPath } from './model-path.js';

/** The Open Inference Protocol, version 2, over HTTP, with binary tensors and classifications. */
export function openInferenceRoutes(core: Core): readonly Route[] {
  const ready = (): HttpReply => {
    const isReady = isServerReady(core);
    return json({ ready: isReady }, isReady ? 200 : 503);
  };

  const look = async ({ rest }: HttpRequest): Promise<HttpReply> => {
    const path = parseModelPath(rest);
    if (path.action !== '' && path.action !== 'ready') throw noSuchRoute();
    const deployment = deploymentOf(core, path);
    if (path.action === 'ready') return readiness(() => deployment.look(path.selection));
    const versions = await requireModel(core.store, deployment.name);
    return withLease(await deployment.look(path.selection), async ({ loaded }) =>
      json(modelMetadata(loaded, versions)),
    );
  };

  const post = async (request: HttpRequest): Promise<HttpReply> => {
    const path = parseModelPath(request.rest);
    if (path.action !== 'infer') throw noSuchRoute();
    const lease = await deploymentOf(core, path).lease(path.selection);
    return withLease(lease, async () => {
      const asked = readInferenceRequest(request.body, request.headers, lease.loaded.model.manifest);
      const answer = await infer(core, lease, asked, contextOf(request));
      // Only this reply is compressed: clients that ask for it do not undo it anywhere else.
      return compressed(inferenceReply(answer), request.headers['accept-encoding']);
    });
  };

  const route = (
    method: Route['method'],
    path: string,
    handle: Route['handle'],
    role: Role = 'predict',
  ): Route => ({
    method,
    path,
    role,
    dialect: 'open-inference',
    handle,
  });
  return [
    route('GET', '/v2', () => json(serverMetadata(core))),
    route('GET', '/v2/health/live', () => json({ live: true }), 'open'),
    route('GET', '/v2/health/ready', ready, 'open'),
    route('GET', '/v2/models', () => json({ models: core.catalog.models.map(({ reference }) => reference) })),
    route('POST', '/v2/repository/index', ({ body }) => json(repositoryIndex(core, body))),
    route('GET', '/v2/models/*', look),
    route('POST', '/v2/models/*', post),
  ];
}

/** Whether a version can answer; one that does not exist is a 404. */
async function readiness(lease: () => Promise<Lease>): Promise<HttpReply> {
  try {
    const { loaded } = await lease();
    loaded.free();
    return json({ name: loaded.record.name, ready: true });
  } catch (error) {
    if (!(error instanceof MlxError) || error.status === 404) throw error;
    return json({ ready: false, error: error.message }, 503);
  }
}

/** What Triton's model repository extension lists; `{"ready":true}` leaves out what cannot answer. */
function repositoryIndex(core: Core, body: Buffer): readonly object[] {
  const asked = body.length === 0 ? {} : parseJsonBody(body);
  if (!isObject(asked)) throw new MlxError('REQUEST_INVALID', 'The request body is not a JSON object.');
  const { ready = false } = asked;
  if (typeof ready !== 'boolean') throw invalidField('ready', 'ready is neither true nor false.');
  return core.catalog.models
    .filter(({ version }) => version !== null || !ready)
    .map(({ reference, version, problem }) => ({
      name: reference,
      ...(version === null ? {} : { version: String(version) }),
      state: version === null ? 'UNAVAILABLE' : 'READY',
      reason: problem ?? '',
    }));
}
