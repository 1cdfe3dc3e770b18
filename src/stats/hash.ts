import { createHash } from 'node:crypto';

/**
 * A stable pseudo-random number in [0, 1) for an id: the first 53 bits of
 * SHA-256(salt ‖ 0x00 ‖ id), both as UTF-8. The same salt and id give the same number in every
 * process and language; another salt gives an independent one.
 */
export function hashUnit(salt: string, id: string): number {
  const digest = createHash('sha256').update(salt).update('\0').update(id).digest();
  return (digest.readUInt32BE(0) * 2 ** 21 + (digest.readUInt32BE(4) >>> 11)) / 2 ** 53;
}
