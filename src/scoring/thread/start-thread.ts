import type { Worker } from 'node:worker_threads';
import type { EngineModel } from '../../engine/model.js';
import { MlxError } from '../../errors.js';
import type { Manifest } from '../manifest.js';
import {
  errorOf,
  type ModelFile,
  type ThreadReply,
  type ThreadRequest,
  type ThreadTask,
} from './messages.js';
import { threadFor } from './spare-thread.js';

/** Longest time for a model to be read, loaded and run once. */
const LOAD_MS = 120_000;

/** A thread that has its model. */
export interface StartedThread {
  readonly worker: Worker;
  readonly bell: Int32Array;
  readonly manifest: Manifest;
  /** What mlx's own engine needs to run the model; null where ONNX Runtime runs it. */
  readonly engine: EngineModel | null;
  /** Where all of its trees lie; null where they do not lie together. */
  readonly memory: SharedArrayBuffer | null;
}

/**
 * A thread that has loaded its model.
 * @throws MlxError ARTIFACT_CORRUPT, MODEL_INVALID, FILE_NOT_FOUND, FILE_UNREADABLE
 */
export function startThread(file: ModelFile): Promise<StartedThread> {
  const bell = new Int32Array(new SharedArrayBuffer(4));
  const task: ThreadTask = { ...file, bell };
  const worker = threadFor(task);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      worker.unref();
      void closeThread({ worker, bell });
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
      if (typeof reply === 'number') return;
      if (reply.kind === 'ready') {
        const { manifest, engine, memory } = reply;
        resolve({ worker, bell, manifest, engine, memory });
      } else if (reply.kind === 'broken') {
        void worker.terminate();
        reject(errorOf(reply.error));
      }
    });
  });
}

/** Tells a thread to close after what it was given before; resolves when it has ended. */
export function closeThread({ worker, bell }: Pick<StartedThread, 'worker' | 'bell'>): Promise<void> {
  return new Promise((resolve) => {
    worker.once('exit', () => resolve());
    tell(worker, bell, { kind: 'close' });
  });
}

/** Sends a thread a message, and wakes it. */
export function tell(worker: Worker, bell: Int32Array, request: ThreadRequest): void {
  worker.postMessage(request);
  ring(bell);
}

/** Wakes a thread. */
export function ring(bell: Int32Array): void {
  Atomics.add(bell, 0, 1);
  Atomics.notify(bell, 0);
}
