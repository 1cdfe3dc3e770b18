import { MlxError } from '../errors.js';

/** Encodings that can be asked for; `auto` is UTF-8, or UTF-16 where a mark or NUL bytes make that plain. */
export const TEXT_ENCODINGS = ['auto', 'utf-8', 'utf-16le', 'utf-16be', 'latin1', 'windows-1252'] as const;
export type TextEncoding = (typeof TEXT_ENCODINGS)[number];

/** So many bytes are enough to tell UTF-16 by. */
export const SNIFFED_BYTES = 512;

/**
 * What Windows-1252 has where Latin-1 has control characters, from 0x80 on (Encoding Standard, index
 * windows-1252); five places are free and keep their control character.
 */
const WINDOWS_1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f' + '\u0090‘’“”•–—˜™š›œ\u009džŸ';

/** Half of a surrogate pair without the other. */
const LONE_SURROGATE = /\p{Surrogate}/u;
/** A byte that is never in UTF-8: what could not be decoded stays no text. */
const NO_TEXT = Buffer.from([0xff]);

/** @throws MlxError USAGE for an encoding that is not known */
export function requireEncoding(encoding: string): TextEncoding {
  const known = TEXT_ENCODINGS.find((each) => each === encoding);
  if (known !== undefined) return known;
  throw new MlxError('USAGE', `The encoding ${JSON.stringify(encoding)} is not known.`, {
    hint: `Use one of ${TEXT_ENCODINGS.join(', ')}.`,
  });
}

/** The encoding that the first bytes show: a byte order mark, or a NUL in every other place. */
export function sniffEncoding(first: Buffer): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (first[0] === 0xff && first[1] === 0xfe) return 'utf-16le';
  if (first[0] === 0xfe && first[1] === 0xff) return 'utf-16be';
  const pairs = Math.min(first.length, SNIFFED_BYTES) >> 1;
  let [even, odd] = [0, 0];
  for (let i = 0; i < pairs * 2; i += 2) {
    if (first[i] === 0) even++;
    if (first[i + 1] === 0) odd++;
  }
  // a character such as 😀 has a NUL in the other place
  if (odd * 2 > pairs && even * 10 < odd) return 'utf-16le';
  if (even * 2 > pairs && odd * 10 < even) return 'utf-16be';
  return 'utf-8';
}

/** The bytes as UTF-8. What is no text in the encoding is no UTF-8 either, so that its line can be named. */
export async function* toUtf8(
  chunks: AsyncIterable<Buffer>,
  encoding: Exclude<TextEncoding, 'auto'>,
): AsyncGenerator<Buffer> {
  if (encoding === 'utf-8') yield* chunks;
  else if (encoding === 'latin1' || encoding === 'windows-1252') {
    for await (const chunk of chunks) yield Buffer.from(singleBytes(chunk, encoding));
  } else yield* fromUtf16(chunks, encoding);
}

function singleBytes(bytes: Buffer, encoding: 'latin1' | 'windows-1252'): string {
  const text = bytes.toString('latin1');
  if (encoding === 'latin1') return text;
  return text.replace(
    /[\x80-\x9f]/g,
    (character) => WINDOWS_1252[character.charCodeAt(0) - 0x80] ?? character,
  );
}

async function* fromUtf16(
  chunks: AsyncIterable<Buffer>,
  encoding: 'utf-16le' | 'utf-16be',
): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk]);
    const units = bytes.subarray(0, bytes.length & ~1);
    if (encoding === 'utf-16be') units.swap16();
    const isSplit = units.length > 0 && ((units[units.length - 1] as number) & 0xfc) === 0xd8;
    const whole = units.subarray(0, units.length - (isSplit ? 2 : 0));
    rest = Buffer.from(bytes.subarray(whole.length));
    if (encoding === 'utf-16be' && isSplit) rest.subarray(0, 2).swap16();
    yield utf8Of(whole.toString('utf16le'));
  }
  if (rest.length > 0) yield NO_TEXT;
}

function utf8Of(text: string): Buffer {
  const parts = text.split(LONE_SURROGATE);
  return Buffer.concat(
    parts.flatMap((part, index) => [...(index === 0 ? [] : [NO_TEXT]), Buffer.from(part)]),
  );
}
