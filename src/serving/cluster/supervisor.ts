import { MlxError } from '../../errors.js';
import type { ServedModel } from '../catalog.js';
import type { Figures } from '../figures.js';
import type { AlertHandler, ServerLog } from '../options.js';
import { AlertFilter } from './alert-filter.js';
import { type Connection, Dispatcher } from './dispatcher.js';
import { FigureDesk } from './figure-desk.js';
import type { FromWorker, WorkerSetup } from './messages.js';
import { Slot } from './slot.js';
import type { WorkerEnd, WorkerProcess } from './worker-process.js';

export interface SupervisorOptions {
  /** The file that a worker runs. */
  readonly program: URL;
  readonly setup: WorkerSetup;
  /** How many. */
  readonly workers: number;
  /** How long workers may take to answer what is at work when they are told to finish. */
  readonly drainMs: number;
  readonly log: ServerLog;
  readonly alert: AlertHandler;
}

/** A worker that fails so often, one after the other, is not waited for at the start. */
const MOST_FAILURES = 3;
/** What a worker needs beside `drainMs` to write its log and end. */
const END_MS = 10_000;

/** Keeps the workers running, and passes on what they have to say to each other. */
export class Supervisor {
  /**
   * Resolves when the workers are ready: all, but for those that keep dying.
   * @throws MlxError what the first worker said that could not start; WORKER_FAILED
   */
  readonly started: Promise<void>;
  readonly #options: SupervisorOptions;
  readonly #slots: readonly Slot[];
  readonly #desk = new FigureDesk();
  readonly #dispatcher = new Dispatcher(() => this.#ready());
  readonly #alerts: AlertFilter;
  #settle: { resolve(): void; reject(error: MlxError): void } = { resolve: () => {}, reject: () => {} };
  #models: readonly ServedModel[] = [];
  #wasReady = false;
  #isDraining = false;
  #isClosing = false;
  #onEnd: () => void = () => undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#alerts = new AlertFilter(options.alert);
    this.started = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    const events = {
      onMessage: (worker: WorkerProcess, message: FromWorker) => this.#take(worker, message),
      onEnd: (worker: WorkerProcess, unread: readonly Connection[]) => this.#ended(worker, unread),
    };
    this.#slots = Array.from({ length: options.workers }, () => new Slot(options, events));
  }

  /** What the worker that became ready last serves. */
  get models(): readonly ServedModel[] {
    return this.#models;
  }

  /** Of the workers that are ready. */
  get pids(): readonly number[] {
    return this.#ready().flatMap(({ pid }) => pid ?? []);
  }

  /** Takes a connection from which nothing has been read. */
  get accept(): Dispatcher['accept'] {
    return this.#dispatcher.accept;
  }

  /** Has the workers read their files again; also those that are starting, which may have read them already. */
  reload(): void {
    for (const worker of this.#living()) worker.send({ kind: 'reload' });
  }

  /** From now on /ready says no. */
  drain(): void {
    this.#isDraining = true;
    for (const worker of this.#ready()) worker.send({ kind: 'drain' });
  }

  /** Has the workers answer what is at work, and end. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#dispatcher.close();
    for (const slot of this.#slots) {
      slot.close();
      if (slot.isReady) slot.worker.send({ kind: 'finish' });
      else slot.worker.kill();
    }
    const timer = setTimeout(() => {
      const late = this.#living();
      this.#options.log('warn', 'workers that did not end were killed', { workers: late.length });
      for (const worker of late) worker.kill();
    }, this.#options.drainMs + END_MS);
    while (this.#living().length > 0) {
      await new Promise<void>((resolve) => {
        this.#onEnd = resolve;
      });
    }
    clearTimeout(timer);
  }

  #ready(): readonly WorkerProcess[] {
    return this.#slots.filter(({ isReady }) => isReady).map(({ worker }) => worker);
  }

  #living(): readonly WorkerProcess[] {
    return this.#slots.map(({ worker }) => worker).filter(({ end }) => end === null);
  }

  #take(worker: WorkerProcess, message: FromWorker): void {
    switch (message.kind) {
      case 'ready':
        this.#becameReady(worker, message.models);
        break;
      case 'figures':
        this.#desk.told(worker, message.id, message.figures);
        break;
      case 'gather':
        void this.#gather(worker, message.id, message.figures);
        break;
      case 'failure':
        for (const other of this.#ready())
          if (other !== worker) other.send({ kind: 'failure', failure: message.failure });
        break;
      case 'alert':
        void this.#alerts.pass(message.alert);
        break;
      case 'log':
        this.#options.log(message.level, message.message, { ...message.fields, worker: worker.pid });
        break;
      default:
        break;
    }
  }

  #becameReady(worker: WorkerProcess, models: readonly ServedModel[]): void {
    this.#models = models;
    if (this.#isDraining) worker.send({ kind: 'drain' });
    if (this.#wasReady) this.#options.log('info', 'a worker is ready', { worker: worker.pid });
    this.#dispatcher.unpark();
    this.#settleStart();
  }

  #ended(worker: WorkerProcess, unread: readonly Connection[]): void {
    this.#desk.ended(worker);
    this.#onEnd();
    const slot = this.#slots.find((candidate) => candidate.worker === worker);
    if (!this.#isClosing && slot !== undefined) {
      const delayMs = slot.replace();
      this.#options.log('error', howItEnded(worker), { worker: worker.pid, next_in_ms: delayMs });
      if (!this.#wasReady && worker.error !== null) this.#settle.reject(worker.error);
      this.#settleStart();
    }
    for (const connection of unread) this.#handOn(connection);
  }

  #handOn(connection: Connection): void {
    if (this.#isClosing && this.#ready().length === 0) connection.socket.destroy();
    else this.#dispatcher.give(connection);
  }

  #settleStart(): void {
    if (this.#wasReady || !this.#slots.every((slot) => slot.isReady || slot.failures >= MOST_FAILURES))
      return;
    if (this.#slots.some(({ isReady }) => isReady)) {
      this.#wasReady = true;
      this.#settle.resolve();
      return;
    }
    const last = this.#slots.map(({ worker }) => worker).find(({ end }) => end !== null);
    this.#settle.reject(
      new MlxError(
        'WORKER_FAILED',
        `No worker process could start${last === undefined ? '' : `: ${howItEnded(last)}`}.`,
        { hint: 'Its own words are above; `mlx serve --workers 1` shows what happens in one process.' },
      ),
    );
  }

  async #gather(asker: WorkerProcess, id: number, own: Figures): Promise<void> {
    const ready = this.#ready();
    const figures = await this.#desk.gather(asker, own, ready);
    const workers = { configured: this.#slots.length, ready: ready.length };
    asker.send({ kind: 'gathered', id, gathered: { figures, workers } });
  }
}

function howItEnded({ pid, end, error, readyAt }: WorkerProcess): string {
  if (error !== null) return `worker ${pid} could not start: ${error.message}`;
  const { code, signal } = end as WorkerEnd;
  const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
  return `worker ${pid} ended ${how}${readyAt === null ? ' before it was ready' : ''}`;
}
