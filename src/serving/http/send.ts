import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { HttpReply } from './message.js';

/**
 * Writes a reply. One in pieces gives a promise, which resolves when it is handed over or when the client has gone.
 * @param stallMs a client that takes nothing of its answer for so long is given up
 * @param more headers beside the reply's own: names and values, one after the other
 */
export function send(
  response: ServerResponse,
  reply: HttpReply,
  stallMs: number,
  more: readonly string[] = [],
): Promise<void> | undefined {
  const { status, type, headers, body } = reply;
  const head = type === '' ? [] : ['content-type', type];
  for (const name in headers) head.push(name, headers[name] as string);
  for (const text of more) head.push(text);
  if (typeof body === 'string' || body instanceof Uint8Array) {
    if (status !== 204) head.push('content-length', String(Buffer.byteLength(body)));
    response.writeHead(status, head);
    response.end(body);
    if (response.writableLength > 0) giveUpAfter(response, stallMs);
    return undefined;
  }
  response.writeHead(status, head);
  giveUpAfter(response, stallMs);
  return sendPieces(response, body);
}

/** The socket's timer starts again with every byte that the client takes. */
function giveUpAfter(response: ServerResponse, stallMs: number): void {
  response.setTimeout(stallMs, () => {
    // Between pieces nobody keeps the client from reading: there is nothing to read.
    if (response.writableLength > 0 || response.writableNeedDrain) response.destroy();
  });
}

async function sendPieces(
  response: ServerResponse,
  pieces: AsyncIterable<string | Uint8Array>,
): Promise<void> {
  try {
    for await (const piece of pieces) {
      if (response.destroyed) return;
      if (!response.write(piece)) await drained(response);
    }
    response.end();
  } catch {
    // The head is out already: an answer that stops short is the only sign of failure that is left.
    response.destroy();
  }
}

async function drained(response: ServerResponse): Promise<void> {
  const waiting = new AbortController();
  const { signal } = waiting;
  await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]);
  waiting.abort();
}
