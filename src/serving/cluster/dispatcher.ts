import type { Socket } from 'node:net';
import type { Protocol } from '../fronts.js';
import type { WorkerProcess } from './worker-process.js';

/** Connections that wait while no worker can take them; more are refused. */
const MOST_PARKED = 4096;
/** How long they wait. */
const PARKED_MS = 30_000;

/** A connection from which nothing has been read, and what will be spoken on it. */
export interface Connection {
  readonly protocol: Protocol;
  readonly socket: Socket;
}

interface Parked {
  readonly connection: Connection;
  readonly timer: NodeJS.Timeout;
}

/**
 * Gives each connection to the ready worker that holds the fewest. Nothing is read from a connection here, so that one
 * that a worker did not come to take can be given to another, and the client sees nothing of it.
 */
export class Dispatcher {
  readonly #ready: () => readonly WorkerProcess[];
  #parked: Parked[] = [];

  constructor(ready: () => readonly WorkerProcess[]) {
    this.#ready = ready;
  }

  readonly give = (connection: Connection): void => {
    const [first, ...others] = this.#ready();
    if (first === undefined) {
      this.#park(connection);
      return;
    }
    const idlest = others.reduce(
      (best, worker) => (worker.connections < best.connections ? worker : best),
      first,
    );
    idlest.give(connection);
  };

  /** A connection that has just come, and cannot hurt by failing. */
  readonly accept = (protocol: Protocol, socket: Socket): void => {
    socket.on('error', () => undefined);
    this.give({ protocol, socket });
  };

  /** A worker has become ready: it takes what has waited. */
  unpark(): void {
    const waited = this.#parked;
    this.#parked = [];
    for (const { connection, timer } of waited) {
      clearTimeout(timer);
      if (!connection.socket.destroyed) this.give(connection);
    }
  }

  /** Nobody will take what waits. */
  close(): void {
    for (const { connection, timer } of this.#parked) {
      clearTimeout(timer);
      connection.socket.destroy();
    }
    this.#parked = [];
  }

  #park(connection: Connection): void {
    const { socket } = connection;
    if (this.#parked.length >= MOST_PARKED) {
      socket.destroy();
      return;
    }
    const timer = setTimeout(() => {
      this.#parked = this.#parked.filter((parked) => parked.connection !== connection);
      socket.destroy();
    }, PARKED_MS);
    this.#parked.push({ connection, timer });
  }
}
