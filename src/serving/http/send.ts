import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { HttpReply } from './message.js';

/** Writes a reply; resolves when it is handed over, or when the client has gone. */
export async function send(response: ServerResponse, reply: HttpReply): Promise<void> {
  const { status, type, headers, body } = reply;
  const head = ['content-type', type];
  for (const name in headers) head.push(name, headers[name] as string);
  if (typeof body === 'string' || body instanceof Uint8Array) {
    head.push('content-length', String(Buffer.byteLength(body)));
    response.writeHead(status, head);
    response.end(body);
    return;
  }
  response.writeHead(status, head);
  await sendPieces(response, body);
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
