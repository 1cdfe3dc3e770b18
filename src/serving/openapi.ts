import type { ColumnSchema } from '../data/schema.js';
import type { Core } from './core.js';
import type { Deployment } from './deployment.js';
import type { LoadedVersion } from './loaded-version.js';

/** A JSON Schema, or a part of an OpenAPI document. */
type Json = Readonly<Record<string, unknown>>;

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
    { method: 'post', path: '/batch_predict', summary: 'Predict many rows; a bad row fails only itself (JSON or text/csv)', body: { rows: [features], ...named }, schema: 'BatchRequest' },
    { method: 'post', path: '/predict_ab', summary: 'Predict with the arm that the running A/B test gives the user', body: { ...predict, user_id: 'user-1' }, schema: 'PredictRequest' },
    { method: 'post', path: '/predict_safe', summary: 'Predict; step back to the last good version when the served one fails', body: predict, schema: 'PredictRequest' },
    { method: 'post', path: '/feedback', summary: 'Say what turned out to be true', body: { prediction_id: 'the id of an answer', label: 'yes' }, schema: 'FeedbackRequest' },
    { method: 'get', path: '/health', summary: 'Is the process alive' },
    { method: 'get', path: '/ready', summary: 'Does every model have a version that answers' },
    { method: 'get', path: '/metrics', summary: 'Metrics for Prometheus' },
    { method: 'get', path: '/metrics/summary', summary: 'Counts, latency and confidence per model' },
    { method: 'get', path: `/v1/models/${name}`, summary: 'TensorFlow Serving: status (also /versions/N, /labels/L, /metadata)' },
    { method: 'post', path: `/v1/models/${name}:predict`, summary: 'TensorFlow Serving: predict', body: { instances: [features] }, schema: 'TensorFlowRequest' },
    { method: 'get', path: `/v2/models/${name}`, summary: 'Open Inference Protocol V2: metadata (also /versions/N, /ready)' },
    { method: 'post', path: `/v2/models/${name}/infer`, summary: 'Open Inference Protocol V2: infer', body: { inputs }, schema: 'InferenceRequest' },
  ];
}

/** The OpenAPI 3.1 document, made from the columns of the versions that answer now. */
export function openApiDocument(core: Core): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const note of routeNotes(core)) paths[note.path] = { ...paths[note.path], [note.method]: operation(note) };
  return {
    openapi: '3.1.0',
    info: { title: `mlx: ${core.catalog.deployments.map(({ text }) => text).join(', ')}`, version: core.version },
    paths,
    components: {
      schemas: { ...featureSchemas(core), ...requestSchemas(core) },
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  };
}

function operation({ summary, body, schema }: RouteNote): Json {
  const responses = { 200: { description: 'OK' }, default: { description: 'An error' } };
  if (body === undefined) return { summary, responses };
  const content = { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` }, example: body } };
  return { summary, requestBody: { required: true, content }, responses };
}

/** One schema per served model. */
function featureSchemas({ catalog }: Core): Json {
  return Object.fromEntries(catalog.deployments.map((deployment) => [schemaName(deployment), featureSchema(deployment.current)]));
}

function schemaName({ text }: Deployment): string {
  return `Features_${text.replace(/[^A-Za-z0-9_.-]/g, '_')}`;
}

function featureSchema(loaded: LoadedVersion | undefined): Json {
  if (loaded === undefined) return { type: 'object' };
  const { columns } = loaded.decoder;
  return {
    type: 'object',
    description: `Columns of ${loaded.record.name} version ${loaded.record.version}; null = missing.`,
    properties: Object.fromEntries(columns.map((column) => [column.name, columnSchema(column)])),
    required: columns.map(({ name }) => name),
    additionalProperties: false,
  };
}

function columnSchema({ type, levels, timeFormat }: ColumnSchema): Json {
  switch (type) {
    case 'number':
    case 'integer':
      return { type: ['number', 'null'] };
    case 'boolean':
      return { type: ['boolean', 'null'] };
    case 'time':
      return { type: ['string', 'number', 'null'], description: `A time (${timeFormat ?? 'iso'}), or seconds since 1970.` };
    case 'category':
    case 'text':
    case 'identifier':
      return { type: ['string', 'null'], ...(levels === undefined ? {} : { examples: levels.slice(0, 10) }) };
  }
}

function requestSchemas({ catalog }: Core): Json {
  const named = catalog.deployments.map((deployment) => ({ $ref: `#/components/schemas/${schemaName(deployment)}` }));
  const row = { anyOf: [...named, { type: 'array', description: 'Values in the order of the columns.' }] };
  const target = { model: { type: 'string' }, model_version: { type: 'integer', minimum: 1 } };
  const list = (items: Json) => ({ type: 'array', minItems: 1, items });
  const label = {
    type: 'object',
    properties: { prediction_id: { type: 'string' }, label: { type: ['string', 'number', 'boolean'] } },
    required: ['prediction_id', 'label'],
  };
  const tensor = {
    type: 'object',
    properties: { name: { type: 'string' }, shape: list({ type: 'integer' }), datatype: { type: 'string' }, data: { type: 'array' } },
    required: ['name', 'shape', 'datatype', 'data'],
  };
  return {
    PredictRequest: { type: 'object', properties: { features: row, ...target, user_id: { type: 'string' } }, required: ['features'] },
    BatchRequest: { type: 'object', properties: { rows: list(row), ...target }, required: ['rows'] },
    FeedbackRequest: { anyOf: [label, { type: 'object', properties: { feedback: list(label) }, required: ['feedback'] }] },
    TensorFlowRequest: { type: 'object', properties: { instances: list({}), inputs: {}, signature_name: { type: 'string' } } },
    InferenceRequest: { type: 'object', properties: { id: { type: 'string' }, inputs: list(tensor) }, required: ['inputs'] },
  };
}

function exampleRow(deployment: Deployment | undefined): Json {
  return Object.fromEntries((deployment?.current?.decoder.columns ?? []).map((column) => [column.name, exampleValue(column)]));
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
