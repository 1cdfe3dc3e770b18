import type { ColumnSchema, Task } from '../data/schema.js';
import { MlxError } from '../errors.js';

/** Keys of the `metadata_props` in which a model file carries what mlx needs to know. */
export const METADATA = {
  manifest: 'mlx.manifest',
  baseline: 'mlx.baseline',
  certificate: 'mlx.certificate',
  scorer: 'mlx.scorer',
  covers: 'mlx.covers',
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
  /**
   * Of two classes: the last one is predicted where its probability is at least this; not there: where it is the larger.
   */
  readonly threshold?: number;
  readonly input: InputLayout;
  readonly outputs: OutputNames;
  readonly runId: string | null;
  readonly dataset: { readonly digest: string; readonly rows: number } | null;
  readonly featureNames: readonly string[];
  /**
   * Per feature the raw columns that it is made of, as places in `columns`, ascending; not there in files of mlx 0.1.0 and
   * in models from elsewhere.
   */
  readonly featureSources?: readonly (readonly number[])[];
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
  if (new Set(manifest.columns.map(({ name }) => name)).size < manifest.columns.length)
    throw invalid('a column is there twice');
  if (!isTarget(manifest.target)) throw invalid('its target is not a column');
  if (!isThreshold(manifest.threshold, manifest.classes))
    throw invalid('its threshold is no probability of two classes');
  if (!isSources(manifest)) throw invalid('its features do not come from its columns');
  if (!isInput(manifest.input)) throw invalid('its input is not understood');
  if (!isOutputs(manifest.outputs, manifest.task)) throw invalid('its outputs are not understood');
  if (manifest.task === 'classification' && manifest.classes.length === 0) throw invalid('it has no classes');
  return manifest;
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

const COLUMN_TYPES = new Set(['number', 'integer', 'boolean', 'category', 'time', 'text', 'identifier']);

function isColumn(value: unknown): boolean {
  const column = value as Partial<ColumnSchema> | null;
  if (typeof column?.name !== 'string' || !COLUMN_TYPES.has(column.type ?? '')) return false;
  return column.levels === undefined || isStrings(column.levels);
}

function isTarget(value: unknown): boolean {
  if (value === null) return true;
  const target = value as Partial<NonNullable<Manifest['target']>> | undefined;
  return typeof target?.name === 'string' && ['number', 'integer', 'string'].includes(target.type ?? '');
}

function isThreshold(value: unknown, classes: readonly string[]): boolean {
  if (value === undefined) return true;
  return typeof value === 'number' && value >= 0 && value <= 1 && classes.length === 2;
}

function isSources({ featureSources, featureNames, columns }: Manifest): boolean {
  if (featureSources === undefined) return true;
  if (!isStrings(featureNames) || !Array.isArray(featureSources)) return false;
  const isPlace = (place: unknown): boolean =>
    Number.isInteger(place) && columns[place as number] !== undefined;
  return (
    featureSources.length === featureNames.length &&
    featureSources.every((places) => Array.isArray(places) && places.every(isPlace))
  );
}

function isInput(value: unknown): boolean {
  const input = value as { kind?: unknown; input?: unknown; type?: unknown } | null | undefined;
  if (input?.kind === 'columns') return true;
  const isMatrix = input?.kind === 'matrix' && typeof input.input === 'string';
  return isMatrix && (input.type === 'float' || input.type === 'double');
}

/** The output that the task needs is named; the others are named or null. */
function isOutputs(value: unknown, task: Task): boolean {
  const outputs = value as Partial<Record<keyof OutputNames, unknown>> | null | undefined;
  const isName = (name: unknown): boolean => name === null || typeof name === 'string';
  if (!isName(outputs?.label) || !isName(outputs?.probabilities) || !isName(outputs?.values)) return false;
  return typeof (task === 'regression' ? outputs?.values : outputs?.probabilities) === 'string';
}

function invalid(reason: string): MlxError {
  return new MlxError('MODEL_INVALID', `The model file's mlx.manifest cannot be used: ${reason}.`, {
    hint: 'Train or register the model again with this version of mlx.',
  });
}
