import type { Socket } from 'node:net';
import type { WorkerProcess } from './worker-process.js';

/** Connections that wait while no worker can take them; more are refused. */
const MOST_PARKED = 4096;
/** How long they wait. */
const PARKED_MS = 10_000;

interface Parked {
  readonly socket: Socket;
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

  readonly give = (socket: Socket): void => {
    const [first, ...others] = this.#ready();
    if (first === undefined) {
      this.#park(socket);
      return;
    }
    const idlest = others.reduce(
      (best, worker) => (worker.connections < best.connections ? worker : best),
      first,
    );
    idlest.give(socket);
  };

  /** A connection that has just come, and cannot hurt by failing. */
  readonly accept = (socket: Socket): void => {
    socket.on('error', () => undefined);
    this.give(socket);
  };

  /** A worker has become ready: it takes what has waited. */
  unpark(): void {
    const waited = this.#parked;
    this.#parked = [];
    for (const { socket, timer } of waited) {
      clearTimeout(timer);
      if (!socket.destroyed) this.give(socket);
    }
  }

  /** Nobody will take what waits. */
  close(): void {
    for (const { socket, timer } of this.#parked) {
      clearTimeout(timer);
      socket.destroy();
    }
    this.#parked = [];
  }

  #park(socket: Socket): void {
    if (this.#parked.length >= MOST_PARKED) {
      socket.destroy();
      return;
    }
    const timer = setTimeout(() => {
      this.#parked = this.#parked.filter((parked) => parked.socket !== socket);
      socket.destroy();
    }, PARKED_MS);
    this.#parked.push({ socket, timer });
  }
}
