import { Worker } from 'node:worker_threads';
import { type ErrorDocument, MlxError } from '../errors.js';
import type { Feeds, ScoreDigest } from './score-digests.js';

/** What a thread is asked for. */
export interface CertificateJob {
  readonly bytes: Uint8Array;
  readonly threads: number;
  readonly feeds: Feeds;
  readonly rows: number;
}

export type CertificateMessage = { readonly digests: readonly ScoreDigest[] } | ErrorDocument;

/** Loads a model and scores rows in a thread of its own, while the caller loads it for another number of threads. */
export class CertificateThread {
  readonly digests: Promise<readonly ScoreDigest[]>;
  readonly #worker: Worker;

  constructor(job: CertificateJob) {
    this.#worker = new Worker(new URL('./certificate-worker.js', import.meta.url));
    this.digests = new Promise((resolve, reject) => {
      this.#worker.once('message', (message: CertificateMessage) => {
        if ('digests' in message) resolve(message.digests);
        else reject(new MlxError(message.error.code, message.error.message));
      });
      this.#worker.once('error', (cause) => reject(stopped(cause.message, cause)));
      this.#worker.once('exit', (code) => reject(stopped(`exit code ${code}`, undefined)));
    });
    // Whoever asks for the digests learns of a failure; before that it must not end the process.
    this.digests.catch(() => undefined);
    this.#worker.postMessage(job);
  }

  /** Ends the thread, at work or not. */
  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

function stopped(reason: string, cause: unknown): MlxError {
  return new MlxError('SCORING_FAILED', `The thread that checks the model's scores stopped: ${reason}.`, {
    hint: 'If memory ran out, train a smaller model (fewer trees, a limited max_depth).',
    cause,
  });
}
