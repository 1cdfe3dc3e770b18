import { type ChildProcess, fork } from 'node:child_process';
import { MlxError } from '../../errors.js';
import type { Connection } from './dispatcher.js';
import type { FromWorker, ToWorker, WorkerSetup } from './messages.js';

/** How a worker is started. */
export interface WorkerStart {
  /** The file that it runs. */
  readonly program: URL;
  readonly setup: WorkerSetup;
}

export interface WorkerEvents {
  onMessage(worker: WorkerProcess, message: FromWorker): void;
  /** It has ended; `unread` are the connections that it was given and did not come to take. */
  onEnd(worker: WorkerProcess, unread: readonly Connection[]): void;
}

/** How a worker ended. */
export interface WorkerEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A worker as the primary sees it. */
export class WorkerProcess {
  readonly startedAt = performance.now();
  readonly #child: ChildProcess;
  readonly #events: WorkerEvents;
  /** Given to it, and not known to have arrived. The primary's own copy stays open until then. */
  readonly #unread = new Map<number, Connection>();
  #lastId = 0;
  #connections = 0;
  #readyAt: number | null = null;
  #error: MlxError | null = null;
  #end: WorkerEnd | null = null;

  constructor({ program, setup }: WorkerStart, events: WorkerEvents) {
    this.#events = events;
    this.#child = fork(program, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', (message: FromWorker) => this.#take(message));
    // What cannot be sent, to a worker that is ending, is dealt with when it has ended.
    this.#child.on('error', () => undefined);
    // Not `exit`: after `close` nothing more that it has sent can arrive.
    this.#child.once('close', (code, signal) => this.#ended({ code, signal }));
    this.send({ kind: 'start', setup });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Connections that it holds, or will. */
  get connections(): number {
    return this.#connections;
  }

  /** `performance.now()` when it was; null before. */
  get readyAt(): number | null {
    return this.#readyAt;
  }

  /** Why it could not start, in its own words; null when it said nothing. */
  get error(): MlxError | null {
    return this.#error;
  }

  /** null while it runs. */
  get end(): WorkerEnd | null {
    return this.#end;
  }

  send(message: ToWorker): void {
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  /** Hands a connection over, from which nothing has been read. */
  give(connection: Connection): void {
    const { protocol, socket } = connection;
    const id = ++this.#lastId;
    this.#connections++;
    this.#unread.set(id, connection);
    const message: ToWorker = { kind: 'connection', id, protocol };
    if (this.#child.connected) this.#child.send(message, socket, { keepOpen: true }, () => undefined);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #take(message: FromWorker): void {
    switch (message.kind) {
      case 'ready':
        this.#readyAt = performance.now();
        break;
      case 'failed':
        this.#error = new MlxError(
          message.code,
          message.message,
          message.hint === undefined ? {} : { hint: message.hint },
        );
        break;
      case 'took':
        this.#unread.get(message.id)?.socket.destroy();
        this.#unread.delete(message.id);
        break;
      case 'closed':
        this.#connections--;
        break;
      default:
        break;
    }
    this.#events.onMessage(this, message);
  }

  #ended(end: WorkerEnd): void {
    this.#end = end;
    const unread = [...this.#unread.values()];
    this.#unread.clear();
    this.#events.onEnd(this, unread);
  }
}
