import { holdOutRows } from '../data/hold-out.js';
import type { ParameterValue } from '../training/parameters.js';
import type { PreparedData } from './prepare.js';
import type { ModelingSpec } from './spec.js';

/**
 * The training rows by which early stopping is judged, held out as the test rows are where that is by time, by group or at
 * the end; undefined where the trainer may draw them.
 */
export function earlyStoppingRows(
  { split, timeColumn, groupColumn, seed }: ModelingSpec,
  { schema, train, split: method }: PreparedData,
  params: Readonly<Record<string, ParameterValue>>,
): Int32Array | undefined {
  const isDrawn = split === 'auto' && (method === 'random' || method === 'stratified' || method === 'file');
  if (isDrawn || split === 'random' || split === 'stratified') return undefined;
  const rounds = params.early_stopping_rounds ?? 'none';
  if (rounds === 'none') return undefined;
  const testShare = Number(params.validation_fraction);
  return holdOutRows(train.table, schema, { method: split, testShare, seed, timeColumn, groupColumn }).test;
}
