import { readFile, writeFile } from 'node:fs/promises';
import { writeAtomically } from './atomic-file.js';
import { fileError } from './file.js';
import type { ColumnType } from './schema.js';
import { SCHEMA_FILE_VERSION, SCHEMA_KEY_NAMES, type SchemaKeyName } from './schema-file-keys.js';
import { parseSchemaText } from './schema-file-parse.js';
import type { ColumnRule, SchemaRules } from './schema-rules.js';

/** @throws MlxError FILE_NOT_FOUND, FILE_UNREADABLE; SCHEMA_INVALID naming each wrong place */
export async function readSchemaFile(path: string): Promise<SchemaRules> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (thrown) {
    throw fileError(path, thrown);
  }
  return parseSchemaText(text, path);
}

/** Replaces the file as a whole. @throws MlxError FILE_UNWRITABLE, DISK_FULL */
export async function writeSchemaFile(path: string, rules: SchemaRules): Promise<void> {
  await writeAtomically(path, (temporary) => writeFile(temporary, schemaText(rules)));
}

/**
 * The file's text: columns in the table's order, keys in one fixed order, one level a line, nothing that changes
 * by itself, so that a difference in git is a difference in the schema.
 */
export function schemaText({ columns }: SchemaRules): string {
  return `${JSON.stringify({ version: SCHEMA_FILE_VERSION, columns: columns.map(entryOf) }, null, 2)}\n`;
}

function entryOf(rule: ColumnRule): Record<string, unknown> {
  const values: Record<SchemaKeyName, unknown> = {
    name: rule.name,
    type: rule.type,
    role: rule.role,
    required: rule.required,
    min: boundOf(rule.type, rule.min),
    max: boundOf(rule.type, rule.max),
    levels: rule.levels,
    allow_unseen: rule.allowUnseen || undefined,
    max_missing: rule.maxMissing,
    unique: rule.unique || undefined,
    time_format: rule.timeFormat,
    reason: rule.reason,
    description: rule.description,
  };
  const isStated = (key: SchemaKeyName): boolean => values[key] !== undefined;
  return Object.fromEntries(SCHEMA_KEY_NAMES.filter(isStated).map((key) => [key, values[key]]));
}

/** Times as a person reads them. */
function boundOf(type: ColumnType, bound: number | undefined): number | string | undefined {
  if (type !== 'time' || bound === undefined) return bound;
  return new Date(bound * 1000).toISOString().replace('.000Z', 'Z');
}
