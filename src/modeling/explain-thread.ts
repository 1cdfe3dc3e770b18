import { Worker } from 'node:worker_threads';
import type { CellValue } from '../data/cell.js';
import { type ErrorCode, MlxError } from '../errors.js';
import type { ScoreUnit } from './explain.js';
import type { ScoreParts } from './score-parts.js';

/** Why a row is predicted as it is. */
export interface RowExplanation {
  /** What scores and contributions are counted in. */
  readonly unit: ScoreUnit;
  /** By class or target; a classifier of two classes has the score of the second alone. */
  readonly scores: Readonly<Record<string, ScoreParts>>;
}

export interface ExplainTask {
  /** The model file. */
  readonly path: string;
}

/** To the thread: the values of a row's columns, in the model's order. */
export interface ExplainRequest {
  readonly id: number;
  readonly row: readonly CellValue[];
}

/** From the thread. Without an id it is about the model: opened, or why not. */
export type ExplainReply =
  | { readonly id: number; readonly explanation: RowExplanation }
  | { readonly id: number | null; readonly error: { code: ErrorCode; message: string; hint?: string } }
  | { readonly id: null };

interface Waiting {
  readonly resolve: (explanation: RowExplanation) => void;
  readonly reject: (error: MlxError) => void;
}

/** An explainer in a thread of its own: reading a hundred deep trees takes a second, explaining a row milliseconds. */
export class ThreadedExplainer {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 0;
  #hasEnded = false;

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (reply: ExplainReply) => this.#settle(reply));
    // Its 'exit' follows and is what counts.
    worker.on('error', () => undefined);
    worker.once('exit', () => {
      this.#hasEnded = true;
      for (const { reject } of this.#waiting.values()) reject(threadEnded());
      this.#waiting.clear();
    });
  }

  /** @throws MlxError EXPLANATION_UNAVAILABLE for a model that mlx cannot look into; MODEL_INVALID, FILE_* */
  static open(task: ExplainTask): Promise<ThreadedExplainer> {
    const worker = new Worker(new URL('./explain-worker.js', import.meta.url), { workerData: task });
    return new Promise((resolve, reject) => {
      const onEnd = (): void => reject(threadEnded());
      worker.once('error', reject).once('exit', onEnd);
      worker.once('message', (reply: ExplainReply) => {
        worker.off('error', reject).off('exit', onEnd);
        if (!('error' in reply)) return resolve(new ThreadedExplainer(worker));
        void worker.terminate();
        reject(errorOf(reply.error));
      });
    });
  }

  /** Rows that wait for their explanation. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** @throws MlxError SCORING_FAILED when the thread has ended; what the model fails with */
  explain(row: readonly CellValue[]): Promise<RowExplanation> {
    if (this.#hasEnded) return Promise.reject(threadEnded());
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      const request: ExplainRequest = { id, row };
      this.#worker.postMessage(request);
    });
  }

  /** Ends the thread at once; what waits fails. */
  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(reply: ExplainReply): void {
    if (reply.id === null) return;
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('error' in reply) waiting?.reject(errorOf(reply.error));
    else waiting?.resolve(reply.explanation);
  }
}

function errorOf({ code, message, hint }: { code: ErrorCode; message: string; hint?: string }): MlxError {
  return new MlxError(code, message, hint === undefined ? {} : { hint });
}

function threadEnded(): MlxError {
  return new MlxError('SCORING_FAILED', 'The thread that explains has ended.', { hint: 'Try again.' });
}
