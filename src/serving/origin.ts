import { isIP } from 'node:net';
import { MlxError } from '../errors.js';

const LOOPBACK_NAMES: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

export interface OriginOptions {
  /** The address that the server listens on. */
  readonly host: string;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
}

/**
 * Keeps web pages of elsewhere out. On a loopback address only loopback names are taken as Host, so that a
 * hostile name that resolves to 127.0.0.1 (DNS rebinding) does not get in; and a page's Origin must be the server's own.
 */
export class OriginCheck {
  /** null = any. */
  readonly #hosts: ReadonlySet<string> | null;
  readonly #origins: ReadonlySet<string>;

  constructor(options: OriginOptions) {
    const own = options.allowedHosts.map((host) => host.toLowerCase());
    this.#hosts = isLoopback(options.host) || own.length > 0 ? new Set([...LOOPBACK_NAMES, ...own]) : null;
    this.#origins = new Set(options.allowedOrigins.map((origin) => origin.toLowerCase().replace(/\/$/, '')));
  }

  /** @throws MlxError FORBIDDEN */
  check(method: string, host: string | undefined, origin: string | undefined): void {
    if (this.#hosts !== null && host !== undefined && !this.#isOwnHost(this.#hosts, host)) {
      throw new MlxError('FORBIDDEN', 'The Host header names a host that this server is not.', {
        hint: 'Use the address that the server listens on.',
      });
    }
    if (origin === undefined || method === 'GET' || method === 'HEAD') return;
    const from = origin.toLowerCase();
    if (
      this.#origins.has(from) ||
      from === `http://${host?.toLowerCase()}` ||
      from === `https://${host?.toLowerCase()}`
    ) {
      return;
    }
    throw new MlxError('FORBIDDEN', 'Pages of another origin may not call this server.', {
      hint: 'Call it from your own server.',
    });
  }

  #isOwnHost(hosts: ReadonlySet<string>, header: string): boolean {
    const name = header.toLowerCase().replace(/:\d*$/, '');
    // An address is no name that somebody could point elsewhere, but only loopback ones are this server's.
    return hosts.has(name) || (isIP(name) === 4 && name.startsWith('127.'));
  }
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
