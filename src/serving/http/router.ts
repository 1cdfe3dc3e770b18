import { MlxError } from '../../errors.js';
import { Refusal } from '../refusal.js';
import type { Dialect, Route } from './message.js';

export interface Match {
  readonly route: Route;
  /** What stands for the `*`, percent-decoded. */
  readonly rest: string;
}

/** The path exists, but not under this method: a 405, although the code is that of a missing route. */
export class MethodNotAllowed extends Refusal {
  constructor(method: string, path: string, allow: string) {
    super('ROUTE_NOT_FOUND', `${path} does not take ${method}.`, {
      hint: `Use ${allow}.`,
      headers: { allow },
    });
  }

  override get status(): number {
    return 405;
  }
}

/** Finds the route of a request. */
export class Router {
  readonly routes: readonly Route[];
  readonly #exact = new Map<string, Route>();
  readonly #prefixes: readonly { readonly prefix: string; readonly route: Route }[];

  constructor(routes: readonly Route[]) {
    this.routes = routes;
    const isPrefix = ({ path }: Route): boolean => path.endsWith('/*');
    for (const route of routes) if (!isPrefix(route)) this.#exact.set(`${route.method} ${route.path}`, route);
    this.#prefixes = routes.filter(isPrefix).map((route) => ({ prefix: route.path.slice(0, -1), route }));
  }

  /** @throws MlxError ROUTE_NOT_FOUND, REQUEST_INVALID for a path that is not percent-encoded; MethodNotAllowed */
  find(method: string, path: string): Match {
    const asked = method === 'HEAD' ? 'GET' : method;
    const exact = this.#exact.get(`${asked} ${path}`);
    if (exact !== undefined) return { route: exact, rest: '' };
    for (const { prefix, route } of this.#prefixes)
      if (route.method === asked && path.startsWith(prefix))
        return { route, rest: decoded(path.slice(prefix.length)) };
    throw this.#missing(method, path);
  }

  #missing(method: string, path: string): MlxError {
    const shown = path.slice(0, 200);
    const allow = this.methodsOf(path);
    if (allow.length > 0) return new MethodNotAllowed(method, shown, allow.join(', '));
    return new MlxError('ROUTE_NOT_FOUND', `There is no route ${method} ${shown}.`, {
      hint: 'GET /docs lists them.',
    });
  }

  /** What a path takes; nothing where there is no such path. */
  methodsOf(path: string): readonly string[] {
    const methods = ['GET', 'POST'].filter(
      (method) =>
        this.#exact.has(`${method} ${path}`) ||
        this.#prefixes.some(({ prefix, route }) => route.method === method && path.startsWith(prefix)),
    );
    return methods.includes('GET') ? ['GET', 'HEAD', ...methods.filter((m) => m !== 'GET')] : methods;
  }
}

/** The dialect in which a path that leads nowhere is answered. */
export function dialectOf(path: string): Dialect {
  if (/^\/v1(?:\/|$)/.test(path)) return 'tensorflow';
  return /^\/v2(?:\/|$)/.test(path) ? 'open-inference' : 'plain';
}

function decoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    throw new MlxError('REQUEST_INVALID', 'The path is not percent-encoded UTF-8.', { hint: 'See /docs.' });
  }
}
