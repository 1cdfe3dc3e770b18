import { SETTING_KEYS, SETTINGS, type SettingSpec } from './settings.js';

type JsonSchema = Record<string, unknown>;

/** The JSON Schema of `mlops.config.json`, from which editors complete it. */
export function configJsonSchema(): JsonSchema {
  const root = section();
  (root.properties as JsonSchema).$schema = { type: 'string' };
  for (const key of SETTING_KEYS) {
    const parts = key.split('.');
    const name = parts.pop() as string;
    let node = root;
    for (const part of parts) {
      const properties = node.properties as Record<string, JsonSchema>;
      properties[part] ??= section();
      node = properties[part];
    }
    (node.properties as JsonSchema)[name] = leaf(SETTINGS[key]);
  }
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'mlops.config.json', ...root };
}

function section(): JsonSchema {
  return { type: 'object', additionalProperties: false, properties: {} };
}

const JSON_TYPE = {
  text: 'string',
  path: 'string',
  integer: 'integer',
  number: 'number',
  boolean: 'boolean',
  duration: 'string',
  list: 'array',
  map: 'object',
} as const;

function leaf(spec: SettingSpec): JsonSchema {
  const type = JSON_TYPE[spec.kind];
  if (spec.words !== undefined)
    return { description: spec.help, anyOf: [bounds(spec), { enum: spec.words }], default: spec.default };
  return {
    type: spec.default === null ? [type, 'null'] : type,
    description: spec.help,
    ...(spec.kind === 'list' ? { items: { type: 'string' } } : {}),
    ...choicesOf(spec),
    ...(spec.min === undefined ? {} : { minimum: spec.min }),
    ...(spec.max === undefined ? {} : { maximum: spec.max }),
    ...(spec.default === null ? {} : { default: spec.default }),
  };
}

function bounds({ kind, min, max }: SettingSpec): JsonSchema {
  return {
    type: JSON_TYPE[kind],
    ...(min === undefined ? {} : { minimum: min }),
    ...(max === undefined ? {} : { maximum: max }),
  };
}

function choicesOf({ kind, choices, default: fallback }: SettingSpec): JsonSchema {
  if (choices === undefined) return {};
  if (kind === 'map') return { additionalProperties: { enum: choices } };
  return { enum: fallback === null ? [...choices, null] : choices };
}
