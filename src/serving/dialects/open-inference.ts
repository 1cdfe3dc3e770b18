import { MlxError } from '../../errors.js';
import { parseJsonBody } from '../body.js';
import { type Core, contextOf, ID_HEADER, versionHeaders, withLease } from '../core.js';
import { invalidField, isObject } from '../decode.js';
import type { Lease } from '../deployment.js';
import { type HttpReply, type HttpRequest, json, type Role, type Route } from '../http/message.js';
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

/** The Open Inference Protocol, version 2, over JSON. */
export function openInferenceRoutes(core: Core): readonly Route[] {
  const server = () => json({ name: 'mlx', version: core.version, extensions: [] });
  const live = () => json({ live: true });
  const ready = () => {
    const isReady = core.catalog.isReady && !core.isDraining;
    return json({ ready: isReady }, isReady ? 200 : 503);
  };

  const look = async ({ rest }: HttpRequest): Promise<HttpReply> => {
    const path = parseModelPath(rest);
    if (path.action !== '' && path.action !== 'ready') throw noSuchRoute();
    const deployment = deploymentOf(core, path);
    if (path.action === '')
      return withLease(await deployment.look(path.selection), async (lease) => json(metadataOf(lease)));
    return readiness(() => deployment.look(path.selection));
  };

  const post = async (request: HttpRequest): Promise<HttpReply> => {
    const path = parseModelPath(request.rest);
    if (path.action !== 'infer') throw noSuchRoute();
    if (request.headers['inference-header-content-length'] !== undefined) throw binaryNotTaken();
    const lease = await deploymentOf(core, path).lease(path.selection);
    return withLease(lease, () => infer(core, lease, request));
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
    route('GET', '/v2', server),
    route('GET', '/v2/health/live', live, 'open'),
    route('GET', '/v2/health/ready', ready, 'open'),
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

async function infer(core: Core, lease: Lease, request: HttpRequest): Promise<HttpReply> {
  const body = parseJsonBody(request.body);
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
  const answer = {
    model_name: loaded.record.name,
    model_version: String(loaded.record.version),
    ...(id === undefined ? {} : { id }),
    outputs: outputTensors(answered.predictions, manifest, outputs),
  };
  return json(answer, 200, { [ID_HEADER]: answered.id, ...versionHeaders(lease) });
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
