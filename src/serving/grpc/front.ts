import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import {
  type ConnectionInjector,
  logVerbosity,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  setLogVerbosity,
} from '@grpc/grpc-js';
import { load } from '@grpc/proto-loader';
import { Connections } from '../connections.js';
import type { Front } from '../fronts.js';
import type { Limits } from '../options.js';
import type { ServerParts } from '../server.js';
import { CallWatch } from './call-watch.js';
import { CurrentCertificate } from './current-certificate.js';
import { inferenceService, tolerant } from './service.js';

const PROTOCOL = fileURLToPath(new URL('../../../templates/grpc/open-inference.proto', import.meta.url));
const SERVICE = 'inference.GRPCInferenceService';

/** Calls at once on one connection; more wait at their client. */
const MAX_STREAMS = 1000;

/** Speaks the Open Inference Protocol over gRPC on connections that are given to it, and ends them with care. */
export class GrpcFront implements Front {
  readonly #server: Server;
  readonly #injector: ConnectionInjector;
  readonly #connections: Connections;

  private constructor(server: Server, injector: ConnectionInjector, connections: Connections) {
    this.#server = server;
    this.#injector = injector;
    this.#connections = connections;
  }

  static async open({
    core,
    access,
    admit,
  }: Pick<ServerParts, 'core' | 'access' | 'admit'>): Promise<GrpcFront> {
    const { limits, log } = core;
    // The library writes to stderr by itself, a line for every client's strange header, say.
    setLogVerbosity(logVerbosity.NONE);
    const definition = await load(PROTOCOL, { keepCase: true, longs: Number, defaults: true, oneofs: true });
    const watch = new CallWatch(core);
    const server = new Server({ ...optionsOf(limits), interceptors: [watch.interceptor] });
    const service = tolerant(definition[SERVICE] as ServiceDefinition);
    server.addService(service, inferenceService(core, admit, watch));
    const credentials =
      access.tls === null
        ? ServerCredentials.createInsecure()
        : CurrentCertificate.of(access, limits.headersMs);
    const connections = new Connections(limits.connectionLimit, log);
    return new GrpcFront(server, server.createConnectionInjector(credentials), connections);
  }

  take(socket: Socket): void {
    if (this.#connections.admit(socket)) this.#injector.injectConnection(socket);
  }

  /** Tells the clients to go elsewhere; calls at work are answered. */
  async finish(mostMs: number): Promise<number> {
    let cut = 0;
    const timer = setTimeout(() => {
      cut = this.#connections.size;
      this.#server.forceShutdown();
    }, mostMs);
    await new Promise((resolve) => this.#server.tryShutdown(resolve));
    clearTimeout(timer);
    // What has not come so far as to make a call.
    await this.#connections.cut();
    return cut;
  }
}

function optionsOf({ bodyLimit, keepAliveMs, headersMs }: Limits) {
  return {
    'grpc.max_receive_message_length': bodyLimit,
    // An answer is as long as the rows of its request make it.
    'grpc.max_send_message_length': -1,
    'grpc.max_concurrent_streams': MAX_STREAMS,
    // A client may say nothing for as long as it likes, if it is still there.
    'grpc.keepalive_time_ms': keepAliveMs,
    'grpc.keepalive_timeout_ms': headersMs,
  };
}
