import { Worker } from 'node:worker_threads';
import type { ThreadTask } from './messages.js';

/** A thread without a model, and the memory of the one that it had. */
let spare: { readonly worker: Worker; readonly free: SharedArrayBuffer | undefined } | undefined;

/**
 * Starts a thread before it is known which model it is for: it starts up while the caller goes on. Whoever opens the next
 * model takes it; it does not keep the process alive until then.
 */
export function prepareThread(): void {
  if (spare === undefined) keep(launch(), undefined);
}

/**
 * Keeps a thread that has no model any more for the next one: it has started up, and knows the way.
 * @param free memory that the next model may use: shared memory is given back late, when two threads have collected it
 * @returns false where one is kept already
 */
export function keepThread(worker: Worker, free: SharedArrayBuffer | undefined): boolean {
  if (spare !== undefined) return false;
  worker.removeAllListeners();
  keep(worker, free);
  return true;
}

function keep(worker: Worker, free: SharedArrayBuffer | undefined): void {
  worker.unref();
  const forget = (): void => {
    if (spare?.worker === worker) spare = undefined;
  };
  // A thread that cannot be started is started again, and its failure told, when it is needed.
  worker.once('error', forget).once('exit', forget);
  spare = { worker, free };
}

/** A thread that is given this model to load: the one that is kept, or a new one. */
export function threadFor(task: ThreadTask): Worker {
  const { worker, free } = spare ?? { worker: launch(), free: undefined };
  spare = undefined;
  worker.removeAllListeners();
  worker.ref();
  worker.postMessage({ ...task, free });
  return worker;
}

function launch(): Worker {
  return new Worker(new URL('./worker.js', import.meta.url));
}
