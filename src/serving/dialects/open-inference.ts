import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { MlxError } from '../../errors.js';
import { type Core, contextOf, ID_HEADER, withLease } from '../core.js';
import { invalidField, isObject } from '../decode.js';
import type { Lease } from '../deployment.js';
import { deploymentOf, noSuchRoute, parseModelPath } from './model-path.js';
import {
  askedNames,
  binaryNotTaken,
  inputSpecs,
  outputSpecs,
  outputTensors,
  rowsOfTensors,
} from './open-inference-tensors.js';
import { predictAll } from './whole-answer.js';

interface WildcardRoute {
  Params: { '*': string };
}

/** The Open Inference Protocol, version 2, over JSON. */
export function addOpenInferenceRoutes(app: FastifyInstance, core: Core): void {
  app.get('/v2', async () => ({ name: 'mlx', version: core.version, extensions: [] }));
  app.get('/v2/health/live', async () => ({ live: true }));
  app.get('/v2/health/ready', async (_request, reply) => {
    const ready = core.catalog.isReady && !core.isDraining;
    return reply.code(ready ? 200 : 503).send({ ready });
  });

  app.get<WildcardRoute>('/v2/models/*', async (request, reply) => {
    const path = parseModelPath(request.params['*']);
    if (path.action !== '' && path.action !== 'ready') throw noSuchRoute();
    const deployment = deploymentOf(core, path);
    if (path.action === '')
      return withLease(await deployment.lease(path.selection), async (lease) => metadataOf(lease));
    return readiness(() => deployment.lease(path.selection), reply);
  });

  app.post<WildcardRoute>('/v2/models/*', async (request, reply) => {
    const path = parseModelPath(request.params['*']);
    if (path.action !== 'infer') throw noSuchRoute();
    if (request.headers['inference-header-content-length'] !== undefined) throw binaryNotTaken();
    const lease = await deploymentOf(core, path).lease(path.selection);
    return withLease(lease, () => infer(core, lease, request, reply));
  });
}

/** Whether a version can answer; one that does not exist is a 404. */
async function readiness(lease: () => Promise<Lease>, reply: FastifyReply): Promise<object> {
  try {
    const { loaded } = await lease();
    loaded.free();
    return { name: loaded.record.name, ready: true };
  } catch (error) {
    if (!(error instanceof MlxError) || error.status === 404) throw error;
    reply.code(503);
    return { ready: false, error: error.message };
  }
}

async function infer(
  core: Core,
  lease: Lease,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<object> {
  const { body } = request;
  const { loaded } = lease;
  const { manifest } = loaded.model;
  const context = contextOf(request);
  if (!isObject(body)) throw new MlxError('REQUEST_INVALID', 'The request body is not a JSON object.');
  const { id, inputs, outputs, parameters } = body;
  if (id !== undefined && typeof id !== 'string') throw invalidField('id', 'id is not a string.');
  if (isObject(parameters) && parameters.binary_data_output === true) throw binaryNotTaken();
  if (outputs !== undefined) askedNames(outputs, manifest);
  const rows = rowsOfTensors(core, inputs, loaded.decoder);
  const answered = await predictAll(core, lease, rows, context);
  reply.header(ID_HEADER, answered.id);
  return {
    model_name: loaded.record.name,
    model_version: String(loaded.record.version),
    ...(id === undefined ? {} : { id }),
    outputs: outputTensors(answered.predictions, manifest, outputs),
  };
}

function metadataOf({ loaded }: Lease): object {
  return {
    name: loaded.record.name,
    versions: [String(loaded.record.version)],
    platform: 'onnx_onnxv1',
    inputs: inputSpecs(loaded.decoder.columns),
    outputs: outputSpecs(loaded.model.manifest),
  };
}
