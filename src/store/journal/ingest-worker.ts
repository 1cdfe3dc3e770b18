import { setImmediate as nextTurn } from 'node:timers/promises';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { MlxError, toMlxError } from '../../errors.js';
import { Connection } from '../connection.js';
import { storePaths } from '../location.js';
import { LOG_SHAPE } from '../log-schema.js';
import { pruneSteps } from '../prune-predictions.js';
import type { IngestFailure, IngestJob, IngestReport, IngestRequest } from './ingest-messages.js';
import { Ingester, type IngestScope } from './ingester.js';

/** How often the other writers' files are looked at. */
const SWEEP_MS = 5000;
const PRUNE_MS = 3_600_000;
const RETRY_MS = 1000;
/** How long it waits for other processes that write to log.db, before it says that it is kept waiting. */
const BUSY_MS = 2000;
/** Rows are added at the end of the table and of its indexes: more than that stays in memory for nothing. */
const CACHE_KIB = 4000;
/** What is not read within that time of closing is left to the next server. */
const CLOSE_MS = 5000;

/** Thread that brings the journal into log.db: every `flushMs`, when asked, and one last time at the end. */
class IngestThread {
  readonly #job: IngestJob;
  readonly #port: MessagePort;
  #db: Connection | undefined;
  #ingester: Ingester | undefined;
  #waiting: number[] = [];
  /** When to end at the latest; never before that is asked for. */
  #closeBy = Number.POSITIVE_INFINITY;
  #wake: () => void = () => undefined;
  #seenCommits = 0;
  #nextSweep = 0;
  #nextPrune = 0;
  #pruning: Generator<number> | undefined;
  #failures = 0;
  #problem: IngestFailure | null = null;
  #reported = '';

  constructor(job: IngestJob, port: MessagePort) {
    this.#job = job;
    this.#port = port;
    port.on('message', (request: IngestRequest) => {
      if (request.kind === 'flush') this.#waiting.push(request.id);
      else this.#closeBy = performance.now() + CLOSE_MS;
      this.#wake();
    });
  }

  async run(): Promise<void> {
    while (!this.#isClosing()) {
      await this.#round();
      await this.#rest();
    }
    this.#ingester?.writerClosed();
    this.#seenCommits = -1;
    await this.#round();
    this.#ingester?.close();
    this.#db?.close();
    this.#port.close();
  }

  /** Reads what there is, forgets a few old rows, and tells. */
  async #round(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    try {
      const { db, ingester } = await this.#connect();
      const scope = this.#scope(waiting.length > 0);
      if (scope !== null) await this.#ingest(ingester, scope);
      this.#prune(db);
      this.#problem = null;
    } catch (error) {
      const { code, message } = toMlxError(error);
      this.#problem = { code, message };
      this.#failures++;
      // what was not read is read by the next round
      this.#seenCommits = -1;
      this.#nextSweep = 0;
    }
    this.#report();
    for (const id of waiting) this.#send({ kind: 'flushed', id, problem: this.#problem });
  }

  async #ingest(ingester: Ingester, scope: IngestScope): Promise<void> {
    for (const _ of ingester.ingest(scope)) {
      this.#report();
      if (performance.now() > this.#closeBy) {
        throw new MlxError(
          'BUSY',
          'The log had more to read than there was time for when the server closed.',
        );
      }
      await nextTurn();
    }
  }

  #isClosing(): boolean {
    return this.#closeBy < Number.POSITIVE_INFINITY;
  }

  /** What there is to read; null where nobody has written. */
  #scope(isAsked: boolean): IngestScope | null {
    const commits = Atomics.load(this.#job.commits, 0);
    const isBehind = commits !== this.#seenCommits;
    this.#seenCommits = commits;
    if (isAsked || performance.now() >= this.#nextSweep) {
      this.#nextSweep = performance.now() + SWEEP_MS;
      return 'all';
    }
    return isBehind ? 'own' : null;
  }

  /** One step at a time, so that rows and whoever waits for them come between. */
  #prune(db: Connection): void {
    const { retentionMs } = this.#job;
    if (retentionMs === null) return;
    if (this.#pruning === undefined) {
      if (performance.now() < this.#nextPrune) return;
      this.#pruning = pruneSteps(db, Date.now() - retentionMs);
    }
    if (this.#pruning.next().done !== true) return;
    this.#pruning = undefined;
    this.#nextPrune = performance.now() + PRUNE_MS;
  }

  async #connect(): Promise<{ db: Connection; ingester: Ingester }> {
    const { root, writer, removed } = this.#job;
    const { log, journal } = storePaths(root);
    this.#db ??= await Connection.open(log, {
      shape: LOG_SHAPE,
      synchronous: 'normal',
      busyTimeoutMs: BUSY_MS,
      cacheKib: CACHE_KIB,
    });
    this.#ingester ??= new Ingester(this.#db, { folder: journal, writer, removed });
    return { db: this.#db, ingester: this.#ingester };
  }

  #rest(): Promise<void> {
    if (this.#waiting.length > 0 || this.#isClosing()) return Promise.resolve();
    if (this.#pruning !== undefined && this.#problem === null) return nextTurn();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wake(), this.#problem === null ? this.#job.flushMs : RETRY_MS);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = () => undefined;
        resolve();
      };
    });
  }

  #report(): void {
    const ingester = this.#ingester;
    const none = { rows: 0, bytes: 0 };
    const report: IngestReport = {
      kind: 'progress',
      ingested: ingester?.ingested ?? none,
      removed: ingester?.removed ?? this.#job.removed,
      failures: this.#failures,
      problem: this.#problem,
      damaged: ingester?.takeDamaged() ?? [],
    };
    const text = JSON.stringify(report);
    if (text === this.#reported) return;
    this.#reported = text;
    this.#send(report);
  }

  #send(report: IngestReport): void {
    this.#port.postMessage(report);
  }
}

await new IngestThread(workerData as IngestJob, parentPort as MessagePort).run();
