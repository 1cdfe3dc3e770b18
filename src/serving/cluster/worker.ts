import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { toMlxError } from '../../errors.js';
import { openStore } from '../../store/store.js';
import type { OpenExplainer } from '../explain/explainer-pool.js';
import { type Figures, figuresOf, retireFigures } from '../figures.js';
import { Fronts, type Protocol } from '../fronts.js';
import { createServer, type ServerParts } from '../server.js';
import type { FromWorker, ToWorker, WorkerSetup } from './messages.js';
import { PrimaryPeers } from './primary-peers.js';

/** How often the primary is told the figures, so that it has them when this process is killed. */
const TELL_MS = 250;
const COULD_NOT_START = 1;
const PRIMARY_IS_GONE = 1;

const now = (): Date => new Date();

function tell(message: FromWorker, onSent: () => void = () => undefined): void {
  if (process.connected) process.send?.(message, undefined, undefined, onSent);
}

/** One server, and the messages that it answers to. */
class Worker {
  readonly #parts: ServerParts;
  readonly #fronts: Fronts;
  readonly #peers: PrimaryPeers;

  private constructor(parts: ServerParts, fronts: Fronts, peers: PrimaryPeers) {
    this.#parts = parts;
    this.#peers = peers;
    this.#fronts = fronts;
    setInterval(() => void this.#tellFigures(null), TELL_MS).unref();
  }

  static async start(
    { storeRoot, settings, startedAt }: WorkerSetup,
    explain: OpenExplainer,
  ): Promise<Worker> {
    const store = await openStore(storeRoot);
    const peers = new PrimaryPeers(tell);
    const parts = await createServer({
      ...settings,
      store,
      peers,
      now,
      startedAt,
      random: () => randomBytes(4).readUInt32BE() / 2 ** 32,
      log: (level, message, fields) => tell({ kind: 'log', level, message, fields }),
      alert: (alert) => tell({ kind: 'alert', alert }),
      explain,
    });
    return new Worker(parts, await Fronts.open(parts, settings.grpcPort !== undefined), peers);
  }

  ready(): void {
    tell({ kind: 'ready', models: this.#parts.core.catalog.models });
  }

  take(message: ToWorker, socket: Socket | undefined): void {
    const { core } = this.#parts;
    switch (message.kind) {
      case 'connection':
        this.#connected(message.id, message.protocol, socket);
        break;
      case 'figures':
        void this.#tellFigures(message.id);
        break;
      case 'gathered':
        this.#peers.answered(message.id, message.gathered);
        break;
      case 'failure':
        void core.catalog.heard(message.failure);
        break;
      case 'reload':
        void this.#parts.reload();
        break;
      case 'drain':
        core.isDraining = true;
        break;
      case 'finish':
        void this.#finish();
        break;
      case 'start':
        break;
    }
  }

  #connected(id: number, protocol: Protocol, socket: Socket | undefined): void {
    // The word is out before anything is read: should this process be killed now, the primary knows whose it was.
    tell({ kind: 'took', id });
    if (socket === undefined) {
      tell({ kind: 'closed' });
      return;
    }
    socket.once('close', () => tell({ kind: 'closed' }));
    socket.setNoDelay(true);
    this.#fronts.take(protocol, socket);
  }

  async #tellFigures(id: number | null): Promise<void> {
    const figures: Figures = await figuresOf(this.#parts.core);
    tell({ kind: 'figures', id, figures: id === null ? retireFigures(figures) : figures });
  }

  async #finish(): Promise<void> {
    const { core, close } = this.#parts;
    core.isDraining = true;
    await this.#fronts.finish();
    await close();
    await core.store.close();
    const figures = retireFigures(await figuresOf(core));
    endWith({ kind: 'figures', id: null, figures });
  }
}

/**
 * Makes this process a worker: one server without a port. Its connections come from the primary, and it ends with it.
 * @param explain opens what `POST /explain` asks
 */
export function serveAsWorker(explain: OpenExplainer): void {
  let worker: Promise<Worker> | undefined;
  // A signal to the whole process group is the primary's to act on.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
  process.on('message', (message: ToWorker, socket: Socket | undefined) => {
    if (message.kind === 'start') worker = start(message.setup, explain);
    worker?.then((started) => started.take(message, socket)).catch(() => undefined);
  });
  process.on('disconnect', orphaned);
}

/** The primary is gone: an end at once is what was asked of it, whatever is at work here. What was answered is in the journal. */
function orphaned(): void {
  // Nothing can be let go of that waits for a client, or for a model's run.
  process.exit(PRIMARY_IS_GONE);
}

/** Says a last thing; then nothing keeps this process. */
function endWith(message: FromWorker): void {
  tell(message, () => {
    process.off('disconnect', orphaned);
    if (process.connected) process.disconnect();
  });
}

async function start(setup: WorkerSetup, explain: OpenExplainer): Promise<Worker> {
  try {
    const started = await Worker.start(setup, explain);
    started.ready();
    return started;
  } catch (thrown) {
    const { code, message, hint } = toMlxError(thrown);
    process.exitCode = COULD_NOT_START;
    endWith({ kind: 'failed', code, message, hint });
    throw thrown;
  }
}
