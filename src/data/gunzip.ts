import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { MlxError } from '../errors.js';

/** Bytes that are decompressed at a time: however much a file swells, no more of it is held. */
const OUTPUT_BYTES = 1024 * 1024;

/** Whether bytes begin like a gzip file (RFC 1952). */
export function isGzip(first: Buffer): boolean {
  return first[0] === 0x1f && first[1] === 0x8b && first[2] === 8;
}

/**
 * The decompressed bytes of a gzip file, as they are asked for; members that follow each other are one file.
 * @throws MlxError DATA_MALFORMED for a file that is cut short or damaged; what `chunks` throws
 */
export async function* gunzipped(chunks: AsyncIterable<Buffer>, name: string): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: OUTPUT_BYTES });
  const source = Readable.from(copies(chunks));
  source.on('error', (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  try {
    for await (const chunk of gunzip) yield chunk as Buffer;
  } catch (thrown) {
    if (!isZlibError(thrown)) throw thrown;
    const why = thrown.code === 'Z_BUF_ERROR' ? 'it is cut short' : `it is damaged (${thrown.message})`;
    throw new MlxError('DATA_MALFORMED', `${name} is a gzip file that cannot be read to its end: ${why}.`, {
      hint: 'Copy or download the file again.',
      cause: thrown,
    });
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

/** A stream keeps what it is given, but a chunk is valid only until the next one is asked for. */
async function* copies(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield Buffer.from(chunk);
}

function isZlibError(thrown: unknown): thrown is Error & { readonly code: string } {
  return thrown instanceof Error && 'code' in thrown && String(thrown.code).startsWith('Z_');
}
