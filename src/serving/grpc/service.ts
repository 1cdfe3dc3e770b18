import { Metadata, type ServerUnaryCall, type ServiceDefinition, type sendUnaryData } from '@grpc/grpc-js';
import { MlxError, toMlxError } from '../../errors.js';
import { requireModel } from '../../registry/resolve.js';
import { type Core, ID_HEADER, versionHeaders, withLease } from '../core.js';
import type { Lease } from '../deployment.js';
import type { Role } from '../http/message.js';
import { infer } from '../open-inference/infer.js';
import { isServerReady, modelMetadata, serverMetadata } from '../open-inference/metadata.js';
import { toPublicError } from '../public-error.js';
import type { CallWatch, WatchedCall } from './call-watch.js';
import { answerMessage, readRequest } from './infer-messages.js';
import type { InferRequestMessage, InferResponseMessage, ModelQuery } from './messages.js';
import { failureStatus } from './status.js';

/** Stands for a request that is no message of the protocol. */
const MALFORMED = Symbol('malformed');

/** Lets a caller in. @param client its address, without the port. @throws MlxError UNAUTHORIZED, FORBIDDEN */
export type Admit = (role: Role, authorization: string | undefined, client: string | undefined) => void;

type Call = ServerUnaryCall<unknown, unknown>;
type Work<Query> = (query: Query, call: Call, watched: WatchedCall) => unknown;

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
export function inferenceService(core: Core, admit: Admit, watch: CallWatch) {
  const method = <Query>(role: Role, work: Work<Query>) => unary({ core, admit, watch }, role, work);
  return {
    ServerLive: method('open', () => ({ live: true })),
    ServerReady: method('open', () => ({ ready: isServerReady(core) })),
    ServerMetadata: method('predict', () => serverMetadata(core)),
    ModelReady: method<ModelQuery>('predict', async (query) => ({ ready: await isModelReady(core, query) })),
    ModelMetadata: method<ModelQuery>('predict', async (query) => {
      const versions = await requireModel(core.store, core.catalog.find(query.name).name);
      return withLease(await lease(core, query), async ({ loaded }) => modelMetadata(loaded, versions));
    }),
    ModelInfer: method<InferRequestMessage>('predict', (message, call, watched) =>
      modelInfer(core, message, call, watched),
    ),
  };
}

async function modelInfer(
  core: Core,
  message: InferRequestMessage,
  call: Call,
  { trace, requestId, deadline }: WatchedCall,
): Promise<InferResponseMessage> {
  const query = { name: message.model_name, version: message.model_version };
  return withLease(await lease(core, query), async (held) => {
    const request = readRequest(message);
    const answer = await infer(core, held, request, { unit: null, requestId, trace, deadline });
    const headers = new Metadata();
    headers.set(ID_HEADER, answer.predictionId);
    const version = versionHeaders(answer.modelVersion, held.isFallback);
    for (const [name, value] of Object.entries(version)) headers.set(name, value);
    call.sendMetadata(headers);
    return answerMessage(answer, request.isBinary);
  });
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

interface Gate {
  readonly core: Core;
  readonly admit: Admit;
  readonly watch: CallWatch;
}

function unary<Query>({ core, admit, watch }: Gate, role: Role, work: Work<Query>) {
  return async (call: Call, reply: sendUnaryData<unknown>): Promise<void> => {
    try {
      const watched = watch.of(call.metadata);
      admit(role, watched.headers.authorization, watched.client);
      if (call.request === MALFORMED)
        throw new MlxError('REQUEST_INVALID', 'The request is no message of the protocol.');
      reply(null, await work(call.request as Query, call, watched));
    } catch (thrown) {
      const error = toPublicError(thrown);
      if (error.status >= 500 && error !== thrown) {
        const { message, code } = toMlxError(thrown);
        core.log('error', message, { code, path: call.getPath() });
      }
      core.metrics.refused(error.code);
      reply(failureStatus(error));
    }
  };
}
