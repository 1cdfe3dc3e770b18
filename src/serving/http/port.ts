import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { MlxError } from '../../errors.js';

export interface Address {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** What is spoken there is TLS. */
  readonly isSecure?: boolean;
  /** Who has said his last word is still written to. What speaks TLS or HTTP/2 would never close such a connection. */
  readonly allowHalfOpen?: boolean;
}

/** Accepts connections and hands them on. */
export class Port {
  /** `127.0.0.1:8080` */
  readonly address: string;
  /** `http://127.0.0.1:8080`, or with https. */
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server, { host, isSecure = false }: Address) {
    this.#server = server;
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const shown = host === '0.0.0.0' || host === '::' ? 'localhost' : host.includes(':') ? `[${host}]` : host;
    this.address = `${shown}:${port}`;
    this.url = `${isSecure ? 'https' : 'http'}://${this.address}`;
  }

  /**
   * @param isPaused nothing is read from the connections, so that another process can
   * @throws MlxError PORT_UNAVAILABLE
   */
  static async open(
    address: Address,
    onConnection: (socket: Socket) => void,
    isPaused = false,
  ): Promise<Port> {
    const { host, port, allowHalfOpen = false } = address;
    const server = createServer({ allowHalfOpen, noDelay: true, pauseOnConnect: isPaused }, onConnection);
    try {
      server.listen({ host, port });
      await once(server, 'listening');
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new MlxError('PORT_UNAVAILABLE', `The server cannot listen on ${host}:${port}: ${reason}.`, {
        hint: 'Choose another port, or 0 for a free one.',
        cause,
      });
    }
    return new Port(server, address);
  }

  /** Accepts no more; connections that were accepted live on. */
  close(): void {
    this.#server.close();
  }
}
