import { execFileSync } from 'node:child_process';
import { createContext, runInContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RESULT_SCRIPT } from '#mlx/serving/docs/result-script.js';
import { type InjectedServer, Shop } from './fixtures/shop.js';

let shop: Shop;
let server: InjectedServer;

beforeAll(async () => {
  shop = await Shop.open();
  await shop.release('production');
  await shop.release('staging', { base: 0 });
  await shop.release('production', { task: 'regression' }, 'price');
  server = await shop.inject({ models: ['churn', 'price'], tokens: ['secret'] });
});

afterAll(() => shop.close());

describe('GET /docs', () => {
  it('is open, holds nothing about the models, and lets only its own script and style run', async () => {
    const { statusCode, headers, body } = await server.app.inject('/docs');
    expect([statusCode, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(body).not.toContain('churn');
    const policy = String(headers['content-security-policy']);
    const [, nonce] = /script-src 'nonce-([A-Za-z0-9+/]{22}==)'/.exec(policy) ?? [];
    expect(policy).toBe(
      `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    const tags = [...body.matchAll(/<(?:script|style)[^>]*>/g)].map(([tag]) => tag);
    expect(tags).toEqual([`<style nonce="${nonce}">`, `<script nonce="${nonce}">`]);
    expect((await server.app.inject('/docs')).body).not.toContain(String(nonce));
  });

  it('needs nothing from elsewhere, and no inline handlers or styles', async () => {
    const { body } = await server.app.inject('/docs');
    expect(body).not.toMatch(/https?:\/\//);
    expect(body).not.toMatch(/<(?:link|img|iframe|object)|\s(?:src|style|on[a-z]+)=/);
    expect(body).not.toMatch(/innerHTML|insertAdjacentHTML|eval\(/);
    const [, script = ''] = /<script[^>]*>([\s\S]*)<\/script>/.exec(body) ?? [];
    expect(() => new Function(script)).not.toThrow();
  });

  it('has a label for every field, and says what changes', async () => {
    const { body } = await server.app.inject('/docs');
    expect(body).toMatch(/<html lang="en">/);
    expect(body).toMatch(/id="result" role="status" aria-live="polite"/);
    for (const [, id] of body.matchAll(/<(?:input|select)[^>]* ?id="(\w+)"/g))
      expect(body).toMatch(new RegExp(`<label>[^<]*<(?:input|select) id="${id}"`));
  });
});

describe('GET /docs/schema', () => {
  const ask = (query: string, token = 'secret') =>
    server.app.inject({ url: `/docs/schema${query}`, headers: { authorization: `Bearer ${token}` } });

  it('tells versions and columns of the first model, or of the one named', async () => {
    expect((await ask('')).json()).toEqual({
      models: ['churn', 'price'],
      model: 'churn',
      served_version: 1,
      versions: [
        { version: 2, labels: ['staging'] },
        { version: 1, labels: ['production'] },
      ],
      version: 1,
      task: 'classification',
      algorithm: 'linear',
      target: 'answer',
      classes: ['no', 'yes'],
      columns: [
        { name: 'amount', type: 'number', levels: null, has_all_levels: false, min: 0, max: 10, missing: 0 },
        { name: 'kind', type: 'category', levels: ['a', 'b', 'c'], has_all_levels: true, missing: 0 },
        { name: 'member', type: 'boolean', levels: null, has_all_levels: false, missing: 0 },
      ],
      example: { amount: 5, kind: 'a', member: true },
    });
    expect((await ask('?model=price')).json()).toMatchObject({ model: 'price', task: 'regression' });
    expect((await ask('?model=churn&model_version=2')).json()).toMatchObject({
      version: 2,
      served_version: 1,
    });
  });

  it('asks for a token, and knows what is not there', async () => {
    expect((await ask('', 'wrong')).statusCode).toBe(401);
    expect((await ask('?model=nobody')).statusCode).toBe(404);
    expect((await ask('?model=churn&model_version=9')).statusCode).toBe(404);
    expect((await ask('?model_version=x')).statusCode).toBe(400);
  });
});

describe('the snippets', () => {
  const nasty = { "it's": null, 'a"b': true, '$HOME `x` \\': '日本 \n"', n: -1.5 };
  const snippets = (hasToken: boolean): [string, string][] => {
    const body = JSON.stringify({ features: nasty });
    const call = `JSON.stringify(snippetsOf('http://h/predict', ${body}, ${hasToken}))`;
    return JSON.parse(runInContext(`${RESULT_SCRIPT}\n${call}`, createContext({})));
  };

  it('are what a shell takes as it is', () => {
    const [[, curl]] = snippets(true) as [[string, string]];
    const shell = `curl() { printf '%s\\0' "$@"; }\nTOKEN=t\n${curl}`;
    const asked = execFileSync('sh', ['-c', shell], { encoding: 'utf8' }).split('\0');
    expect(asked.slice(0, 6)).toEqual([
      'http://h/predict',
      '-H',
      'content-type: application/json',
      '-H',
      'authorization: Bearer t',
      '-d',
    ]);
    expect(JSON.parse(asked[6] as string)).toEqual({ features: nasty });
  });

  it('write values as Python does', () => {
    const [, [, python]] = snippets(false) as [[string, string], [string, string]];
    expect(python).toContain(`"it's": None,\n            "a\\"b": True,`);
    expect(python).not.toMatch(/null|true|authorization/);
  });
});
