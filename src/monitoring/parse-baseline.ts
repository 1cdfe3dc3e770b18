import { MlxError } from '../errors.js';
import type { Baseline, BaselineColumn } from './baseline.js';

/**
 * The baseline inside a model file, checked: what a model file carries is not trusted. Null when the
 * file has none.
 *
 * @throws MODEL_INVALID when it is there but not a baseline of a known version
 */
export function parseBaseline(value: unknown): Baseline | null {
  if (value === null || value === undefined) return null;
  if (isRecord(value) && value.version === 1 && isCount(value.rows) && Array.isArray(value.columns)) {
    const { prediction } = value;
    if (value.columns.every(isBaselineColumn) && (prediction === null || isBaselineColumn(prediction))) {
      return value as unknown as Baseline;
    }
  }
  throw new MlxError(
    'MODEL_INVALID',
    'The drift baseline in the model file is damaged or of an unknown version.',
    {
      hint: 'Train the model again with this version of mlx.',
    },
  );
}

function isBaselineColumn(value: unknown): value is BaselineColumn {
  if (!isRecord(value) || typeof value.name !== 'string' || typeof value.type !== 'string') return false;
  if (!isCount(value.rows) || !isCount(value.count) || typeof value.missing !== 'number') return false;
  switch (value.kind) {
    case 'string':
      return isCount(value.other) && Array.isArray(value.levels) && value.levels.every(isLevel);
    case 'number':
    case 'time':
      return isMoment(value.mean) && isMoment(value.sd) && isAscending(value.sample);
    default:
      return false;
  }
}

function isLevel(value: unknown): boolean {
  return Array.isArray(value) && typeof value[0] === 'string' && isCount(value[1]);
}

function isMoment(value: unknown): boolean {
  return value === null || typeof value === 'number';
}

function isAscending(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.every((item, i) => typeof item === 'number' && (i === 0 || item >= (value[i - 1] as number)))
  );
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
