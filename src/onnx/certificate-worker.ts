import { parentPort } from 'node:worker_threads';
import { toErrorDocument, toMlxError } from '../errors.js';
import type { CertificateJob, CertificateMessage } from './certificate-thread.js';
import { digestScores } from './score-digests.js';
import { ModelSession } from './session.js';

/* A thread that loads a model by itself and scores the rows of a certificate: one job, one answer. */
parentPort?.once('message', async ({ bytes, threads, feeds, rows }: CertificateJob) => {
  let answer: CertificateMessage;
  try {
    const session = await ModelSession.load(bytes, { threads });
    try {
      answer = { digests: await digestScores(session, threads, feeds, rows) };
    } finally {
      await session.release();
    }
  } catch (thrown) {
    answer = toErrorDocument(toMlxError(thrown));
  }
  parentPort?.postMessage(answer);
});
