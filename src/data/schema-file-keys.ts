import { COLUMN_ROLES, COLUMN_TYPES, TIME_FORMATS } from './schema.js';

/** What a key of the schema file takes. `bound` is a number, or for a time column its text in ISO 8601. */
export type SchemaKeyKind = 'text' | 'choice' | 'boolean' | 'share' | 'bound' | 'levels';

export interface SchemaKey {
  readonly kind: SchemaKeyKind;
  readonly choices?: readonly string[];
  readonly help: string;
}

/** The keys of a column in the schema file, in the order in which they are written. */
export const SCHEMA_KEYS = {
  name: { kind: 'text', help: 'Name of the column in the header.' },
  type: {
    kind: 'choice',
    choices: COLUMN_TYPES,
    help: 'What the column holds; it goes before what its cells look like.',
  },
  role: {
    kind: 'choice',
    choices: COLUMN_ROLES,
    help: 'What the column is for (default: feature). weight, time and group are no features.',
  },
  required: {
    kind: 'boolean',
    help: 'Whether a table without the column is invalid (default: true unless ignored).',
  },
  min: { kind: 'bound', help: 'Smallest allowed value of a number, integer or time column.' },
  max: { kind: 'bound', help: 'Largest allowed value of a number, integer or time column.' },
  levels: { kind: 'levels', help: 'Allowed levels of a category column.' },
  allow_unseen: {
    kind: 'boolean',
    help: 'Values outside min to max, or other levels, are a warning; without it they are an error.',
  },
  max_missing: { kind: 'share', help: 'Largest share of missing values, 0 to 1.' },
  unique: { kind: 'boolean', help: 'No value may be there twice.' },
  time_format: {
    kind: 'choice',
    choices: TIME_FORMATS,
    help: 'How a time column is written (default: iso).',
  },
  reason: { kind: 'text', help: 'Why the column is ignored.' },
  description: { kind: 'text', help: 'What the column means, for people.' },
} as const satisfies Record<string, SchemaKey>;

export type SchemaKeyName = keyof typeof SCHEMA_KEYS;
export const SCHEMA_KEY_NAMES = Object.keys(SCHEMA_KEYS) as readonly SchemaKeyName[];

/** The version that is written; a file of a newer one is refused. */
export const SCHEMA_FILE_VERSION = 1;

/** The JSON Schema of the schema file, from which editors complete it. */
export function schemaFileJsonSchema(): Record<string, unknown> {
  const properties = Object.fromEntries(
    SCHEMA_KEY_NAMES.map((name) => [
      name,
      { ...jsonType(SCHEMA_KEYS[name]), description: SCHEMA_KEYS[name].help },
    ]),
  );
  const column = { type: 'object', additionalProperties: false, required: ['name', 'type'], properties };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'schema of a table',
    type: 'object',
    additionalProperties: false,
    required: ['version', 'columns'],
    properties: {
      $schema: { type: 'string' },
      version: { const: SCHEMA_FILE_VERSION },
      columns: { type: 'array', items: column },
    },
  };
}

function jsonType({ kind, choices }: SchemaKey): Record<string, unknown> {
  switch (kind) {
    case 'text':
      return { type: 'string' };
    case 'choice':
      return { enum: choices };
    case 'boolean':
      return { type: 'boolean' };
    case 'share':
      return { type: 'number', minimum: 0, maximum: 1 };
    case 'bound':
      return { type: ['number', 'string'] };
    case 'levels':
      return { type: 'array', items: { type: 'string' }, uniqueItems: true };
  }
}
