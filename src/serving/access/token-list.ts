import { MlxError } from '../../errors.js';
import type { Role } from '../http/message.js';

/** What a token may be for. `admin` stands for all of them. */
export type TokenRole = Exclude<Role, 'open'>;

export const ROLES: readonly TokenRole[] = ['predict', 'feedback', 'metrics', 'admin'];

/** A token and what it is for. */
export interface TokenGrant {
  readonly token: string;
  readonly roles: ReadonlySet<TokenRole>;
}

/**
 * Reads a list of tokens, one entry a line: `role:token`, `token role`, or a token alone, which may do everything. The
 * same token in several entries has the roles of all of them. `#` begins a comment line.
 * @param source what the list is called in messages; these name the line, and never a token
 * @throws MlxError CONFIG_INVALID for an entry with an unknown role, or when there is no token
 */
export function parseTokens(text: string, source: string): readonly TokenGrant[] {
  const rolesOf = new Map<string, Set<TokenRole>>();
  for (const [index, entry] of text.split('\n').entries()) {
    const line = entry.trim();
    if (line === '' || line.startsWith('#')) continue;
    const { token, role } = readEntry(line, `${source}, entry ${index + 1}`);
    const roles = rolesOf.get(token) ?? new Set();
    rolesOf.set(token, roles.add(role));
  }
  if (rolesOf.size === 0) {
    throw new MlxError('CONFIG_INVALID', `There is no token in ${source}.`, {
      hint: 'Write one token a line, or role:token.',
    });
  }
  return [...rolesOf].map(([token, roles]) => ({ token, roles }));
}

/** Several lists as one; the same token has the roles of all. */
export function mergeTokens(lists: readonly (readonly TokenGrant[])[]): readonly TokenGrant[] {
  const merged = new Map<string, TokenGrant>();
  for (const { token, roles } of lists.flat())
    merged.set(token, { token, roles: new Set([...(merged.get(token)?.roles ?? []), ...roles]) });
  return [...merged.values()];
}

function readEntry(line: string, where: string): { token: string; role: TokenRole } {
  const [first = '', second, ...more] = line.split(/\s+/);
  if (second !== undefined) {
    if (more.length === 0 && isRole(second)) return { token: first, role: second };
    throw new MlxError('CONFIG_INVALID', `${where}: what stands behind the token is no role.`, {
      hint: `Roles are ${ROLES.join(', ')}.`,
    });
  }
  const colon = line.indexOf(':');
  const before = line.slice(0, colon);
  // A colon may be part of a token; only a role's name before it makes it more.
  if (colon === -1 || !isRole(before)) return { token: line, role: 'admin' };
  const token = line.slice(colon + 1);
  if (token !== '') return { token, role: before };
  throw new MlxError('CONFIG_INVALID', `${where}: there is no token behind the role ${before}.`, {
    hint: 'Write role:token.',
  });
}

function isRole(text: string): text is TokenRole {
  return (ROLES as readonly string[]).includes(text);
}
