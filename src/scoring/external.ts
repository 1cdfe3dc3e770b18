import type { ColumnSchema, ColumnType } from '../data/schema.js';
import { MlxError } from '../errors.js';
import type { GraphValue, ModelInfo } from '../onnx/inspect.js';
import type { InputLayout, Manifest } from './manifest.js';

/** What the person who registers a model knows and the file does not say. */
export interface ExternalHints {
  /** Names of the raw columns, in order, for a model that takes one matrix (default: f0, f1 …; one column has the input's name). */
  readonly columns?: readonly string[];
  readonly classes?: readonly string[];
}

const TYPE_OF_INPUT: Readonly<Record<string, ColumnType>> = {
  double: 'number',
  string: 'category',
  int64: 'time',
};

/**
 * Derives the manifest of a model that was made elsewhere from its graph's inputs and outputs: either one input
 * per column ([N,1] double, string or int64 seconds) or one float/double matrix [N,F].
 * @throws MlxError MODEL_INVALID when the graph fits neither
 */
export function externalManifest(info: ModelInfo, hints: ExternalHints = {}): Manifest {
  const { layout, columns } = inputsOf(info.inputs, hints);
  const shared = {
    version: 1 as const,
    mlxVersion: '',
    algorithm: info.producer === '' ? 'external' : `external (${info.producer})`,
    target: null,
    columns,
    input: layout,
    runId: null,
    dataset: null,
    featureNames: columns.map((column) => column.name),
  };
  const floats = info.outputs.filter(({ type }) => type === 'float' || type === 'double');
  const labels = info.outputs.filter(({ type }) => type === 'int64' || type === 'string');
  const [first] = floats;
  if (floats.length !== 1 || first === undefined || labels.length > 1) {
    throw unusable(`it has ${floats.length} number outputs and ${labels.length} label outputs`);
  }
  const width = first.dims[1];
  if (labels.length === 0 && hints.classes === undefined && (first.dims.length < 2 || width === 1)) {
    return {
      ...shared,
      task: 'regression',
      classes: [],
      outputs: { label: null, probabilities: null, values: first.name },
    };
  }
  return {
    ...shared,
    task: 'classification',
    classes: classesOf(info, hints, width),
    outputs: { label: labels[0]?.name ?? null, probabilities: first.name, values: null },
  };
}

function inputsOf(
  inputs: readonly GraphValue[],
  hints: ExternalHints,
): { layout: InputLayout; columns: ColumnSchema[] } {
  const [only] = inputs;
  const width = only?.dims[1];
  if (
    inputs.length === 1 &&
    only?.dims.length === 2 &&
    (only.type === 'float' || only.type === 'double') &&
    typeof width === 'number'
  ) {
    const names =
      hints.columns ?? (width === 1 ? [only.name] : Array.from({ length: width }, (_, index) => `f${index}`));
    if (names.length !== width)
      throw unusable(`it takes ${width} columns, and ${names.length} names were given`);
    return {
      layout: { kind: 'matrix', input: only.name, type: only.type },
      columns: names.map((name) => columnOf(name, 'number')),
    };
  }
  if (inputs.length === 0) throw unusable('it has no inputs');
  const columns = inputs.map(({ name, type, dims }) => {
    const columnType = TYPE_OF_INPUT[type ?? ''];
    if (columnType === undefined || dims.length !== 2 || dims[1] !== 1) {
      throw unusable(
        `its input "${name}" is neither a column ([N,1] of double, string or int64) nor one matrix [N,F] of float or double`,
      );
    }
    return columnOf(name, columnType);
  });
  return { layout: { kind: 'columns' }, columns };
}

function columnOf(name: string, type: ColumnType): ColumnSchema {
  return {
    name,
    type,
    role: 'feature',
    missing: 0,
    unique: 0,
    ...(type === 'time' ? { timeFormat: 'iso' as const } : {}),
  };
}

function classesOf(
  info: ModelInfo,
  hints: ExternalHints,
  width: number | string | undefined,
): readonly string[] {
  const classes = hints.classes ?? info.classLabels;
  if (classes.length > 0) {
    if (typeof width === 'number' && width !== classes.length)
      throw unusable(`it gives ${width} probabilities for ${classes.length} classes (${classes.join(', ')})`);
    return classes;
  }
  if (typeof width === 'number' && width > 1)
    return Array.from({ length: width }, (_, index) => String(index));
  throw unusable(
    'it does not say which classes its probabilities belong to',
    'Name them with --classes a,b,c.',
  );
}

function unusable(reason: string, hint?: string): MlxError {
  return new MlxError('MODEL_INVALID', `mlx cannot serve this model: ${reason}.`, {
    hint:
      hint ?? 'Export it with one matrix input, a label output and a plain probability tensor (no ZipMap).',
  });
}
