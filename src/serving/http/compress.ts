import { promisify } from 'node:util';
import { constants, deflate, gzip } from 'node:zlib';
import type { HttpReply } from './message.js';

/** Smaller bodies become hardly smaller. */
const MIN_BYTES = 1024;
const OPTIONS = { level: constants.Z_BEST_SPEED };
const COMPRESS = { gzip: promisify(gzip), deflate: promisify(deflate) } as const;

/**
 * A reply in the encoding that a client asks for, as long as that is gzip or deflate and worth it.
 * @param accepted the header Accept-Encoding
 */
export async function compressed(reply: HttpReply, accepted: string | undefined): Promise<HttpReply> {
  const { body, headers } = reply;
  if (accepted === undefined || !(typeof body === 'string' || body instanceof Uint8Array)) return reply;
  const encoding = encodingOf(accepted);
  if (encoding === undefined || Buffer.byteLength(body) < MIN_BYTES) return reply;
  const coding = { 'content-encoding': encoding, vary: 'accept-encoding' };
  return { ...reply, headers: { ...headers, ...coding }, body: await COMPRESS[encoding](body, OPTIONS) };
}

/** The encoding with the greatest weight; gzip before deflate where they are equal. */
function encodingOf(accepted: string): keyof typeof COMPRESS | undefined {
  const weights = new Map<string, number>();
  for (const part of accepted.toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim());
    const quality = parameters.find((text) => text.startsWith('q='));
    weights.set(name, quality === undefined ? 1 : Number(quality.slice(2)));
  }
  const weight = (name: string): number => weights.get(name) ?? weights.get('*') ?? 0;
  const [gzipWeight, deflateWeight] = [weight('gzip'), weight('deflate')];
  if (gzipWeight > 0 && gzipWeight >= deflateWeight) return 'gzip';
  return deflateWeight > 0 ? 'deflate' : undefined;
}
