import { createHash, timingSafeEqual } from 'node:crypto';
import type { Caller, Role } from '../http/message.js';
import { Refusal } from '../refusal.js';
import { networkOf } from './address.js';
import type { TokenGrant, TokenRole } from './token-list.js';

interface Known {
  readonly digest: Buffer;
  readonly caller: Caller;
}

/** Says who asks, by bearer token, and what that caller may do. */
export class TokenCheck {
  #known: readonly Known[] = [];

  /** @param grants without any, everybody may do everything */
  constructor(grants: readonly TokenGrant[]) {
    this.replace(grants);
  }

  /** Whether a token is needed. */
  get isOn(): boolean {
    return this.#known.length > 0;
  }

  /** Takes other tokens from now on. */
  replace(grants: readonly TokenGrant[]): void {
    this.#known = grants.map(({ token, roles }) => {
      const digest = digestOf(token);
      return { digest, caller: tokenCaller(digest, roles) };
    });
  }

  /**
   * The caller behind an `Authorization` header; one without a known token may use open routes alone. All tokens are
   * compared, in constant time.
   * @param address where the request comes from: what tells callers without a token apart
   */
  identify(authorization: string | undefined, address: string | undefined): Caller {
    if (this.#known.length === 0) return new Stranger(address, true);
    const [, token] = /^Bearer +([^\s]+)$/i.exec(authorization ?? '') ?? [];
    const given = digestOf(token ?? '');
    let found: Caller | undefined;
    for (const { digest, caller } of this.#known) if (timingSafeEqual(digest, given)) found = caller;
    return token === undefined || found === undefined ? new Stranger(address, false) : found;
  }

  /**
   * @throws Refusal UNAUTHORIZED without a known token, FORBIDDEN when the token is for something else
   */
  check(caller: Caller, role: Role, authorization: string | undefined): void {
    if (caller.may(role)) return;
    if (!caller.isKnown) throw new NeedsToken(authorization !== undefined);
    throw new NeedsRole(role);
  }
}

/** 401: no token, or none of this server's. */
class NeedsToken extends Refusal {
  constructor(isWrong: boolean) {
    super(
      'UNAUTHORIZED',
      isWrong ? 'The bearer token is not known here.' : 'This server needs a bearer token.',
      {
        hint: 'Send the header Authorization: Bearer <token>.',
        headers: { 'www-authenticate': isWrong ? 'Bearer error="invalid_token"' : 'Bearer' },
      },
    );
  }
}

/** 403: a known token for other things. */
class NeedsRole extends Refusal {
  constructor(role: Role) {
    super('FORBIDDEN', `The token does not have the role ${role}, which this route needs.`, {
      hint: 'Use a token that has it.',
      headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${role}"` },
    });
  }
}

function tokenCaller(digest: Buffer, roles: ReadonlySet<TokenRole>): Caller {
  return {
    id: `token:${digest.toString('hex', 0, 4)}`,
    isKnown: true,
    may: (role) => role === 'open' || roles.has(role) || roles.has('admin'),
  };
}

/** A caller without a known token; a class, since every request of a server without tokens makes one. */
class Stranger implements Caller {
  readonly isKnown = false;
  readonly #address: string | undefined;
  readonly #mayAll: boolean;

  constructor(address: string | undefined, mayAll: boolean) {
    this.#address = address;
    this.#mayAll = mayAll;
  }

  get id(): string {
    return `address:${networkOf(this.#address)}`;
  }

  may(role: Role): boolean {
    return this.#mayAll || role === 'open';
  }
}

/** Digests have one length, whatever the tokens' lengths are. */
function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
