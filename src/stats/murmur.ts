const TEXT_ENCODER = new TextEncoder();

/**
 * MurmurHash3_x86_32 of the text's UTF-8 bytes, as a signed 32-bit integer. A lone surrogate counts as U+FFFD.
 *
 * Source of the algorithm: Austin Appleby, SMHasher, MurmurHash3 (public domain). The same number as
 * scikit-learn's `murmurhash3_32` and ONNX Runtime's `com.microsoft.MurmurHash3` give.
 * @param seed an unsigned 32-bit integer
 */
export function murmur3(text: string, seed = 0): number {
  const bytes = TEXT_ENCODER.encode(text);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length & ~3;
  let hash = seed | 0;
  for (let at = 0; at < whole; at += 4) {
    hash ^= scrambled(view.getInt32(at, true));
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  let rest = 0;
  for (let at = bytes.length - 1; at >= whole; at--) rest = (rest << 8) | (bytes[at] as number);
  hash ^= scrambled(rest) ^ bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function scrambled(block: number): number {
  const product = Math.imul(block, 0xcc9e2d51);
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
}
