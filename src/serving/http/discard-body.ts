import type { IncomingMessage } from 'node:http';

/** How much of a body that is over the limit is read all the same, and for how long. */
const MOST_BYTES = 64_000_000;
const MOST_MS = 2000;

/**
 * Reads the rest of a request's body and forgets it, within bounds: a client that is still sending when the
 * connection closes sees a broken pipe instead of the answer.
 */
export async function discardBody(request: IncomingMessage): Promise<void> {
  if (request.readableEnded || request.destroyed) return;
  let bytes = 0;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      request.off('data', onData).off('end', done).off('close', done).off('error', done);
      resolve();
    };
    const onData = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) done();
    };
    const timer = setTimeout(done, MOST_MS);
    request.on('data', onData).on('end', done).on('close', done).on('error', done);
    request.resume();
  });
}
