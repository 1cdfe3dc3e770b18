import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { networkOf } from '#mlx/serving/access/address.js';
import { RateLimit } from '#mlx/serving/access/rate-limit.js';
import { parseTokens, ROLES } from '#mlx/serving/access/token-list.js';
import type { Role } from '#mlx/serving/http/message.js';
import { GOOD, type InjectedServer, Shop, until } from './fixtures/shop.js';

const TOKENS = ['predict:p-1', 'f-1 feedback', 'metrics:m-1', 'all-1'];
const TOKEN_OF = { predict: 'p-1', feedback: 'f-1', metrics: 'm-1', admin: 'all-1' } as const;
const APP = 'https://app.example';

let shop: Shop;

beforeAll(async () => {
  shop = await Shop.open();
  await shop.release('production');
});

afterAll(() => shop.close());

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('every route', () => {
  let server: InjectedServer;
  beforeAll(async () => {
    server = await shop.inject({ tokens: TOKENS });
  });

  const ask = async (route: { method: string; path: string }, headers: Record<string, string>) => {
    const {
      statusCode,
      body,
      headers: answered,
    } = await server.app.inject({
      method: route.method,
      url: route.path.replace('*', 'churn'),
      headers: { 'content-type': 'application/json', ...headers },
      ...(route.method === 'POST' ? { payload: '{}' } : {}),
    });
    return { status: statusCode, text: body, headers: answered };
  };

  it('is open only where it says no more than that the server lives and is ready', () => {
    const open = server.routes.filter(({ role }) => role === 'open').map(({ path }) => path);
    expect(open.sort()).toEqual(['/docs', '/health', '/ready', '/v2/health/live', '/v2/health/ready']);
  });

  it('that is not open refuses who has no token, a wrong one, or one for other things', async () => {
    const closed = server.routes.filter(({ role }) => role !== 'open');
    expect(closed.length).toBeGreaterThan(10);
    for (const route of closed) {
      const where = `${route.method} ${route.path}`;
      const none = await ask(route, {});
      expect([where, none.status, none.headers['www-authenticate']]).toEqual([where, 401, 'Bearer']);
      for (const authorization of ['Bearer wrong', 'Bearer ', 'Bearer p-1x', 'Basic all-1', 'all-1']) {
        const wrong = await ask(route, { authorization });
        expect([where, authorization, wrong.status]).toEqual([where, authorization, 401]);
        expect(wrong.headers['www-authenticate']).toMatch(/invalid_token/);
        expect(JSON.parse(wrong.text)).toHaveProperty('error');
      }
      const others = ROLES.filter((role) => role !== route.role && role !== 'admin');
      for (const role of others) {
        const { status, headers } = await ask(route, bearer(TOKEN_OF[role]));
        expect([where, role, status]).toEqual([where, role, 403]);
        expect(headers['www-authenticate']).toContain(`scope="${route.role}"`);
      }
    }
  });

  it('lets in who has the role, or all of them', async () => {
    for (const route of server.routes) {
      const allowed: readonly Exclude<Role, 'open'>[] = route.role === 'open' ? ROLES : [route.role, 'admin'];
      for (const role of allowed) {
        const { status } = await ask(route, bearer(TOKEN_OF[role]));
        expect([route.path, role, status === 401 || status === 403]).toEqual([route.path, role, false]);
      }
    }
  });

  it('refuses a foreign Host and a foreign Origin, whatever the token', async () => {
    for (const route of server.routes) {
      for (const foreign of [
        { host: 'evil.example' },
        { origin: 'https://evil.example' },
        { origin: 'null' },
      ]) {
        const { status } = await ask(route, { ...bearer('all-1'), ...(foreign as Record<string, string>) });
        expect([route.path, foreign, status]).toEqual([route.path, foreign, 403]);
      }
    }
  });

  it('that does not exist says so only to who has a token', async () => {
    expect((await ask({ method: 'GET', path: '/nothing' }, {})).status).toBe(401);
    expect((await ask({ method: 'PUT', path: '/predict' }, {})).status).toBe(401);
    expect((await ask({ method: 'GET', path: '/nothing' }, bearer('p-1'))).status).toBe(404);
    expect((await ask({ method: 'PUT', path: '/predict' }, bearer('p-1'))).status).toBe(405);
  });

  it('/ready gives particulars only to who may predict', async () => {
    expect(JSON.parse((await ask({ method: 'GET', path: '/ready' }, {})).text)).toEqual({ status: 'ready' });
    expect(JSON.parse((await ask({ method: 'GET', path: '/ready' }, bearer('p-1'))).text)).toMatchObject({
      status: 'ready',
      models: [{ name: 'churn', version: 1 }],
    });
  });
});

describe('a list of tokens', () => {
  it('has a token a line, with a role or without, and knows a token with a colon', () => {
    const text =
      '# ours\n\n  plain  \npredict:a:b\nb feedback\nfeedback:a:b\nnotarole:c\nadmin:d\r\nmetrics:e\n';
    const read = parseTokens(text, 'tokens.txt').map(({ token, roles }) => [token, [...roles]]);
    expect(read).toEqual([
      ['plain', ['admin']],
      ['a:b', ['predict', 'feedback']],
      ['b', ['feedback']],
      ['notarole:c', ['admin']],
      ['d', ['admin']],
      ['e', ['metrics']],
    ]);
  });

  it.each([
    ['an unknown role', 'ok\nsecret-token predictt\n', /tokens\.txt, entry 2/],
    ['more than a token and a role', 'secret-token predict feedback\n', /entry 1/],
    ['a role without a token', 'predict:\n', /no token behind the role predict/],
    ['nothing but comments', '# none\n\n', /There is no token in tokens\.txt/],
  ])('is refused with %s, and the token is not repeated', (_, text, says) => {
    expect(() => parseTokens(text, 'tokens.txt')).toThrow(says);
    expect(() => parseTokens(text, 'tokens.txt')).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.not.stringContaining('secret-token'),
      }),
    );
  });
});

describe('a token file', () => {
  it('is read again when it changes, and stays as it was when it becomes wrong', async () => {
    const tokenFile = join(shop.folder, 'tokens.txt');
    await writeFile(tokenFile, 'first\n');
    const { app, access } = await shop.inject({ tokenFile, tokens: ['feedback:given'] });
    const status = async (token: string) =>
      (await app.inject({ url: '/metrics/summary', headers: bearer(token) })).statusCode;
    expect([await status('first'), await status('second'), await status('given')]).toEqual([200, 401, 403]);
    await writeFile(`${tokenFile}.new`, 'second\n');
    await rename(`${tokenFile}.new`, tokenFile);
    await until(async () => (await status('second')) === 200);
    expect([await status('first'), await status('given')]).toEqual([401, 403]);
    for (const broken of ['', 'second\nthird nobody\n']) {
      await writeFile(tokenFile, broken);
      const before = shop.logged.length;
      await access.reload();
      expect(shop.logged.slice(before).some(({ message }) => /stay as they were/.test(message))).toBe(true);
      expect([await status('second'), await status('third')]).toEqual([200, 401]);
    }
    await writeFile(tokenFile, 'third\n');
    await access.reload();
    expect([await status('second'), await status('third')]).toEqual([401, 200]);
  });

  it.each([
    ['that is not there', 'absent.txt', null],
    ['without a token', 'empty.txt', '\n'],
  ])('%s stops the start', async (_, name, text) => {
    const tokenFile = join(shop.folder, name);
    if (text !== null) await writeFile(tokenFile, text);
    await expect(shop.inject({ tokenFile })).rejects.toMatchObject({ code: 'CONFIG_INVALID', exitCode: 2 });
  });
});

describe('Host and Origin', () => {
  const BODY = { features: GOOD };

  it.each([
    ['localhost:8080', undefined, 200],
    ['127.0.0.1', undefined, 200],
    ['[::1]:9000', 'http://[::1]:9000', 200],
    ['LOCALHOST:1', 'http://localhost:1', 200],
    ['localhost:443', 'https://localhost:443', 200],
    ['evil.example', undefined, 403],
    ['evil.example:8080', undefined, 403],
    ['127.0.0.1.evil.example', undefined, 403],
    ['localhost:8080', 'https://evil.example', 403],
    ['localhost:8080', 'null', 403],
    ['localhost:8080', 'http://localhost:3000', 403],
    ['localhost:8080', 'https://app.example.evil.example', 403],
    ['localhost:8080', APP, 200],
    ['models.example', undefined, 200],
  ])('Host %s with Origin %s on a loopback address: %i', async (host, origin, status) => {
    const { app } = await shop.inject({ corsOrigins: [`${APP}/`], allowedHosts: ['models.example'] });
    const headers = { host, ...(origin === undefined ? {} : { origin }) };
    const response = await app.inject({ method: 'POST', url: '/predict', headers, payload: BODY });
    expect(response.statusCode).toBe(status);
  });

  it('takes any Host on other addresses', async () => {
    const { app } = await shop.inject({ host: '0.0.0.0' });
    expect((await app.inject({ url: '/ready', headers: { host: 'models.example' } })).statusCode).toBe(200);
  });
});

describe('CORS', () => {
  const preflight = (origin: string, url = '/predict') => ({
    method: 'OPTIONS',
    url,
    headers: { origin, 'access-control-request-method': 'POST' },
  });

  it('is off unless an origin is named', async () => {
    const { app } = await shop.inject();
    expect((await app.inject(preflight(APP))).statusCode).toBe(403);
    const { headers } = await app.inject('/health');
    expect(Object.keys(headers).filter((name) => /vary|access-control/.test(name))).toEqual([]);
  });

  it('answers the question before a request without a token', async () => {
    const { app } = await shop.inject({ tokens: TOKENS, corsOrigins: [APP] });
    const { statusCode, headers, body } = await app.inject(preflight(APP));
    expect([statusCode, body]).toEqual([204, '']);
    expect(headers).toMatchObject({
      'access-control-allow-origin': APP,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': expect.stringMatching(/authorization, content-type/),
      vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
    });
    expect(headers).not.toHaveProperty('content-length');
    const other = await app.inject(preflight('https://evil.example'));
    expect([other.statusCode, other.headers['access-control-allow-origin']]).toEqual([403, undefined]);
    expect((await app.inject(preflight(APP, '/metrics'))).headers['access-control-allow-methods']).toBe(
      'GET, HEAD',
    );
  });

  it('lets named pages read answers and errors', async () => {
    const { app } = await shop.inject({ tokens: TOKENS, corsOrigins: [APP] });
    for (const authorization of ['Bearer p-1', 'Bearer wrong']) {
      const { headers } = await app.inject({ url: '/openapi.json', headers: { origin: APP, authorization } });
      expect(headers).toMatchObject({
        'access-control-allow-origin': APP,
        vary: 'Origin',
        'access-control-expose-headers': expect.stringContaining('x-mlx-model-version'),
      });
    }
    const { headers } = await app.inject('/health');
    expect([headers.vary, headers['access-control-allow-origin']]).toEqual(['Origin', undefined]);
  });

  it('can be on for any origin', async () => {
    const { app } = await shop.inject({ corsOrigins: ['*'] });
    const answer = await app.inject({ url: '/ready', headers: { origin: 'https://any.example' } });
    expect([answer.statusCode, answer.headers['access-control-allow-origin']]).toEqual([
      200,
      'https://any.example',
    ]);
  });
});

describe('the rate limit', () => {
  afterEach(() => {
    shop.time = undefined;
  });

  it('is a bucket that holds a burst and fills again', () => {
    let now = 0;
    const limit = new RateLimit({ perSecond: 2, burst: 3, now: () => now });
    const take = (caller: string) => {
      try {
        limit.take(caller);
        return 'ok';
      } catch (error) {
        return (error as { headers: Record<string, string> }).headers['retry-after'];
      }
    };
    expect([take('a'), take('a'), take('a'), take('a'), take('b')]).toEqual(['ok', 'ok', 'ok', '1', 'ok']);
    now = 499;
    expect(take('a')).toBe('1');
    now = 500;
    expect([take('a'), take('a')]).toEqual(['ok', '1']);
    now = 1e9;
    expect([take('a'), take('a'), take('a'), take('a')]).toEqual(['ok', 'ok', 'ok', '1']);
    const slow = new RateLimit({ perSecond: 0.1, burst: 1, now: () => now });
    slow.take('a');
    expect(() => slow.take('a')).toThrow(
      expect.objectContaining({ code: 'RATE_LIMITED', headers: { 'retry-after': '10' } }),
    );
  });

  it('counts each token by itself, and guesses by address; open routes go on', async () => {
    const { app } = await shop.inject({ tokens: TOKENS, limits: { rateLimit: 0.001, rateBurst: 2 } });
    const status = async (headers: Record<string, string>, url = '/openapi.json') => {
      const answer = await app.inject({ url, headers });
      if (answer.statusCode === 429) {
        expect(answer.json().error.code).toBe('RATE_LIMITED');
        expect(Number(answer.headers['retry-after'])).toBeGreaterThan(900);
      }
      return answer.statusCode;
    };
    expect([await status(bearer('p-1')), await status(bearer('p-1')), await status(bearer('p-1'))]).toEqual([
      200, 200, 429,
    ]);
    expect(await status(bearer('all-1'))).toBe(200);
    expect([await status(bearer('x')), await status(bearer('y')), await status(bearer('z'))]).toEqual([
      401, 401, 429,
    ]);
    expect(await status({}, '/nothing')).toBe(429);
    for (let i = 0; i < 3; i++) expect(await status({}, '/health')).toBe(200);
  });

  it('counts addresses where there are no tokens', async () => {
    const { app } = await shop.inject({ limits: { rateLimit: 0.001, rateBurst: 1 } });
    expect((await app.inject('/metrics')).statusCode).toBe(200);
    expect((await app.inject('/metrics')).statusCode).toBe(429);
  });

  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    [undefined, 'unknown'],
  ])('takes %s for a caller of %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
