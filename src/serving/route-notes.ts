import type { ColumnSchema } from '../data/schema.js';
import type { Core } from './core.js';
import type { Deployment } from './deployment.js';

/** A JSON Schema, or a part of an OpenAPI document. */
export type Json = Readonly<Record<string, unknown>>;

/** One route for people: what it is for and a body to try. */
export interface RouteNote {
  readonly method: 'get' | 'post';
  readonly path: string;
  readonly summary: string;
  readonly body?: Json;
  /** Name of the body's schema in the document. */
  readonly schema?: string;
}

/** Every route, with example bodies for the models that are served now. */
export function routeNotes(core: Core): readonly RouteNote[] {
  const [first] = core.catalog.deployments;
  const name = first?.name ?? 'model';
  const named = core.catalog.deployments.length > 1 ? { model: first?.text } : {};
  const features = exampleRow(first);
  const predict = { features, ...named };
  const inputs = (first?.current?.decoder.columns ?? []).map((column) => exampleTensor(column));
  return [
    { method: 'post', path: '/predict', summary: 'Predict one row', body: predict, schema: 'PredictRequest' },
    {
      method: 'post',
      path: '/batch_predict',
      summary: 'Predict many rows; a bad row fails only itself (JSON or text/csv)',
      body: { rows: [features], ...named },
      schema: 'BatchRequest',
    },
    {
      method: 'post',
      path: '/predict_ab',
      summary: 'Predict with the arm that the running A/B test gives the user',
      body: { ...predict, user_id: 'user-1' },
      schema: 'PredictRequest',
    },
    {
      method: 'post',
      path: '/predict_safe',
      summary: 'Predict; step back to the last good version when the served one fails',
      body: predict,
      schema: 'PredictRequest',
    },
    {
      method: 'post',
      path: '/feedback',
      summary: 'Say what turned out to be true',
      body: { prediction_id: 'the id of an answer', label: 'yes' },
      schema: 'FeedbackRequest',
    },
    { method: 'get', path: '/health', summary: 'Is the process alive' },
    { method: 'get', path: '/ready', summary: 'Does every model have a version that answers' },
    { method: 'get', path: '/metrics', summary: 'Metrics for Prometheus' },
    { method: 'get', path: '/metrics/summary', summary: 'Counts, latency and confidence per model' },
    {
      method: 'get',
      path: `/v1/models/${name}`,
      summary: 'TensorFlow Serving: status (also /versions/N, /labels/L, /metadata)',
    },
    {
      method: 'post',
      path: `/v1/models/${name}:predict`,
      summary: 'TensorFlow Serving: predict',
      body: { instances: [features] },
      schema: 'TensorFlowRequest',
    },
    {
      method: 'get',
      path: `/v2/models/${name}`,
      summary: 'Open Inference Protocol V2: metadata (also /versions/N, /ready)',
    },
    {
      method: 'post',
      path: `/v2/models/${name}/infer`,
      summary: 'Open Inference Protocol V2: infer',
      body: { inputs },
      schema: 'InferenceRequest',
    },
  ];
}

function exampleRow(deployment: Deployment | undefined): Json {
  return Object.fromEntries(
    (deployment?.current?.decoder.columns ?? []).map((column) => [column.name, exampleValue(column)]),
  );
}

function exampleValue({ type, levels, min, max }: ColumnSchema): string | number | boolean | null {
  switch (type) {
    case 'number':
      return min === undefined || max === undefined ? 1.5 : Number(((min + max) / 2).toPrecision(4));
    case 'integer':
      return Math.round(((min ?? 1) + (max ?? 1)) / 2);
    case 'boolean':
      return true;
    case 'time':
      return max ?? 1_767_225_600;
    case 'category':
    case 'text':
    case 'identifier':
      return levels?.[0] ?? 'text';
  }
}

function exampleTensor(column: ColumnSchema): Json {
  const value = exampleValue(column);
  const datatype = typeof value === 'number' ? 'FP64' : typeof value === 'boolean' ? 'BOOL' : 'BYTES';
  return { name: column.name, shape: [1, 1], datatype, data: [value] };
}
