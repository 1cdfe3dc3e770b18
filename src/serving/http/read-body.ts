import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import { MlxError } from '../../errors.js';
import { Deadline, Deadlines } from './deadlines.js';

/** The client went away before its request was whole; nobody waits for an answer. */
export class ClientGone extends Error {}

const EMPTY = Buffer.alloc(0);
const deadlines = new Deadlines();
const DECOMPRESS: Readonly<Record<string, (body: Buffer, limit: number) => Promise<Buffer>>> = {
  gzip: (body, limit) => promisify(gunzip)(body, { maxOutputLength: limit }),
  'x-gzip': (body, limit) => promisify(gunzip)(body, { maxOutputLength: limit }),
  deflate: (body, limit) => promisify(inflate)(body, { maxOutputLength: limit }),
};

/**
 * A request's body, decompressed.
 * @param limit bytes, of the body as sent and as decompressed
 * @param timeoutMs longest time for it to arrive
 * @param onStart called before the first byte is read, unless the length that is announced is too much already
 * @throws MlxError REQUEST_TOO_LARGE, REQUEST_TIMEOUT, MEDIA_TYPE_UNSUPPORTED, REQUEST_INVALID; ClientGone
 */
export function readBody(
  request: IncomingMessage,
  limit: number,
  timeoutMs: number,
  onStart?: () => void,
): Promise<Buffer> {
  const { 'content-length': length, 'content-encoding': encoding = 'identity' } = request.headers;
  if (length !== undefined && Number(length) > limit) return Promise.reject(tooLarge(limit));
  onStart?.();
  const body = collect(request, limit, timeoutMs);
  return encoding === 'identity' ? body : decompressed(body, encoding, limit);
}

async function decompressed(arriving: Promise<Buffer>, encoding: string, limit: number): Promise<Buffer> {
  const body = await arriving;
  if (body.length === 0) return body;
  const decompress = DECOMPRESS[encoding.trim().toLowerCase()];
  if (decompress === undefined) throw unsupportedEncoding(encoding);
  try {
    return await decompress(body, limit);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit);
    throw new MlxError('REQUEST_INVALID', `The request body is not ${encoding}.`, {
      hint: 'Compress it again, or send it without Content-Encoding.',
    });
  }
}

function collect(request: IncomingMessage, limit: number, timeoutMs: number): Promise<Buffer> {
  return new Promise<Buffer>((resolve, reject) => {
    const deadline = new Deadline(performance.now() + timeoutMs, () => reject(tooSlow()));
    deadlines.add(deadline);
    let first: Buffer = EMPTY;
    let more: Buffer[] | undefined;
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        request.pause();
        reject(tooLarge(limit));
      } else if (first.length === 0) first = chunk;
      else {
        more ??= [first];
        more.push(chunk);
      }
    });
    request.on('end', () => {
      deadlines.remove(deadline);
      resolve(more === undefined ? first : Buffer.concat(more, size));
    });
    // Without a listener for errors, one that breaks off is closed and nothing else.
    request.on('close', () => {
      deadlines.remove(deadline);
      if (!request.complete) reject(new ClientGone());
    });
  });
}

function tooSlow(): MlxError {
  return new MlxError('REQUEST_TIMEOUT', 'The request took too long to arrive.', {
    hint: 'Send smaller requests, or stream rows as NDJSON to /batch_predict.',
  });
}

export function unsupportedEncoding(encoding: string): MlxError {
  return new MlxError(
    'MEDIA_TYPE_UNSUPPORTED',
    `The content encoding ${JSON.stringify(encoding.slice(0, 40))} is not supported.`,
    { hint: 'Use gzip, deflate or none.' },
  );
}

function tooLarge(limit: number): MlxError {
  return new MlxError('REQUEST_TOO_LARGE', `The request body is over the limit of ${limit} bytes.`, {
    hint: 'Send fewer rows at a time.',
    details: { limit },
  });
}
