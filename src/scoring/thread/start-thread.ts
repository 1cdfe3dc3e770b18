import { Worker } from 'node:worker_threads';
import { MlxError } from '../../errors.js';
import type { Manifest } from '../manifest.js';
import { errorOf, type ThreadReply, type ThreadRequest, type ThreadTask } from './messages.js';

/** Longest time for a model to be read, loaded and run once. */
const LOAD_MS = 120_000;

/**
 * A thread that has loaded its model.
 * @throws MlxError ARTIFACT_CORRUPT, MODEL_INVALID, FILE_NOT_FOUND, FILE_UNREADABLE
 */
export function startThread(task: ThreadTask): Promise<{ worker: Worker; manifest: Manifest }> {
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: task });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      worker.unref();
      void closeThread(worker);
      reject(new MlxError('MODEL_INVALID', `The model was not loaded within ${LOAD_MS / 1000} s.`));
    }, LOAD_MS);
    const onEnd = (): void => {
      clearTimeout(timer);
      reject(new MlxError('MODEL_INVALID', 'The thread of the model ended while it was loading.'));
    };
    worker.once('error', reject);
    worker.once('exit', onEnd);
    worker.once('message', (reply: ThreadReply) => {
      clearTimeout(timer);
      worker.off('error', reject).off('exit', onEnd);
      if (reply.kind === 'ready') resolve({ worker, manifest: reply.manifest });
      else if (reply.kind === 'broken') {
        void worker.terminate();
        reject(errorOf(reply.error));
      }
    });
  });
}

/** Tells a thread to close after what it was given before; resolves when it has ended. */
export function closeThread(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.once('exit', () => resolve());
    const request: ThreadRequest = { kind: 'close' };
    worker.postMessage(request);
  });
}
