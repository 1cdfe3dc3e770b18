import type { Core } from '../core.js';
import type { Dialect } from '../http/message.js';
import { type Operation, operations } from './operations.js';
import { type Json, reference, schemas } from './schemas.js';

const TAGS: Readonly<Record<Dialect, { readonly name: string; readonly description: string }>> = {
  plain: { name: 'mlx', description: 'Rows by name, errors by field' },
  tensorflow: { name: 'TensorFlow Serving', description: 'What clients of its REST interface send' },
  'open-inference': {
    name: 'Open Inference Protocol V2',
    description: 'What clients of KServe and Triton send',
  },
};

const STATUSES: Readonly<Record<number, string>> = {
  400: 'The request is at fault; the field is named',
  401: 'A valid token is needed',
  403: 'The token, the host or the origin is not allowed here',
  404: 'No such model, version or route',
  413: 'The body or its rows are over the limit',
  422: 'The model cannot be explained',
  429: 'Too many requests; Retry-After says when to come again',
  500: 'The model or the server failed',
  503: 'Not ready, or too many requests wait; Retry-After says when to come again',
};

/** The OpenAPI 3.1 document, made from the columns of the versions that answer now. */
export function openApiDocument(core: Core): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const operation of operations(core)) {
    const { path, method } = operation;
    paths[path] ??= pathItem(path, core);
    Object.assign(paths[path], { [method]: operationObject(operation, core) });
  }
  return {
    openapi: '3.1.0',
    info: {
      title: `mlx: ${core.catalog.deployments.map(({ text }) => text).join(', ')}`,
      version: core.version,
      description:
        'Predictions of the models that this server has, in three dialects. GET /docs shows them in a page.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: Object.values(TAGS),
    paths,
    components: {
      schemas: schemas(core),
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'Where tokens are set, each route asks for one that may do what its x-mlx-role says.',
        },
      },
    },
  };
}

function pathItem(path: string, { catalog }: Core): Record<string, Json> {
  const [first] = catalog.deployments;
  const examples = {
    model: first?.text ?? 'model',
    version: first?.current?.record.version ?? 1,
    label: 'production',
  };
  const parameters = [...path.matchAll(/\{(model|version|label)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: name === 'version' ? { type: 'integer', minimum: 1 } : { type: 'string' },
    example: examples[name as keyof typeof examples],
  }));
  return parameters.length === 0 ? {} : { parameters: parameters as unknown as Json };
}

function operationObject(operation: Operation, { needsToken }: Core): Json {
  const { method, path, role, dialect, summary, query = [], request, answer } = operation;
  const content = (types: Readonly<Record<string, Json>>) =>
    Object.fromEntries(Object.entries(types).map(([type, schema]) => [type, { schema }]));
  const token = needsToken ? [{ token: [] }] : [{}, { token: [] }];
  return {
    operationId: operationId(method, path),
    summary,
    tags: [TAGS[dialect].name],
    security: role === 'open' ? [] : token,
    'x-mlx-role': role,
    ...(query.length === 0
      ? {}
      : { parameters: query.map((name) => ({ name, in: 'query', schema: { type: 'string' } })) }),
    ...(request === undefined ? {} : { requestBody: { required: true, content: request } }),
    responses: {
      200: { description: 'OK', content: content(answer ?? { 'application/json': { type: 'object' } }) },
      ...errorResponses(operation),
    },
  };
}

function errorResponses({ method, role, dialect, errors = [] }: Operation): Json {
  const schema = reference(dialect === 'plain' ? 'Error' : 'ProtocolError');
  const statuses = [403, 503, ...errors];
  if (role !== 'open') statuses.push(401, 404, 429);
  if (method === 'post') statuses.push(400, 413, 500);
  return Object.fromEntries(
    statuses
      .toSorted((a, b) => a - b)
      .map((status) => [
        status,
        { description: STATUSES[status], content: { 'application/json': { schema } } },
      ]),
  );
}

/** `post_v1_models_model_versions_version_predict`. */
function operationId(method: string, path: string): string {
  const words = path.split(/[^A-Za-z0-9_]+/).filter((word) => word !== '');
  return [method, ...words].join('_');
}
