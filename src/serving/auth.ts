import { createHash, timingSafeEqual } from 'node:crypto';
import { MlxError } from '../errors.js';
import type { Role } from './http/message.js';

/** Checks bearer tokens, if there are any. All are compared, in constant time. */
export class TokenCheck {
  readonly #digests: readonly Buffer[];

  constructor(tokens: readonly string[]) {
    this.#digests = tokens.map(digestOf);
  }

  /** @throws MlxError UNAUTHORIZED */
  check(role: Role, authorization: string | undefined): void {
    if (this.#digests.length === 0 || role === 'open') return;
    const [, token] = /^Bearer +([^\s]+)$/i.exec(authorization ?? '') ?? [];
    const given = digestOf(token ?? '');
    let isKnown = false;
    for (const digest of this.#digests) isKnown = timingSafeEqual(digest, given) || isKnown;
    if (isKnown && token !== undefined) return;
    throw new MlxError('UNAUTHORIZED', 'This server needs a bearer token.', {
      hint: 'Send the header Authorization: Bearer <token>.',
    });
  }
}

/** Digests have one length, whatever the tokens' lengths are. */
function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
