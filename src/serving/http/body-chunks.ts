import type { IncomingMessage } from 'node:http';
import { createGunzip, createInflate } from 'node:zlib';
import { MlxError } from '../../errors.js';
import { ClientGone, unsupportedEncoding } from './read-body.js';

const DECOMPRESS = { gzip: createGunzip, 'x-gzip': createGunzip, deflate: createInflate } as const;

/**
 * A request's body in the pieces in which it arrives, decompressed; no more is read from the socket than is asked for.
 * @param idleMs a client that sends nothing for so long while it is waited for is given up
 * @throws MlxError MEDIA_TYPE_UNSUPPORTED, REQUEST_INVALID; ClientGone
 */
export async function* bodyChunks(request: IncomingMessage, idleMs: number): AsyncGenerator<Buffer> {
  const chunks = decompressed(request)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const timer = setTimeout(() => request.destroy(), idleMs);
      const { value, done } = await chunks.next().finally(() => clearTimeout(timer));
      if (done === true) return;
      yield value as Buffer;
    }
  } catch (error) {
    if (!request.complete && request.destroyed) throw new ClientGone();
    throw new MlxError('REQUEST_INVALID', 'The request body cannot be decompressed.', {
      hint: 'Compress it again, or send it without Content-Encoding.',
      cause: error,
    });
  } finally {
    // What is left is read by nobody; the connection is closed with the answer.
    await chunks.return?.();
  }
}

function decompressed(request: IncomingMessage): AsyncIterable<Buffer> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  // Leaving the loop early must not take the socket away: the answer still goes there.
  const options = { destroyOnReturn: false };
  if (encoding === 'identity') return { [Symbol.asyncIterator]: () => request.iterator(options) };
  const create = DECOMPRESS[encoding as keyof typeof DECOMPRESS];
  if (create === undefined) throw unsupportedEncoding(encoding);
  const stream = create();
  request.on('close', () => {
    if (!request.complete) stream.destroy(new ClientGone());
  });
  return request.pipe(stream);
}
