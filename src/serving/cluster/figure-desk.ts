import { type Figures, mergeFigures, retireFigures } from '../figures.js';
import type { WorkerProcess } from './worker-process.js';

/** How long a worker may take to tell its figures. */
const ANSWER_MS = 500;

interface Question {
  readonly worker: WorkerProcess;
  answer(figures: Figures | null): void;
}

/**
 * The figures of all workers, also of those that have ended: each worker's last ones are kept, and go on counting when it
 * ends, so that no sum ever goes back.
 */
export class FigureDesk {
  readonly #latest = new Map<WorkerProcess, Figures>();
  readonly #waiting = new Map<number, Question>();
  /** Of the workers that have ended. */
  #retired: Promise<Figures | null> = Promise.resolve(null);
  #lastId = 0;

  /** Takes what a worker has told: `id` is that of the question, null without one. */
  told(worker: WorkerProcess, id: number | null, figures: Figures): void {
    this.#latest.set(worker, figures);
    if (id !== null) this.#waiting.get(id)?.answer(figures);
  }

  /** A worker has ended. */
  ended(worker: WorkerProcess): void {
    const last = this.#latest.get(worker);
    this.#latest.delete(worker);
    const retired = last === undefined ? null : retireFigures(last);
    for (const question of this.#waiting.values()) if (question.worker === worker) question.answer(retired);
    if (retired === null) return;
    this.#retired = this.#retired.then((others) =>
      others === null ? retired : mergeFigures([others, retired]),
    );
  }

  /** The sum: of a worker that does not answer in time, what it told last. */
  async gather(asker: WorkerProcess, own: Figures, workers: readonly WorkerProcess[]): Promise<Figures> {
    this.#latest.set(asker, own);
    // Whoever ends while it is asked answers with what it told last, and must not be among these too.
    const ended = this.#retired;
    const asked = workers.filter((worker) => worker !== asker);
    const others = await Promise.all(asked.map((worker) => this.#ask(worker)));
    const retired = await ended;
    const answered = others.filter((figures) => figures !== null);
    return mergeFigures(retired === null ? [own, ...answered] : [own, ...answered, retired]);
  }

  #ask(worker: WorkerProcess): Promise<Figures | null> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      const answer = (figures: Figures | null): void => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(figures);
      };
      const timer = setTimeout(() => {
        const last = this.#latest.get(worker);
        answer(last === undefined ? null : retireFigures(last));
      }, ANSWER_MS);
      this.#waiting.set(id, { worker, answer });
      worker.send({ kind: 'figures', id });
    });
  }
}
