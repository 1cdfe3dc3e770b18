import { parentPort } from 'node:worker_threads';
import { boostTogether } from './boosting/thread.js';
import { growTrees } from './forest.js';
import type { TrainingJob } from './worker-pool.js';

/*
 * A training thread: takes one job, posts each result, then `done`. Results are copied, not transferred:
 * once an array buffer was detached, V8 checks every access to any typed array in the thread for it.
 */
parentPort?.once('message', async (job: TrainingJob) => {
  if (job.kind === 'forest') {
    for (const tree of growTrees(job)) parentPort?.postMessage({ kind: 'result', result: tree });
  } else if (job.kind === 'boosting') {
    boostTogether(job, (result) => parentPort?.postMessage({ kind: 'result', result }));
  } else {
    const { growPackageTrees } = await import('./ml-random-forest.js');
    parentPort?.postMessage({ kind: 'result', result: growPackageTrees(job) });
  }
  parentPort?.postMessage({ kind: 'done' });
});
