import type { Socket } from 'node:net';
import { HttpFront } from './http/front.js';
import { createListener } from './http/listener.js';
import type { ServerParts } from './server.js';

/** What is spoken on a connection. */
export type Protocol = 'http' | 'grpc';

/** Speaks a protocol on connections that are given to it, wherever they were accepted. */
export interface Front {
  /** Takes a connection from which nothing has been read. */
  take(socket: Socket): void;
  /**
   * Ends all connections: those at work when they are answered.
   * @param mostMs after that they are cut
   * @returns how many were cut
   */
  finish(mostMs: number): Promise<number>;
}

/** What a server speaks: HTTP, and gRPC where it is asked for. */
export class Fronts {
  readonly #fronts: Readonly<Partial<Record<Protocol, Front>>>;
  readonly #parts: ServerParts;

  private constructor(parts: ServerParts, fronts: Readonly<Partial<Record<Protocol, Front>>>) {
    this.#parts = parts;
    this.#fronts = fronts;
  }

  /** @param hasGrpc gRPC is loaded only where it is asked for */
  static async open(parts: ServerParts, hasGrpc: boolean): Promise<Fronts> {
    const { app, access, core } = parts;
    const listener = createListener((request, response) => void app.handle(request, response), access, core);
    const http = new HttpFront(listener, core);
    if (!hasGrpc) return new Fronts(parts, { http });
    const { GrpcFront } = await import('./grpc/front.js');
    return new Fronts(parts, { http, grpc: await GrpcFront.open(parts) });
  }

  take(protocol: Protocol, socket: Socket): void {
    const front = this.#fronts[protocol];
    if (front === undefined) socket.destroy();
    else front.take(socket);
  }

  /** Waits for requests at work, but not for ever. */
  async finish(): Promise<void> {
    const { limits, log } = this.#parts.core;
    const cut = await Promise.all(Object.values(this.#fronts).map((front) => front.finish(limits.drainMs)));
    const connections = cut.reduce((sum, count) => sum + count, 0);
    if (connections > 0)
      log('warn', 'requests were still at work when the time to drain was over', { connections });
  }
}
