import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { ServerLog } from './options.js';
import { Throttle } from './throttle.js';

const REFUSAL_INTERVAL_MS = 1000;

/** The connections of one protocol that are open: up to a limit, more are closed at once, which is said now and then. */
export class Connections implements Iterable<Socket> {
  readonly #limit: number;
  readonly #log: ServerLog;
  readonly #refusals = new Throttle(REFUSAL_INTERVAL_MS);
  readonly #open = new Set<Socket>();

  constructor(limit: number, log: ServerLog) {
    this.#limit = limit;
    this.#log = log;
  }

  get size(): number {
    return this.#open.size;
  }

  [Symbol.iterator](): Iterator<Socket> {
    return this.#open.values();
  }

  /**
   * Takes a connection in until it closes; one too many is closed.
   * @param onRefused called at most once a second, to make room
   */
  admit(socket: Socket, onRefused: () => void = () => undefined): boolean {
    if (this.#open.size < this.#limit) {
      this.#open.add(socket);
      socket.once('close', () => this.#open.delete(socket));
      return true;
    }
    socket.destroy();
    const heldBack = this.#refusals.pass();
    if (heldBack === null) return false;
    this.#log('warn', `a connection was refused: there are ${this.#limit} already`, {
      refused_before: heldBack,
    });
    onRefused();
    return false;
  }

  /** Closes what is open. @returns how many that were */
  async cut(): Promise<number> {
    const cut = [...this.#open].filter((socket) => !socket.destroyed);
    for (const socket of cut) socket.destroy();
    await Promise.all(cut.map((socket) => socket.closed || once(socket, 'close')));
    return cut.length;
  }
}
