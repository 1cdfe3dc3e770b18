import { requireEncoding, SNIFFED_BYTES, sniffEncoding, type TextEncoding, toUtf8 } from './encoding.js';
import { readChunks } from './file.js';
import { gunzipped, isGzip } from './gunzip.js';

export interface TextOptions {
  /** How the text is encoded; `auto` when not given. */
  readonly encoding?: TextEncoding | undefined;
  readonly chunkBytes?: number | undefined;
  /** Told the bytes of the file as they are read, before they are decompressed and decoded. */
  readonly onBytes?: (bytes: Buffer) => void;
}

/**
 * The text of a file in UTF-8, decompressed if it is a gzip file. A chunk is valid until the next is asked for.
 * @throws MlxError FILE_NOT_FOUND, FILE_UNREADABLE, DATA_MALFORMED for a damaged gzip file, USAGE
 */
export async function* textChunks(
  path: string,
  { encoding = 'auto', chunkBytes, onBytes }: TextOptions = {},
): AsyncGenerator<Buffer> {
  const asked = requireEncoding(encoding);
  const file = await peek(tapped(readChunks(path, chunkBytes), onBytes));
  const text = isGzip(file.first) ? await peek(gunzipped(file.chunks, path)) : file;
  yield* toUtf8(text.chunks, asked === 'auto' ? sniffEncoding(text.first) : asked);
}

async function* tapped(
  chunks: AsyncIterable<Buffer>,
  onBytes: ((bytes: Buffer) => void) | undefined,
): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    onBytes?.(chunk);
    yield chunk;
  }
}

/** The first bytes, and all of them. */
async function peek(
  chunks: AsyncGenerator<Buffer>,
): Promise<{ readonly first: Buffer; readonly chunks: AsyncIterable<Buffer> }> {
  let first = Buffer.alloc(0);
  while (first.length < SNIFFED_BYTES) {
    const { value, done } = await chunks.next();
    if (done === true) break;
    first = Buffer.concat([first, value]);
  }
  async function* all(): AsyncGenerator<Buffer> {
    try {
      yield first;
      yield* chunks;
    } finally {
      await chunks.return(undefined);
    }
  }
  return { first, chunks: all() };
}
