import type { ColumnSchema } from '../../data/schema.js';
import type { Core } from '../core.js';
import type { Deployment } from '../deployment.js';
import { exampleRow } from './example.js';

/** A JSON Schema, or a part of an OpenAPI document. */
export type Json = Readonly<Record<string, unknown>>;

const MAX_EXAMPLES = 20;

export function reference(name: string): Json {
  return { $ref: `#/components/schemas/${name}` };
}

/** Name of the schema of a served model's row. */
export function featuresName({ text }: Deployment): string {
  return `Features_${text.replace(/[^A-Za-z0-9_.-]/g, '_')}`;
}

/** All schemas: those of rows from the columns of the versions that answer now, the others the same on every server. */
export function schemas({ catalog }: Core): Json {
  const { deployments } = catalog;
  const features = deployments.map((deployment) => [featuresName(deployment), featuresOf(deployment)]);
  const rows = deployments.map((deployment) => reference(featuresName(deployment)));
  return { ...Object.fromEntries(features), Row: { anyOf: [...rows, LIST] }, ...REQUESTS, ...ANSWERS };
}

function featuresOf({ current }: Deployment): Json {
  if (current === undefined) return { type: 'object' };
  const { columns } = current.decoder;
  return {
    type: 'object',
    description: `Columns of ${current.record.name}, version ${current.record.version}; null is a missing value.`,
    properties: Object.fromEntries(columns.map((column) => [column.name, columnSchema(column)])),
    required: columns.map(({ name }) => name),
    additionalProperties: false,
    examples: [exampleRow(columns)],
  };
}

function columnSchema({ type, levels, min, max, timeFormat }: ColumnSchema): Json {
  const seen = min === undefined || max === undefined ? {} : { description: `Seen: ${min} to ${max}.` };
  switch (type) {
    case 'number':
    case 'integer':
      return { type: ['number', 'null'], ...seen };
    case 'boolean':
      return { type: ['boolean', 'null'] };
    case 'time':
      return {
        type: ['string', 'number', 'null'],
        description: `A time (${timeFormat ?? 'iso'}), or seconds since 1970.`,
      };
    case 'category':
    case 'text':
    case 'identifier': {
      if (levels === undefined) return { type: ['string', 'null'] };
      const more = levels.length - MAX_EXAMPLES;
      return {
        type: ['string', 'null'],
        examples: levels.slice(0, MAX_EXAMPLES),
        ...(more > 0 ? { description: `${levels.length} levels were seen; these are the first.` } : {}),
      };
    }
  }
}

const object = (properties: Json, required: readonly string[] = Object.keys(properties)): Json => ({
  type: 'object',
  properties,
  required,
});
const list = (items: Json, minItems = 1): Json => ({ type: 'array', minItems, items });
const text: Json = { type: 'string' };
const count: Json = { type: 'integer', minimum: 0 };
const number: Json = { type: 'number' };

const LIST: Json = { type: 'array', description: 'Values in the order of the columns.' };
const TARGET = { model: text, model_version: { type: 'integer', minimum: 1 } };
const LABEL = object({ prediction_id: text, label: { type: ['string', 'number', 'boolean'] } });
const INPUT_TENSOR = object(
  { name: text, shape: list(count), datatype: text, data: { type: 'array' }, parameters: { type: 'object' } },
  ['name', 'shape', 'datatype'],
);

const REQUESTS: Json = {
  PredictRequest: object({ features: reference('Row'), ...TARGET, user_id: { type: ['string', 'number'] } }, [
    'features',
  ]),
  BatchRequest: object({ rows: list(reference('Row')), ...TARGET }, ['rows']),
  FeedbackRequest: { anyOf: [LABEL, object({ feedback: list(LABEL) })] },
  TensorFlowPredictRequest: object({ signature_name: text, instances: list({}), inputs: {} }, []),
  TensorFlowExamplesRequest: object(
    { signature_name: text, context: { type: 'object' }, examples: list({ type: 'object' }) },
    ['examples'],
  ),
  InferenceRequest: object(
    { id: text, parameters: { type: 'object' }, inputs: list(INPUT_TENSOR), outputs: { type: 'array' } },
    ['inputs'],
  ),
};

const PREDICTION = {
  prediction: { type: ['string', 'number'], description: 'The class, or the number.' },
  confidence: { type: ['number', 'null'], description: "The predicted class's probability." },
  probabilities: { type: ['object', 'null'], additionalProperties: number },
};
const VERSION = { model_name: text, model_version: { type: 'integer' } };
const PARTS = object({
  expected: { type: 'number', description: 'The base value: the score before anything is known of the row.' },
  raw_score: number,
  contributions: { type: 'object', additionalProperties: number },
});
const ERROR = object({ code: text, message: text, hint: text, details: { type: 'object' } }, [
  'code',
  'message',
]);
const ROW_ANSWER: Json = {
  anyOf: [object({ row: count, ...PREDICTION, prediction_id: text }), object({ row: count, error: ERROR })],
};

const ANSWERS: Json = {
  Prediction: object(
    {
      ...PREDICTION,
      ...VERSION,
      prediction_id: text,
      inference_time_ms: number,
      arm: text,
      fallback: { type: 'boolean' },
    },
    [...Object.keys(PREDICTION), ...Object.keys(VERSION), 'prediction_id', 'inference_time_ms'],
  ),
  RowAnswer: ROW_ANSWER,
  BatchAnswer: object({
    predictions: list(reference('RowAnswer')),
    rows: count,
    succeeded: count,
    failed: count,
    ...VERSION,
    inference_time_ms: number,
  }),
  Explanation: object({
    ...PREDICTION,
    ...VERSION,
    explanation: object({
      unit: { type: 'string', description: 'What scores and contributions are counted in.' },
      of: { type: ['string', 'null'], description: 'The score that speaks of the prediction.' },
      scores: { type: 'object', additionalProperties: PARTS },
    }),
  }),
  TensorFlowPredictAnswer: object({ predictions: { type: 'array' }, outputs: {} }, []),
  TensorFlowResults: object({ results: { type: 'array' } }),
  InferenceAnswer: object({ model_name: text, model_version: text, id: text, outputs: { type: 'array' } }, [
    'model_name',
    'outputs',
  ]),
  Error: object({ error: ERROR }),
  ProtocolError: object({ error: text }),
};
