import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { Connections } from '../connections.js';
import type { Front } from '../fronts.js';
import type { Limits, ServerLog } from '../options.js';

/** A client that is about to use its connection again does so within that time, and is told that it closes. */
const LINGER_MS = 250;
const LOOK_MS = 20;

/** Speaks HTTP on connections that are given to it, wherever they were accepted, and ends them with care. */
export class HttpFront implements Front {
  readonly #http: Server;
  readonly #connections: Connections;

  /** @param http not to be listened on itself */
  constructor(http: Server, { limits, log }: { readonly limits: Limits; readonly log: ServerLog }) {
    this.#http = http;
    this.#connections = new Connections(limits.connectionLimit, log);
    // Only a server that listens looks for connections that take too long.
    http.emit('listening');
  }

  take(socket: Socket): void {
    // Those that only wait for a next request make room.
    const isIn = this.#connections.admit(socket, () => this.#http.closeIdleConnections());
    if (isIn) this.#http.emit('connection', socket);
  }

  /** Answers should say `connection: close` by now; idle connections have the time to ask once more. */
  async finish(mostMs: number): Promise<number> {
    const begun = performance.now();
    const elapsedMs = (): number => performance.now() - begun;
    while (this.#connections.size > 0 && elapsedMs() < mostMs) {
      if (elapsedMs() >= LINGER_MS) this.#endIdle();
      await wait(LOOK_MS);
    }
    this.#endIdle();
    const cut = await this.#connections.cut();
    this.#http.close(() => undefined);
    return cut;
  }

  #endIdle(): void {
    this.#http.closeIdleConnections();
    // Node counts one that never sent anything as at work.
    for (const socket of this.#connections) if (socket.bytesRead === 0) socket.destroy();
  }
}
