import { fileURLToPath } from 'node:url';
import { Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js';
import { load } from '@grpc/proto-loader';
import { MlxError } from '../../errors.js';
import type { Core } from '../core.js';
import { type Admit, inferenceService, tolerant } from './service.js';

const PROTOCOL = fileURLToPath(new URL('../../../templates/grpc/open-inference.proto', import.meta.url));
const SERVICE = 'inference.GRPCInferenceService';

/** Calls at once on one connection; more wait at their client. */
const MAX_STREAMS = 1000;

export interface GrpcOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** PEM; null = without encryption. */
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | null;
}

export interface RunningGrpc {
  /** Where it listens: `127.0.0.1:8081`. */
  readonly address: string;
  /** No new calls; those at work finish, but not for ever. */
  close(): Promise<void>;
}

/**
 * Listens for the Open Inference Protocol over gRPC.
 * @throws MlxError PORT_UNAVAILABLE
 */
export async function listenGrpc(core: Core, admit: Admit, options: GrpcOptions): Promise<RunningGrpc> {
  const { limits } = core;
  const definition = await load(PROTOCOL, { keepCase: true, longs: Number, defaults: true, oneofs: true });
  const server = new Server({
    'grpc.max_receive_message_length': limits.bodyLimit,
    // An answer is as long as the rows of its request make it.
    'grpc.max_send_message_length': -1,
    'grpc.max_concurrent_streams': MAX_STREAMS,
  });
  server.addService(tolerant(definition[SERVICE] as ServiceDefinition), inferenceService(core, admit));
  const { host, tls } = options;
  const credentials =
    tls === null
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(null, [{ cert_chain: tls.cert, private_key: tls.key }]);
  const shown = host.includes(':') ? `[${host}]` : host;
  const port = await bind(server, `${shown}:${options.port}`, credentials);
  return { address: `${shown}:${port}`, close: () => drain(server, core) };
}

function bind(server: Server, address: string, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (cause, port) => {
      if (cause === null) return resolve(port);
      const message = `The gRPC server cannot listen on ${address}: ${cause.message}.`;
      const hint = 'Choose another port, or 0 for a free one.';
      reject(new MlxError('PORT_UNAVAILABLE', message, { hint, cause }));
    });
  });
}

async function drain(server: Server, { limits, log }: Core): Promise<void> {
  const timer = setTimeout(() => {
    log('warn', 'gRPC calls were still at work when the time to drain was over');
    server.forceShutdown();
  }, limits.drainMs);
  await new Promise((resolve) => server.tryShutdown(resolve));
  clearTimeout(timer);
}
