import type { ColumnSchema } from '../data/schema.js';
import type { Core } from './core.js';
import type { Deployment } from './deployment.js';
import type { LoadedVersion } from './loaded-version.js';
import { type Json, type RouteNote, routeNotes } from './route-notes.js';

/** The OpenAPI 3.1 document, made from the columns of the versions that answer now. */
export function openApiDocument(core: Core): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const note of routeNotes(core))
    paths[note.path] = { ...paths[note.path], [note.method]: operation(note) };
  return {
    openapi: '3.1.0',
    info: {
      title: `mlx: ${core.catalog.deployments.map(({ text }) => text).join(', ')}`,
      version: core.version,
    },
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
  const content = {
    'application/json': { schema: { $ref: `#/components/schemas/${schema}` }, example: body },
  };
  return { summary, requestBody: { required: true, content }, responses };
}

/** One schema per served model. */
function featureSchemas({ catalog }: Core): Json {
  return Object.fromEntries(
    catalog.deployments.map((deployment) => [schemaName(deployment), featureSchema(deployment.current)]),
  );
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
      return {
        type: ['string', 'number', 'null'],
        description: `A time (${timeFormat ?? 'iso'}), or seconds since 1970.`,
      };
    case 'category':
    case 'text':
    case 'identifier':
      return { type: ['string', 'null'], ...(levels === undefined ? {} : { examples: levels.slice(0, 10) }) };
  }
}

function requestSchemas({ catalog }: Core): Json {
  const named = catalog.deployments.map((deployment) => ({
    $ref: `#/components/schemas/${schemaName(deployment)}`,
  }));
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
    properties: {
      name: { type: 'string' },
      shape: list({ type: 'integer' }),
      datatype: { type: 'string' },
      data: { type: 'array' },
    },
    required: ['name', 'shape', 'datatype', 'data'],
  };
  return {
    PredictRequest: {
      type: 'object',
      properties: { features: row, ...target, user_id: { type: 'string' } },
      required: ['features'],
    },
    BatchRequest: { type: 'object', properties: { rows: list(row), ...target }, required: ['rows'] },
    FeedbackRequest: {
      anyOf: [label, { type: 'object', properties: { feedback: list(label) }, required: ['feedback'] }],
    },
    TensorFlowRequest: {
      type: 'object',
      properties: { instances: list({}), inputs: {}, signature_name: { type: 'string' } },
    },
    InferenceRequest: {
      type: 'object',
      properties: { id: { type: 'string' }, inputs: list(tensor) },
      required: ['inputs'],
    },
  };
}
