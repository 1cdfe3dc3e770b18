import type { Fold, FoldPlan } from '../data/fold-plan.js';
import { holdOutRows } from '../data/hold-out.js';
import { findColumn, type Table, takeColumnRows } from '../data/table.js';
import type { ParameterValue } from '../training/parameters.js';
import type { PreparedData } from './prepare.js';
import type { ModelingSpec } from './spec.js';

type Parameters = Readonly<Record<string, ParameterValue>>;

/**
 * The training rows by which early stopping is judged, held out as the test rows are where that is by time, by group or at
 * the end; undefined where the trainer may draw them.
 * @param params with defaults
 */
export function earlyStoppingRows(
  { split, timeColumn, groupColumn, seed }: ModelingSpec,
  { schema, train, split: method }: PreparedData,
  params: Parameters,
): Int32Array | undefined {
  const isDrawn = split === 'auto' && (method === 'random' || method === 'stratified' || method === 'file');
  if (isDrawn || split === 'random' || split === 'stratified' || !stopsEarly(params)) return undefined;
  const testShare = Number(params.validation_fraction);
  return holdOutRows(train.table, schema, { method: split, testShare, seed, timeColumn, groupColumn }).test;
}

/**
 * The same for the rows that a fold is trained on, held out as the folds are dealt: places in `rows`.
 * @param rows places in the training table, ascending
 */
export function earlyStoppingRowsOfFold(
  { plan, data, seed }: { readonly plan: FoldPlan; readonly data: PreparedData; readonly seed: number },
  rows: Fold['train'],
  params: Parameters,
): Int32Array | undefined {
  const { method, column: name } = plan;
  if (!stopsEarly(params) || (method !== 'time' && method !== 'group')) return undefined;
  const column = name === null ? undefined : findColumn(data.train.table, name);
  const table: Table = {
    rows: rows.length,
    columns: column === undefined ? [] : [takeColumnRows(column, rows)],
  };
  return holdOutRows(table, data.schema, {
    method: column === undefined ? 'tail' : method,
    testShare: Number(params.validation_fraction),
    seed,
    ...(method === 'time' ? { timeColumn: column?.name } : { groupColumn: column?.name }),
  }).test;
}

function stopsEarly(params: Parameters): boolean {
  return (params.early_stopping_rounds ?? 'none') !== 'none';
}
