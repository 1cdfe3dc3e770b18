import type { Core } from '../core.js';
import type { Dialect, Role } from '../http/message.js';
import { exampleRow, exampleValue } from './example.js';
import { type Json, reference } from './schemas.js';

/** One route as the document tells of it. */
export interface Operation {
  readonly method: 'get' | 'post';
  /** With `{model}`, `{version}` and `{label}` for what varies. */
  readonly path: string;
  readonly summary: string;
  readonly role: Role;
  readonly dialect: Dialect;
  /** Parameters of the query. */
  readonly query?: readonly string[];
  /** By media type. */
  readonly request?: Readonly<Record<string, { readonly schema: Json; readonly example?: unknown }>>;
  readonly answer?: Readonly<Record<string, Json>>;
  /** Statuses that this route has beside those of all. */
  readonly errors?: readonly number[];
}

const JSON_TYPE = 'application/json';
const LINES_TYPE = 'application/x-ndjson';
const plain = { role: 'predict', dialect: 'plain' } as const;
const inJson = (schema: string) => ({ [JSON_TYPE]: reference(schema) });

/** Every route of the server, with bodies that the first served model takes. */
export function operations(core: Core): readonly Operation[] {
  return [...plainOperations(core), ...serverOperations(), ...tensorFlow(core), ...openInference(core)];
}

function plainOperations({ catalog }: Core): readonly Operation[] {
  const [first] = catalog.deployments;
  const columns = first?.current?.decoder.columns ?? [];
  const named = catalog.deployments.length > 1 ? { model: first?.text } : {};
  const features = exampleRow(columns);
  const body = (schema: string, example: unknown) => ({
    [JSON_TYPE]: { schema: reference(schema), example },
  });
  const one = body('PredictRequest', { features, ...named });
  const post = (path: string, summary: string, more: Partial<Operation>): Operation => ({
    ...plain,
    method: 'post',
    path,
    summary,
    ...more,
  });
  return [
    post('/predict', 'Predict one row', { request: one, answer: inJson('Prediction') }),
    post('/batch_predict', 'Predict many rows; a bad row fails only itself', {
      query: ['model', 'model_version'],
      request: {
        ...body('BatchRequest', { rows: [features], ...named }),
        'text/csv': { schema: { type: 'string' } },
        [LINES_TYPE]: { schema: { type: 'string', description: 'One row a line.' } },
      },
      answer: {
        ...inJson('BatchAnswer'),
        'text/csv': { type: 'string' },
        [LINES_TYPE]: { type: 'string', description: 'One RowAnswer a line, as the rows come.' },
      },
    }),
    post('/explain', 'Predict one row, and tell which columns moved the prediction', {
      request: one,
      answer: inJson('Explanation'),
      errors: [422],
    }),
    post('/predict_ab', 'Predict with the arm that the running A/B test gives the user', {
      request: body('PredictRequest', { features, ...named, user_id: 'user-1' }),
      answer: inJson('Prediction'),
    }),
    post('/predict_safe', 'Predict; step back to the last good version when the served one fails', {
      request: one,
      answer: inJson('Prediction'),
    }),
    post('/feedback', 'Say what turned out to be true', {
      role: 'feedback',
      request: body('FeedbackRequest', { prediction_id: 'the id of an answer', label: 'yes' }),
    }),
  ];
}

function serverOperations(): readonly Operation[] {
  const get = (path: string, summary: string, more: Partial<Operation> = {}): Operation => ({
    ...plain,
    method: 'get',
    path,
    summary,
    ...more,
  });
  return [
    get('/health', 'Is the process alive', { role: 'open' }),
    get('/ready', 'Does every model have a version that answers', { role: 'open' }),
    get('/metrics', 'Metrics for Prometheus', {
      role: 'metrics',
      answer: { 'text/plain': { type: 'string' } },
    }),
    get('/metrics/summary', 'Counts, latency and confidence per model', { role: 'metrics' }),
    get('/openapi.json', 'This document'),
    get('/docs', 'A page to try predictions on', {
      role: 'open',
      answer: { 'text/html': { type: 'string' } },
    }),
    get('/docs/schema', 'Versions and columns of a model, as the page asks for them', {
      query: ['model', 'model_version'],
    }),
  ];
}

const SELECTORS = ['', '/versions/{version}', '/labels/{label}'];

function tensorFlow({ catalog }: Core): readonly Operation[] {
  const [first] = catalog.deployments;
  const row = exampleRow(first?.current?.decoder.columns ?? []);
  const tensorflow = { role: 'predict', dialect: 'tensorflow' } as const;
  const request = (schema: string, example: unknown) => ({
    [JSON_TYPE]: { schema: reference(schema), example },
  });
  const models: Operation = { ...tensorflow, method: 'get', path: '/v1/models', summary: 'Served models' };
  const perModel = SELECTORS.flatMap((selector): Operation[] => {
    const path = `/v1/models/{model}${selector}`;
    const by = selector === '' ? '' : `, by ${selector.slice(1, selector.indexOf('s/'))}`;
    const examples = request('TensorFlowExamplesRequest', { examples: [row] });
    return [
      {
        ...tensorflow,
        method: 'get',
        path,
        summary: selector === '' ? 'State of every version' : `State of a version${by}`,
      },
      { ...tensorflow, method: 'get', path: `${path}/metadata`, summary: `Inputs and outputs${by}` },
      {
        ...tensorflow,
        method: 'post',
        path: `${path}:predict`,
        summary: `Predict${by}`,
        request: request('TensorFlowPredictRequest', { instances: [row] }),
        answer: inJson('TensorFlowPredictAnswer'),
      },
      {
        ...tensorflow,
        method: 'post',
        path: `${path}:classify`,
        summary: `Probabilities of classes${by}`,
        request: examples,
        answer: inJson('TensorFlowResults'),
      },
      {
        ...tensorflow,
        method: 'post',
        path: `${path}:regress`,
        summary: `Numbers${by}`,
        request: examples,
        answer: inJson('TensorFlowResults'),
      },
    ];
  });
  return [models, ...perModel];
}

function openInference({ catalog }: Core): readonly Operation[] {
  const [first] = catalog.deployments;
  const inputs = (first?.current?.decoder.columns ?? []).map((column) => {
    const value = exampleValue(column);
    const datatype = typeof value === 'number' ? 'FP64' : typeof value === 'boolean' ? 'BOOL' : 'BYTES';
    return { name: column.name, shape: [1, 1], datatype, data: [value] };
  });
  const inference = { role: 'predict', dialect: 'open-inference' } as const;
  const get = (path: string, summary: string, more: Partial<Operation> = {}): Operation => ({
    ...inference,
    method: 'get',
    path,
    summary,
    ...more,
  });
  return [
    get('/v2', 'Name, version and extensions of the server'),
    get('/v2/health/live', 'Is the server alive', { role: 'open' }),
    get('/v2/health/ready', 'Are all models ready', { role: 'open' }),
    get('/v2/models', 'The models that are served'),
    {
      ...inference,
      method: 'post',
      path: '/v2/repository/index',
      summary: 'The models that are served, with their states',
      request: { [JSON_TYPE]: { schema: { type: 'object' }, example: {} } },
    },
    ...SELECTORS.slice(0, 2).flatMap((selector): Operation[] => {
      const path = `/v2/models/{model}${selector}`;
      return [
        get(path, 'Inputs and outputs of a model'),
        get(`${path}/ready`, 'Is the model ready'),
        {
          ...inference,
          method: 'post',
          path: `${path}/infer`,
          summary: 'Infer',
          request: { [JSON_TYPE]: { schema: reference('InferenceRequest'), example: { inputs } } },
          answer: inJson('InferenceAnswer'),
        },
      ];
    }),
  ];
}
