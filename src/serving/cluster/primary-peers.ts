import type { Figures } from '../figures.js';
import { type Gathered, ONE_WORKER, type Peers, type VersionFailure } from '../peers.js';
import type { FromWorker } from './messages.js';

/** Longer than the primary waits for the other workers. */
const ANSWER_MS = 2000;

/** The other workers, asked through the primary. */
export class PrimaryPeers implements Peers {
  readonly areNone = false;
  readonly #tell: (message: FromWorker) => void;
  readonly #waiting = new Map<number, (gathered: Gathered) => void>();
  #lastId = 0;

  constructor(tell: (message: FromWorker) => void) {
    this.#tell = tell;
  }

  /** Without an answer from the primary in time, the own figures alone. */
  gather(own: Figures): Promise<Gathered> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.answered(id, { figures: own, workers: ONE_WORKER }), ANSWER_MS);
      this.#waiting.set(id, (gathered) => {
        clearTimeout(timer);
        resolve(gathered);
      });
      this.#tell({ kind: 'gather', id, figures: own });
    });
  }

  readonly tellFailure = (failure: VersionFailure): void => this.#tell({ kind: 'failure', failure });

  /** Takes the primary's answer. */
  answered(id: number, gathered: Gathered): void {
    this.#waiting.get(id)?.(gathered);
    this.#waiting.delete(id);
  }
}
