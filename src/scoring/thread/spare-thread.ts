import { Worker } from 'node:worker_threads';
import type { ThreadTask } from './messages.js';

let spare: Worker | undefined;

/**
 * Starts a thread before it is known which model it is for: it starts up while the caller goes on. Whoever opens the next
 * model takes it; it does not keep the process alive until then.
 */
export function prepareThread(): void {
  if (spare === undefined) keep(launch());
}

/**
 * Keeps a thread that has no model any more for the next one: it has started up, and knows the way.
 * @returns false where one is kept already
 */
export function keepThread(worker: Worker): boolean {
  if (spare !== undefined) return false;
  worker.removeAllListeners();
  keep(worker);
  return true;
}

function keep(worker: Worker): void {
  worker.unref();
  const forget = (): void => {
    if (spare === worker) spare = undefined;
  };
  // A thread that cannot be started is started again, and its failure told, when it is needed.
  worker.once('error', forget).once('exit', forget);
  spare = worker;
}

/** A thread that is given this model to load: the one that is kept, or a new one. */
export function threadFor(task: ThreadTask): Worker {
  const worker = spare ?? launch();
  spare = undefined;
  worker.removeAllListeners();
  worker.ref();
  worker.postMessage(task);
  return worker;
}

function launch(): Worker {
  return new Worker(new URL('./worker.js', import.meta.url));
}
