import { createHash, timingSafeEqual } from 'node:crypto';
import { MlxError } from '../errors.js';

/** The one route that needs no token: it says that the process is alive and nothing else. */
const OPEN_PATH = '/health';

/** Checks bearer tokens, if there are any. All are compared, in constant time. */
export class TokenCheck {
  readonly #digests: readonly Buffer[];

  constructor(tokens: readonly string[]) {
    this.#digests = tokens.map(digestOf);
  }

  /** @throws MlxError UNAUTHORIZED */
  check(path: string, authorization: string | undefined): void {
    if (this.#digests.length === 0 || path === OPEN_PATH) return;
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
