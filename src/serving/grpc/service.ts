import { performance } from 'node:perf_hooks';
import { Metadata, type ServerUnaryCall, type ServiceDefinition, type sendUnaryData } from '@grpc/grpc-js';
import { MlxError, toMlxError } from '../../errors.js';
import { requireModel } from '../../registry/resolve.js';
import { type Core, ID_HEADER, versionHeaders, withLease } from '../core.js';
import type { Lease } from '../deployment.js';
import { requestIdOf } from '../http/ids.js';
import type { Role } from '../http/message.js';
import { finishTrace, newTrace, type Trace } from '../metrics/trace.js';
import { infer } from '../open-inference/infer.js';
import { isServerReady, modelMetadata, serverMetadata } from '../open-inference/metadata.js';
import type { RequestContext } from '../predictor.js';
import { toPublicError } from '../public-error.js';
import { answerMessage, readRequest } from './infer-messages.js';
import type { InferRequestMessage, InferResponseMessage, ModelQuery } from './messages.js';
import { grpcStatus } from './status.js';

/** Stands for a request that is no message of the protocol. */
const MALFORMED = Symbol('malformed');

/** Lets a caller in. @param peer its address and port. @throws MlxError UNAUTHORIZED, FORBIDDEN */
export type Admit = (role: Role, authorization: string | undefined, peer: string) => void;

type Call = ServerUnaryCall<unknown, unknown>;
type Work<Query> = (query: Query, call: Call, trace: Trace) => unknown;

/** A service whose requests, where they cannot be read, come to the handlers instead of ending as errors of the server. */
export function tolerant(service: ServiceDefinition): ServiceDefinition {
  return Object.fromEntries(
    Object.entries(service).map(([name, method]) => {
      const requestDeserialize = (bytes: Buffer): unknown => {
        try {
          return method.requestDeserialize(bytes);
        } catch {
          return MALFORMED;
        }
      };
      return [name, { ...method, requestDeserialize }];
    }),
  );
}

/** The methods of GRPCInferenceService. Like the routes of the other dialects, each asks for a token with its role. */
export function inferenceService(core: Core, admit: Admit) {
  const method = <Query>(role: Role, work: Work<Query>) => unary(core, admit, role, work);
  return {
    ServerLive: method('open', () => ({ live: true })),
    ServerReady: method('open', () => ({ ready: isServerReady(core) })),
    ServerMetadata: method('predict', () => serverMetadata(core)),
    ModelReady: method<ModelQuery>('predict', async (query) => ({ ready: await isModelReady(core, query) })),
    ModelMetadata: method<ModelQuery>('predict', async (query) => {
      const versions = await requireModel(core.store, core.catalog.find(query.name).name);
      return withLease(await lease(core, query), async ({ loaded }) => modelMetadata(loaded, versions));
    }),
    ModelInfer: method<InferRequestMessage>('predict', (message, call, trace) =>
      modelInfer(core, message, call, trace),
    ),
  };
}

async function modelInfer(
  core: Core,
  message: InferRequestMessage,
  call: Call,
  trace: Trace,
): Promise<InferResponseMessage> {
  const query = { name: message.model_name, version: message.model_version };
  return withLease(await lease(core, query), async (held) => {
    const request = readRequest(message);
    const answer = await infer(core, held, request, contextOf(call, trace));
    const headers = new Metadata();
    headers.set(ID_HEADER, answer.predictionId);
    const version = versionHeaders(answer.modelVersion, held.isFallback);
    for (const [name, value] of Object.entries(version)) headers.set(name, value);
    call.sendMetadata(headers);
    return answerMessage(answer, request.isBinary);
  });
}

function contextOf(call: Call, trace: Trace): RequestContext {
  const [id] = call.metadata.get('x-request-id');
  const requestId = typeof id === 'string' ? requestIdOf({ headers: { 'x-request-id': id } }) : null;
  const deadlineMs = Number(call.getDeadline());
  const deadline = Number.isFinite(deadlineMs) ? performance.now() + deadlineMs - Date.now() : null;
  return { unit: null, requestId, trace, deadline };
}

/** @throws MlxError MODEL_NOT_FOUND; what `Deployment.lease` throws */
async function lease(core: Core, { name, version }: ModelQuery): Promise<Lease> {
  const deployment = core.catalog.find(name);
  if (version === '') return deployment.lease();
  if (/^[1-9]\d{0,8}$/.test(version)) return deployment.lease({ version: Number(version) });
  const shown = JSON.stringify(version.slice(0, 80));
  throw new MlxError('MODEL_NOT_FOUND', `Model ${deployment.name} has no version ${shown}.`, {
    hint: 'Versions are whole numbers; leave it empty for the served one.',
  });
}

/** @throws MlxError MODEL_NOT_FOUND for a model or version that does not exist */
async function isModelReady(core: Core, query: ModelQuery): Promise<boolean> {
  try {
    const { loaded } = await lease(core, query);
    loaded.free();
    return true;
  } catch (error) {
    if (!(error instanceof MlxError) || error.status === 404) throw error;
    return false;
  }
}

function unary<Query>(core: Core, admit: Admit, role: Role, work: Work<Query>) {
  return async (call: Call, reply: sendUnaryData<unknown>): Promise<void> => {
    const trace = newTrace(performance.now());
    try {
      const [authorization] = call.metadata.get('authorization');
      admit(role, typeof authorization === 'string' ? authorization : undefined, call.getPeer());
      if (call.request === MALFORMED)
        throw new MlxError('REQUEST_INVALID', 'The request is no message of the protocol.');
      reply(null, await work(call.request as Query, call, trace));
      finishTrace(trace, performance.now());
    } catch (thrown) {
      const error = toPublicError(thrown);
      if (error.status >= 500 && error !== thrown) {
        const { message, code } = toMlxError(thrown);
        core.log('error', message, { code, path: call.getPath() });
      }
      const details = error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
      reply({ code: grpcStatus(error), details });
    }
  };
}
