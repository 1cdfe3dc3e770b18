import type { ColumnSchema, Task } from '../data/schema.js';
import { MlxError } from '../errors.js';

/** Keys of the `metadata_props` in which a model file carries what mlx needs to know. */
export const METADATA = {
  manifest: 'mlx.manifest',
  baseline: 'mlx.baseline',
  certificate: 'mlx.certificate',
} as const;

/** How raw columns reach the graph: one input each, or side by side in one float or double matrix. */
export type InputLayout =
  | { readonly kind: 'columns' }
  | { readonly kind: 'matrix'; readonly input: string; readonly type: 'float' | 'double' };

/** Which graph outputs hold what. */
export interface OutputNames {
  readonly label: string | null;
  readonly probabilities: string | null;
  readonly values: string | null;
}

/** What a model is, kept inside its file. */
export interface Manifest {
  readonly version: 1;
  readonly mlxVersion: string;
  readonly task: Task;
  readonly algorithm: string;
  /** The column that was learned; null for models from elsewhere. */
  readonly target: { readonly name: string; readonly type: 'number' | 'integer' | 'string' } | null;
  /** Class names in the order of the probabilities; empty for regression. */
  readonly classes: readonly string[];
  /** The raw columns that the model takes, in order. */
  readonly columns: readonly ColumnSchema[];
  readonly input: InputLayout;
  readonly outputs: OutputNames;
  readonly runId: string | null;
  readonly dataset: { readonly digest: string; readonly rows: number } | null;
  readonly featureNames: readonly string[];
}

/**
 * Reads a manifest and checks the parts that scoring relies on; a model file can come from anywhere.
 * @throws MlxError MODEL_INVALID
 */
export function parseManifest(text: string): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('it is not JSON');
  }
  const manifest = value as Manifest;
  if (manifest?.version !== 1) throw invalid('its version is not 1');
  if (manifest.task !== 'classification' && manifest.task !== 'regression')
    throw invalid('its task is unknown');
  if (!isStrings(manifest.classes)) throw invalid('its classes are not a list of names');
  if (!Array.isArray(manifest.columns) || !manifest.columns.every(isColumn))
    throw invalid('its columns are not a list');
  if (typeof manifest.outputs !== 'object' || typeof manifest.input !== 'object')
    throw invalid('it names no inputs or outputs');
  return manifest;
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

const COLUMN_TYPES = new Set(['number', 'integer', 'boolean', 'category', 'time', 'text', 'identifier']);

function isColumn(value: unknown): boolean {
  const column = value as Partial<ColumnSchema> | null;
  return typeof column?.name === 'string' && typeof column.type === 'string' && COLUMN_TYPES.has(column.type);
}

function invalid(reason: string): MlxError {
  return new MlxError('MODEL_INVALID', `The model file's mlx.manifest cannot be used: ${reason}.`, {
    hint: 'Train or register the model again with this version of mlx.',
  });
}
