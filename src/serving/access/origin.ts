import { isIP } from 'node:net';
import { MlxError } from '../../errors.js';

const LOOPBACK_NAMES: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

export interface OriginOptions {
  /** The address that the server listens on. */
  readonly host: string;
  readonly allowedHosts: readonly string[];
  /** Origins whose pages may call; `*` = any. */
  readonly corsOrigins: readonly string[];
}

/**
 * Keeps web pages of elsewhere out. On a loopback address only loopback names are taken as Host, so that a
 * hostile name that resolves to 127.0.0.1 (DNS rebinding) does not get in; and a page's Origin must be the server's own
 * or one that was named.
 */
export class OriginCheck {
  /** null = any. */
  readonly #hosts: ReadonlySet<string> | null;
  readonly #origins: ReadonlySet<string>;
  /** The last Host header that was found good: most requests have the same. */
  #lastGood: string | undefined;

  constructor(options: OriginOptions) {
    const own = options.allowedHosts.map((host) => host.toLowerCase());
    this.#hosts = isLoopback(options.host) || own.length > 0 ? new Set([...LOOPBACK_NAMES, ...own]) : null;
    this.#origins = new Set(options.corsOrigins.map((origin) => origin.toLowerCase().replace(/\/$/, '')));
  }

  /** Whether pages of any other origin may call. */
  get isOn(): boolean {
    return this.#origins.size > 0;
  }

  /** Whether an origin was named, so that its pages may read answers. */
  isNamed(origin: string): boolean {
    return this.#origins.has('*') || this.#origins.has(origin.toLowerCase());
  }

  /** @throws MlxError FORBIDDEN */
  check(host: string | undefined, origin: string | undefined): void {
    if (this.#hosts !== null && host !== undefined && !this.#isOwnHost(this.#hosts, host)) {
      throw new MlxError('FORBIDDEN', 'The Host header names a host that this server is not.', {
        hint: 'Use the address that the server listens on, or name the host with --allowed-host.',
      });
    }
    if (origin === undefined || this.isNamed(origin)) return;
    if (host !== undefined) {
      const from = origin.toLowerCase();
      const own = host.toLowerCase();
      if (from === `http://${own}` || from === `https://${own}`) return;
    }
    throw new MlxError('FORBIDDEN', 'Pages of another origin may not call this server.', {
      hint: 'Call it from your own server, or name the origin with --cors-origin.',
    });
  }

  #isOwnHost(hosts: ReadonlySet<string>, header: string): boolean {
    if (header === this.#lastGood) return true;
    const name = header.toLowerCase().replace(/:\d*$/, '');
    // An address is no name that somebody could point elsewhere, but only loopback ones are this server's.
    const isOwn = hosts.has(name) || (isIP(name) === 4 && name.startsWith('127.'));
    if (isOwn) this.#lastGood = header;
    return isOwn;
  }
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
