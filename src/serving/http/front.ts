import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Limits, ServerLog } from '../options.js';
import { Throttle } from '../throttle.js';

/** A client that is about to use its connection again does so within that time, and is told that it closes. */
const LINGER_MS = 250;
const LOOK_MS = 20;
const REFUSAL_INTERVAL_MS = 1000;

/** Speaks HTTP on connections that are given to it, wherever they were accepted, and ends them with care. */
export class HttpFront {
  readonly #http: Server;
  readonly #limit: number;
  readonly #log: ServerLog;
  readonly #refusals = new Throttle(REFUSAL_INTERVAL_MS);
  readonly #sockets = new Set<Socket>();

  /** @param http not to be listened on itself */
  constructor(http: Server, { limits, log }: { readonly limits: Limits; readonly log: ServerLog }) {
    this.#http = http;
    this.#limit = limits.connectionLimit;
    this.#log = log;
    // Only a server that listens looks for connections that take too long.
    http.emit('listening');
  }

  take(socket: Socket): void {
    if (this.#sockets.size >= this.#limit) {
      socket.destroy();
      this.#refused();
      return;
    }
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    this.#http.emit('connection', socket);
  }

  /**
   * Ends all connections: those at work when they are answered, the others when they had the time to ask once more.
   * Answers should say `connection: close` by now.
   * @param mostMs after that the connections are cut
   * @returns how many were cut
   */
  async finish(mostMs: number): Promise<number> {
    const begun = performance.now();
    const elapsedMs = (): number => performance.now() - begun;
    while (this.#sockets.size > 0 && elapsedMs() < mostMs) {
      if (elapsedMs() >= LINGER_MS) this.#endIdle();
      await wait(LOOK_MS);
    }
    this.#endIdle();
    const cut = [...this.#sockets].filter((socket) => !socket.destroyed);
    for (const socket of cut) socket.destroy();
    await Promise.all(cut.map((socket) => socket.closed || once(socket, 'close')));
    this.#http.close(() => undefined);
    return cut.length;
  }

  #refused(): void {
    const heldBack = this.#refusals.pass();
    if (heldBack === null) return;
    this.#log('warn', `a connection was refused: there are ${this.#limit} already`, {
      refused_before: heldBack,
    });
    // Those that only wait for a next request make room.
    this.#http.closeIdleConnections();
  }

  #endIdle(): void {
    this.#http.closeIdleConnections();
    // Node counts one that never sent anything as at work.
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy();
  }
}
