import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type InjectedServer, Shop } from './fixtures/shop.js';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly security: object[];
  readonly 'x-mlx-role': string;
  readonly requestBody?: { readonly content: Record<string, { schema: object; example?: unknown }> };
  readonly responses: Record<string, { description: string; content: Record<string, { schema: object }> }>;
}

let shop: Shop;
let server: InjectedServer;
let document: ReturnType<typeof JSON.parse>;
let operations: { path: string; asked: string; method: 'get' | 'post'; operation: Operation }[];

beforeAll(async () => {
  shop = await Shop.open();
  await shop.release('production');
  await shop.release('production', { task: 'regression' }, 'price');
  server = await shop.inject({ models: ['churn', 'price'] });
  document = (await server.app.inject('/openapi.json')).json();
  const items = Object.entries<Record<string, Operation>>(document.paths);
  operations = items.flatMap(([path, item]) =>
    (['get', 'post'] as const).flatMap((method) => {
      const operation = item[method];
      const asked = path
        .replace('{model}', 'churn')
        .replace('{version}', '1')
        .replace('{label}', 'production');
      return operation === undefined ? [] : [{ path, asked, method, operation }];
    }),
  );
});

afterAll(() => shop.close());

describe('the OpenAPI document', () => {
  it('tells of every route, with the role that the route has, and of no other', () => {
    const { router } = server;
    const told = operations.map(({ asked, method, operation }) => {
      const { route } = router.find(method.toUpperCase(), asked);
      expect([asked, operation['x-mlx-role']]).toEqual([asked, route.role]);
      return route;
    });
    expect(new Set(told)).toEqual(new Set(router.routes));
  });

  it('is OpenAPI 3.1 with unique ids, references that resolve and parameters that are told', () => {
    expect(document.openapi).toBe('3.1.0');
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, name] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g))
      expect(document.components.schemas).toHaveProperty([name as string]);
    for (const [path, item] of Object.entries<{ parameters?: { name: string; required: boolean }[] }>(
      document.paths,
    )) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect((item.parameters ?? []).map(({ name }) => name)).toEqual(named);
    }
  });

  it('says how errors look, in each dialect', () => {
    for (const { asked, operation } of operations) {
      const schema = /^\/v[12]/.test(asked) ? 'ProtocolError' : 'Error';
      const errors = Object.entries(operation.responses).filter(([status]) => status !== '200');
      expect(errors.length).toBeGreaterThan(1);
      for (const [, { description, content }] of errors) {
        expect(description).toMatch(/^[A-Z]/);
        expect(content['application/json']?.schema).toEqual({ $ref: `#/components/schemas/${schema}` });
      }
    }
  });

  it('describes the columns of each model, with a row to try', () => {
    expect(document.components.schemas.Features_churn).toEqual({
      type: 'object',
      description: 'Columns of churn, version 1; null is a missing value.',
      properties: {
        amount: { type: ['number', 'null'], description: 'Seen: 0 to 10.' },
        kind: { type: ['string', 'null'], examples: ['a', 'b', 'c'] },
        member: { type: ['boolean', 'null'] },
      },
      required: ['amount', 'kind', 'member'],
      additionalProperties: false,
      examples: [{ amount: 5, kind: 'a', member: true }],
    });
  });

  it('has examples that the server answers with what it says', async () => {
    for (const { path, asked, method, operation } of operations) {
      const body = operation.requestBody?.content['application/json'];
      const url = path.endsWith(':regress') ? asked.replace('churn', 'price') : asked;
      const call = method === 'get' ? { url } : { method: 'POST', url, payload: body?.example as object };
      const { statusCode, headers } = await server.app.inject(call);
      // No A/B test runs, and models of this shop hold nothing to explain them by.
      const expected = path === '/predict_ab' ? 404 : path === '/explain' ? 422 : 200;
      expect([method, url, statusCode]).toEqual([method, url, expected]);
      const types = Object.keys(operation.responses[statusCode]?.content ?? {});
      expect(types).toContain(headers['content-type']?.split(';')[0]);
    }
  });

  it('asks for a token where the server does', async () => {
    const security = (doc: typeof document, path: string, method: string) => doc.paths[path][method].security;
    expect(security(document, '/predict', 'post')).toEqual([{}, { token: [] }]);
    const closed = await shop.inject({ models: ['churn'], tokens: ['secret'] });
    const asked = await closed.app.inject({
      url: '/openapi.json',
      headers: { authorization: 'Bearer secret' },
    });
    expect(security(asked.json(), '/predict', 'post')).toEqual([{ token: [] }]);
    expect(security(asked.json(), '/health', 'get')).toEqual([]);
  });
});
