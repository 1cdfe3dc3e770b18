import { readFile } from 'node:fs/promises';
import { MlxError, toMlxError } from '../../errors.js';
import type { Caller, Role } from '../http/message.js';
import type { Limits, ServerLog, ServerOptions } from '../options.js';
import { Cors } from './cors.js';
import { OriginCheck } from './origin.js';
import { RateLimit } from './rate-limit.js';
import { readTls, type TlsMaterial } from './tls.js';
import { mergeTokens, parseTokens, type TokenGrant } from './token-list.js';
import { TokenCheck } from './tokens.js';
import { WatchedFiles } from './watched-files.js';

type AccessOptions = Pick<
  ServerOptions,
  'tokens' | 'tokenFile' | 'tls' | 'host' | 'allowedHosts' | 'corsOrigins' | 'now' | 'log'
>;

export const DEFAULT_HOST = '127.0.0.1';
const EXPIRY_WARNING_DAYS = 14;
const DAY_MS = 86_400_000;

/**
 * Who gets in: hosts and origins, tokens and their roles, how often, and the certificate. Follows its files: what cannot
 * be read or is wrong is told of, and what held before goes on to hold.
 */
export class Access {
  readonly origin: OriginCheck;
  readonly cors: Cors;
  readonly tokens: TokenCheck;
  /** null = as often as they like. */
  readonly rate: RateLimit | null;
  readonly #options: AccessOptions;
  readonly #log: ServerLog;
  #tls: TlsMaterial | null;
  readonly #onTls: ((material: TlsMaterial) => void)[] = [];
  #watches: readonly WatchedFiles[] = [];

  private constructor(
    options: AccessOptions,
    limits: Limits,
    grants: readonly TokenGrant[],
    tls: TlsMaterial | null,
  ) {
    const { host = DEFAULT_HOST, allowedHosts = [], corsOrigins = [], log } = options;
    const { rateLimit, rateBurst } = limits;
    this.#options = options;
    this.#log = log;
    this.#tls = tls;
    this.origin = new OriginCheck({ host, allowedHosts, corsOrigins });
    this.cors = new Cors(this.origin);
    this.tokens = new TokenCheck(grants);
    this.rate =
      rateLimit === null ? null : new RateLimit({ perSecond: rateLimit, burst: rateBurst ?? rateLimit });
  }

  /** @throws MlxError CONFIG_INVALID for token or TLS files that cannot be used */
  static async open(options: AccessOptions, limits: Limits): Promise<Access> {
    const { tokenFile, tls } = options;
    // Watched before they are read, so that no change in between is missed.
    const watch = (paths: readonly string[], reload: () => Promise<void>) =>
      WatchedFiles.open(paths, limits.pollMs, reload);
    const watches = [
      await watch(tokenFile === undefined ? [] : [tokenFile], () => access.#reloadTokens()),
      await watch(tls === undefined ? [] : [tls.cert, tls.key], () => access.#reloadTls()),
    ];
    let access: Access;
    try {
      const material = tls === undefined ? null : await readTls(tls);
      access = new Access(options, limits, await readGrants(options), material);
    } catch (error) {
      for (const watched of watches) watched.close();
      throw error;
    }
    access.#watches = watches;
    access.#warnOfExpiry();
    return access;
  }

  /** Certificate and key; null = plain HTTP. */
  get tls(): TlsMaterial | null {
    return this.#tls;
  }

  /** Calls back with every certificate that takes the place of the one before. */
  followTls(listener: (material: TlsMaterial) => void): void {
    this.#onTls.push(listener);
  }

  /**
   * Lets a caller in to what the role opens, and counts the request; open routes are for all, as often as they like.
   * @throws Refusal RATE_LIMITED, UNAUTHORIZED, FORBIDDEN
   */
  admit(caller: Caller, role: Role, authorization: string | undefined): void {
    if (role === 'open') return;
    this.rate?.take(caller.id);
    this.tokens.check(caller, role, authorization);
  }

  /** Reads all files again, whether or not they have changed. */
  async reload(): Promise<void> {
    await Promise.all([this.#reloadTokens(), this.#reloadTls()]);
  }

  close(): void {
    for (const watch of this.#watches) watch.close();
  }

  async #reloadTokens(): Promise<void> {
    if (this.#options.tokenFile === undefined) return;
    try {
      const grants = await readGrants(this.#options);
      this.tokens.replace(grants);
      this.#log('info', 'the token file was read again', { tokens: grants.length });
    } catch (error) {
      this.#log('error', `the tokens stay as they were: ${toMlxError(error).message}`);
    }
  }

  async #reloadTls(): Promise<void> {
    if (this.#options.tls === undefined) return;
    try {
      const material = await readTls(this.#options.tls);
      this.#tls = material;
      for (const follow of this.#onTls) follow(material);
      this.#log('info', 'the TLS files were read again', { valid_to: material.validTo.toISOString() });
      this.#warnOfExpiry();
    } catch (error) {
      this.#log('error', `the TLS certificate stays as it was: ${toMlxError(error).message}`);
    }
  }

  #warnOfExpiry(): void {
    if (this.#tls === null) return;
    const days = (this.#tls.validTo.getTime() - this.#options.now().getTime()) / DAY_MS;
    if (days >= EXPIRY_WARNING_DAYS) return;
    const what = days < 0 ? 'has expired' : `expires in ${Math.ceil(days)} days`;
    this.#log('warn', `the TLS certificate ${what}`, { valid_to: this.#tls.validTo.toISOString() });
  }
}

async function readGrants({ tokens, tokenFile }: AccessOptions): Promise<readonly TokenGrant[]> {
  const lists: (readonly TokenGrant[])[] = [];
  if (tokens !== undefined && tokens.length > 0)
    lists.push(parseTokens(tokens.join('\n'), 'the tokens given'));
  if (tokenFile !== undefined) lists.push(parseTokens(await readTokenFile(tokenFile), tokenFile));
  return mergeTokens(lists);
}

async function readTokenFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new MlxError('CONFIG_INVALID', `The token file ${path} cannot be read (${code}).`, {
      hint: 'It holds one token a line; name it with --token-file or serving.tokenFile.',
      cause,
    });
  }
}
