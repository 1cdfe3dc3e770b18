import { Worker } from 'node:worker_threads';
import { MlxError } from '../errors.js';
import type { BoostingJob } from './boosting/rounds.js';
import type { ForestJob } from './forest.js';
import type { PackageForestJob } from './ml-random-forest.js';

export type TrainingJob = ForestJob | BoostingJob | PackageForestJob;

type WorkerMessage<Result> = { readonly kind: 'result'; readonly result: Result } | { readonly kind: 'done' };

/** Threads for one job. They start at once, so that they boot while the caller prepares the job. */
export class WorkerPool {
  readonly #workers: readonly Worker[];
  /** Of each thread: rejects when it has ended, also before the job is posted. */
  readonly #ends: readonly Promise<never>[];

  constructor(size: number) {
    this.#workers = Array.from({ length: size }, () => new Worker(new URL('./worker.js', import.meta.url)));
    this.#ends = this.#workers.map(endOf);
    // a thread that is done ends, too, and nobody waits for it
    for (const end of this.#ends) end.catch(() => {});
  }

  /**
   * Gives the job to every thread and waits for all of them; results come in any order.
   *
   * @throws MlxError TRAINING_FAILED when a thread dies; the signal's reason when it is aborted
   */
  async run<Result>(
    job: TrainingJob,
    onResult: (result: Result) => void,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    signal?.throwIfAborted();
    let onAbort = (): void => {};
    const aborted = new Promise<never>((_resolve, reject) => {
      onAbort = () => reject(signal?.reason);
      signal?.addEventListener('abort', onAbort);
    });
    try {
      const finished = this.#workers.map((worker, i) =>
        Promise.race([runOn(worker, job, onResult), this.#ends[i] as Promise<never>]),
      );
      await Promise.race([Promise.all(finished), aborted]);
    } finally {
      signal?.removeEventListener('abort', onAbort);
      await this.close();
    }
  }

  /** Ends all threads, at work or not. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

function runOn<Result>(worker: Worker, job: TrainingJob, onResult: (result: Result) => void): Promise<void> {
  return new Promise((resolve) => {
    worker.on('message', (message: WorkerMessage<Result>) => {
      if (message.kind === 'result') onResult(message.result);
      else resolve();
    });
    worker.postMessage(job);
  });
}

function endOf(worker: Worker): Promise<never> {
  return new Promise((_resolve, reject) => {
    worker.once('error', (cause) => reject(trainingFailed(cause.message, cause)));
    worker.once('exit', (code) => reject(trainingFailed(`exit code ${code}`, undefined)));
  });
}

function trainingFailed(reason: string, cause: unknown): MlxError {
  return new MlxError('TRAINING_FAILED', `A training thread stopped: ${reason}.`, {
    hint: 'If memory ran out, train fewer trees, limit max_depth, or use fewer workers.',
    cause,
  });
}
